package config

import (
	"net/netip"
	"time"

	"rollcall/internal/option"
)

// Leased is the section of `rollcall leased`.
type Leased struct {
	// Path is the file that the section came from, as [Config.Path].
	Path string
	// Listen is where the API is served. Default unix:///run/rollcall/leased.sock.
	Listen []Endpoint
	// TLS is nil when every endpoint is a unix socket.
	TLS *TLS
	// Authoritative is whether requests for addresses that are wrong for the network are answered with DHCPNAK
	// (RFC 2131 §4.3.2) and not with silence. Default false.
	Authoritative bool
	// OfferTime is how long an offered address is held for the client. Default 60s, 1s to 1h.
	OfferTime time.Duration
	// RapidCommit is whether a DISCOVER that asks for it is answered with an ACK at once (RFC 4039). Default false.
	RapidCommit bool
	// BOOTP is whether BOOTP requests are answered, with an address for ever (RFC 1534). Default false.
	BOOTP bool
	// EchoClientID is whether answers carry the client identifier of the request (RFC 6842). Default true.
	EchoClientID bool
	// NAKRenewals is whether every request of a client that has an address is answered with DHCPNAK, so that all begin anew,
	// as before a renumbering. Default false.
	NAKRenewals bool
	// Names are the options that the file may name: the standard ones, and those that it defines.
	Names *option.Names
	// Level holds for every subnet that does not say otherwise.
	Level
	// Lease holds the lease times of every subnet that does not say otherwise. They have already been written into the
	// shared networks, subnets and pools.
	Lease LeaseTimes
	// SharedNetworks holds what is said of shared networks beyond their names, in the order of the file.
	SharedNetworks []SharedNetwork
	// Classes in the order of the file, at most 255. Of several that say something, the first counts.
	Classes []Class
	// Subnets in the order of the file. Prefixes do not overlap, except that subnets of one name and different serials
	// may have the same prefix.
	Subnets []Subnet
	// Reservations in the order of the file.
	Reservations []Reservation

	Probe      Probe
	Scan       Scan
	Quarantine Quarantine
	Limits     Limits
	LeaseQuery LeaseQuery
	Unknown    Unknown
	// Policy and Lookup are nil where there is none.
	Policy *Policy
	Lookup *Lookup
	Events EventLog
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

// Limits holds what one client, or one port of a switch, may take.
type Limits struct {
	// Actions is how many messages a client may send at once: the size of its token bucket. Default 10, 0 to 1000000; 0: as
	// many as it likes.
	Actions int
	// Refill is the time after which one action comes back. Default 1s, 1ms to 1h.
	Refill time.Duration
	// Suspend is how long a client that emptied its bucket is ignored. Default 150s, 1s to 24h.
	Suspend time.Duration
	// LeasesPerClient is how many leases one hardware address may have at a time, whatever identifiers it sends. Default 0:
	// as many as it likes. 0 to 1000000.
	LeasesPerClient int
	// LeasesPerCircuit is how many leases may be held at a time behind one circuit of one relay (option 82). Default 0: as
	// many as there are addresses. 0 to 1000000.
	LeasesPerCircuit int
}

// LeaseQuery says who may ask who has which address (RFC 4388, RFC 6926).
type LeaseQuery struct {
	// Allow holds the addresses of those who may: giaddr of a query over UDP, the source of a connection over TCP. A single
	// address is a /32. Empty, the default: nobody.
	Allow []netip.Prefix
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
