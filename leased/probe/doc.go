// Package probe asks a link, by ARP, who has an address: one address before it
// is offered, or a whole range when a pool is to be compared with the network.
//
// It owns one AF_PACKET socket per interface that has been asked about, opened
// on demand and again after the interface went away. It sends ARP probes only
// (RFC 5227 §2.1.1: sender address 0.0.0.0), which change no neighbour's cache,
// and answers none. It keeps nothing on disk and decides nothing: whether an
// address that answers is a conflict or a lease to adopt is its caller's affair.
//
// What counts as an answer is a reply, or a request or announcement, whose
// sender address is the one asked for. A probe for that address by somebody else
// does not: it has no sender address, and comes from the very client that was
// just offered the address.
//
// Concurrency: [Prober.Run] is the goroutine that sends probes, matches answers
// and calls the functions given to [Prober.Probe]; each socket has one reading
// goroutine. A scan runs in its caller's goroutine.
//
// Failure: nothing on the wire is an error; frames that are not ARP for IPv4 over
// Ethernet are counted and dropped. An interface whose socket cannot be opened
// counts as not attached until a later try succeeds. Without CAP_NET_RAW that is
// every interface, which is said once in the log. A proxy that answers for a whole
// subnet (RFC 1027) cannot be told from hosts that do.
package probe
