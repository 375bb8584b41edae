// Package lookup asks an HTTP service, most often a registration system, about machines without reservation, and keeps what it says.
//
// It is never in a packet's way: [Lookup.Find] looks at what is remembered and returns at once. What is not known, or old, is asked for
// in the background, and the machine's next message finds the answer. Clients repeat themselves within seconds, so that is soon.
//
// # What is remembered
//
// One answer for each machine, shared network, and line of a relay (option 82) that it was asked about: the same machine may be wanted
// at one address here and at another there. The hardware address says which machine it is, as in the question, or the client identifier
// where there is none (RFC 4390 §2.1).
//
// An answer that knows the machine counts for a while, and is used beyond that as long as there is no newer one: until the lease ends
// that was given by it, so that the machine's next renewal does not find it forgotten, or, once the service has failed to answer, for
// the time that the configuration gives. An answer that does not know the machine counts for a shorter while and no longer.
//
// While a first question is on its way, [engine.Assignment] is Pending: nothing is refused for want of an answer. After a few failures it
// is not any more, and the machine is what the configuration makes of unknown ones. But while it has never been answered, it is Unanswered:
// a machine that has an address by an answer from before a restart keeps it.
//
// # Bounds
//
// The machines that are remembered and the memory for their answers, the questions that wait, those under way, those in a second, the
// size and the depth of an answer: all have bounds, and those that were not known go before those that were. What does not fit is not
// asked for, and counted. A machine of which a question failed rests for a time that doubles, and when the service itself fails again
// and again it is tried with one question now and then, until it answers.
//
// # Answers that cannot be
//
// An answer that names what does not exist, or contradicts itself, changes nothing: it is a failure of which the text says what is
// wrong, for the log and for explain. Nothing in an answer is taken in part.
package lookup
