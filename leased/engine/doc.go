// Package engine holds the rules of DHCP and the types of the domain.
//
// [Decide] is the heart: given one parsed message, the [State] and the time, it returns a [Decision] as a value: what to
// answer, which leases to write, which events to tell. It does no I/O, reads no clock, draws no random number and changes
// nothing; the same inputs always give the same decision, which is why [Explain] can show the very rules that would decide.
//
// [State] is everything that is decided upon: the [Plan] made from the configuration, the roll of reservations, the leases,
// the offers, and what is remembered about clients. It belongs to one goroutine (leased/keeper). Decisions are put into it
// by Apply, in the order they were made.
//
// An operator's policy is heard where the Plan has [Stages] for it: a Decision then asks instead of counting, and is made again with the
// [Verdict] that the message carries meanwhile. So the rules know neither the language of policies nor wait for them; what they put into
// effect is a choice among reservations, an [Assignment] to a machine that has none, and an [Amendment] of the answer.
//
// A million leases are meant to be nothing special, so the State does not keep them as [Lease] values but as records without pointers,
// found by number through hash tables of numbers: about 90 octets each besides what only some have, and nothing in it for the garbage
// collector to follow. A Lease is made of a record when somebody asks for it. Nothing that a message brings about takes longer the more
// leases there are; no table is ever made again as a whole but by a new [Plan].
//
// What a machine that boots from the network is told is for [rollcall/leased/boot] to say. Here is who is asked for, where, and what
// must be remembered for it: which machines are done that were to boot once, and which ones get no further than their first stage.
//
// Protocol outcomes are values: a [Reason] from a closed set says why a message got no answer or a NAK. The package returns
// an error only where the caller asked for something that cannot be done.
//
// The package knows no gRPC, no bbolt, no sockets and no logger.
package engine
