package config

import "time"

// Leased is the section of `rollcall leased`.
type Leased struct {
	// Listen is where the API is served. Default unix:///run/rollcall/leased.sock.
	Listen []Endpoint
	// TLS is nil when every endpoint is a unix socket.
	TLS *TLS
	// Authoritative is whether requests for addresses that are wrong for the network are answered with DHCPNAK
	// (RFC 2131 §4.3.2) and not with silence. Default false.
	Authoritative bool
	// OfferTime is how long an offered address is held for the client. Default 60s, 1s to 1h.
	OfferTime time.Duration
	// Options are sent in every subnet that does not say otherwise.
	Options []Option
	// Lease holds the lease times of every subnet that does not say otherwise. They have already been written into the
	// subnets.
	Lease LeaseTimes
	// Subnets in the order of the file. Prefixes do not overlap, except that subnets of one name and different serials
	// may have the same prefix.
	Subnets []Subnet
	// Reservations in the order of the file.
	Reservations []Reservation

	Probe      Probe
	Scan       Scan
	Quarantine Quarantine
	Flood      Flood
	Unknown    Unknown
	Events     EventLog
}

// Probe is the ARP question asked before an address is offered for the first time.
type Probe struct {
	// Enabled is whether it is asked. Default true.
	Enabled bool
	// Timeout is how long to wait for an answer. Default 100ms, 10ms to 10s.
	Timeout time.Duration
}

// Scan is the ARP sweep over the pools with `scan: true`, at start and on request.
type Scan struct {
	// Rate is in probes per second. Default 1000, 1 to 100000.
	Rate int
	// Timeout is how long to wait for the last answers. Default 1s, 10ms to 1m.
	Timeout time.Duration
}

// Quarantine keeps declined and conflicting addresses from being given out.
type Quarantine struct {
	// Time is the length of the first quarantine of an address; each repeat doubles it. Default 10m, 1s to 30d.
	Time time.Duration
	// Max is where the doubling ends. Default 24h, from Time to 365d.
	Max time.Duration
	// PerClient is the largest number of addresses that one client may have in quarantine by declining them. Default 3,
	// 1 to 1000.
	PerClient int
}

// Flood is the token bucket of each client.
type Flood struct {
	// Actions is the size of the bucket: how many messages a client may send at once. Default 10, 0 to 1000000; 0
	// switches the limit off.
	Actions int
	// Refill is the time after which one action comes back. Default 1s, 1ms to 1h.
	Refill time.Duration
	// Suspend is how long a client that emptied its bucket is ignored. Default 150s, 1s to 24h.
	Suspend time.Duration
}

// Unknown is what is remembered of machines that nothing serves.
type Unknown struct {
	// Remember is how long such a machine is ignored without being looked up again. Default 60s, 0 to 1h; 0: not at all.
	Remember time.Duration
}

// EventLog bounds the event log.
type EventLog struct {
	// MaxAge is how long an event is kept. Default 7d, 1m to 3650d.
	MaxAge time.Duration
	// MaxCount is how many events are kept. Default 1000000, 1000 to 100000000.
	MaxCount int
	// RepeatAfter is the time after which client.unknown is said again for the same machine. Default 1h, 0 to 30d; 0:
	// every time.
	RepeatAfter time.Duration
	// Renewed is whether lease.renewed events are written. Default false.
	Renewed bool
}
