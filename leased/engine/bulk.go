package engine

import (
	"bytes"
	"encoding/binary"
	"time"

	"rollcall/internal/option"
)

// BulkStatus is how a bulk leasequery ends (RFC 6926 §6.2.2, option 151).
type BulkStatus uint8

// The ends of a bulk leasequery.
const (
	BulkSuccess    BulkStatus = 0
	BulkFailed     BulkStatus = 1
	BulkTerminated BulkStatus = 2
	BulkMalformed  BulkStatus = 3
	BulkNotAllowed BulkStatus = 4
)

// Suboptions of option 82 that only bulk queries know.
const (
	relayRelayID       = 12  // RFC 6925
	relayVirtualSubnet = 151 // RFC 6607
)

// BulkQuery is a DHCPBULKLEASEQUERY that was found to be well-formed. It asks by one thing, or for all addresses.
type BulkQuery struct {
	q *Query
	// by says what it asks by; with byRelayID and byRemoteID, id is what the relay must have said.
	by bulkBy
	id []byte
	// from and to bound the last change of what it asks for, in unix seconds, both included; 0 for no bound.
	from, to int64
}

type bulkBy uint8

const (
	byAll bulkBy = iota
	byClientHW
	byClientIdentifier
	byRelayID
	byRemoteID
)

// NewBulkQuery checks a query (RFC 6926 §7.2). When it cannot be answered, status says why, and why in words. The giaddr plays no part:
// the answer goes where the connection comes from.
func NewBulkQuery(q *Query) (b *BulkQuery, status BulkStatus, why string) {
	b = &BulkQuery{q: q}
	ways := 0
	ask := func(by bulkBy, id []byte) { b.by, b.id, ways = by, id, ways+1 }
	if !q.HW.IsZero() {
		ask(byClientHW, nil)
	}
	if id, ok := q.Options.Get(option.ClientID); ok {
		ask(byClientIdentifier, id)
	}
	for v, code, rest := nextSub(q.relayInfo); rest != nil; v, code, rest = nextSub(rest) {
		switch code {
		case relayRelayID:
			ask(byRelayID, v)
		case relayRemoteID:
			ask(byRemoteID, v)
		case relayVirtualSubnet:
			return nil, BulkNotAllowed, "virtual private networks are not served"
		}
	}
	_, virtual := q.Options.Get(option.VirtualSubnetSelection)
	from, okFrom := moment(q, option.QueryStartTime)
	to, okTo := moment(q, option.QueryEndTime)
	switch {
	case virtual:
		return nil, BulkNotAllowed, "virtual private networks are not served"
	case q.CIAddr != 0:
		return nil, BulkMalformed, "ciaddr must be zero"
	case ways > 1:
		return nil, BulkMalformed, "it asks by several things at once"
	case b.by != byAll && b.by != byClientHW && len(b.id) == 0:
		return nil, BulkMalformed, "the identifier is empty"
	case !okFrom, !okTo:
		return nil, BulkMalformed, "query-start-time and query-end-time have 4 octets"
	case to != 0 && from > to:
		return nil, BulkMalformed, "query-start-time is after query-end-time"
	}
	b.from, b.to = from, to
	if q.Link == nil { // it came over TCP
		q.Link = &Link{Frontend: &Frontend{}}
	}
	if len(q.prl) == 0 {
		q.prl = []byte{byte(option.LeaseTime)} // what else a binding is comes unasked
	}
	return b, BulkSuccess, ""
}

// moment reads an option that is an absolute time (RFC 6926 §6.2.5), 0 for none. ok is false when it is none.
func moment(q *Query, code option.Code) (at int64, ok bool) {
	v, found := q.Options.Get(code)
	switch {
	case !found:
		return 0, true
	case len(v) != 4:
		return 0, false
	}
	return int64(binary.BigEndian.Uint32(v)), true
}

// Indexed reports whether the query is by what leases are found by at once: the client. Other queries must look at all of them.
func (b *BulkQuery) Indexed() bool { return b.by == byClientHW || b.by == byClientIdentifier }

// All reports whether the query is for all addresses, whenever they changed: also those that were never leased.
func (b *BulkQuery) All() bool { return b.by == byAll && b.from == 0 && b.to == 0 }

// BulkLeases returns the leases of the client that an indexed query asks for.
func (s *State) BulkLeases(b *BulkQuery) []*Lease {
	leases := s.heldBy(b.q.HW)
	if b.by == byClientIdentifier {
		leases = s.heldAs(b.id)
	}
	var ls []*Lease
	for l := range leases {
		ls = append(ls, l)
	}
	return ls
}

// Matches reports whether the query asks for the lease as it is at the time now. It looks at nothing but the two.
func (b *BulkQuery) Matches(l *Lease, now int64) bool {
	switch b.by {
	case byRelayID, byRemoteID:
		sub, want := uint8(relayRemoteID), b.id
		if b.by == byRelayID {
			sub = relayRelayID
		}
		if !saysRelay(l.RelayInfo, sub, want) {
			return false
		}
	}
	at := l.changed(now)
	return (b.from == 0 || at >= b.from) && (b.to == 0 || at <= b.to)
}

func saysRelay(info []byte, sub uint8, want []byte) bool {
	for v, code, rest := nextSub(info); rest != nil; v, code, rest = nextSub(rest) {
		if code == sub {
			return bytes.Equal(v, want)
		}
	}
	return false
}

// Binding tells of a lease as it was at the time at (RFC 6926 §8.2): a LeaseActive, or a LeaseUnassigned that names who had it
// last. ok is false when its address is not ours to lease any more.
func (s *State) Binding(b *BulkQuery, l *Lease, at time.Time) (d Decision, ok bool) {
	if !s.manages(l.IP) {
		return d, false
	}
	c := &decider{s: s, q: b.q, now: at, sec: at.Unix()}
	sub := s.plan.SubnetOf(l.IP)
	d = Decision{Kind: LeaseUnassigned, CIAddr: l.IP, Subnet: sub}
	state, since := l.bulkState(c.sec)
	d.Options = appendBase(d.Options, at, state)
	d.Options = d.Options.AppendUint32(option.StartTimeOfState, ago(c.sec, since))
	if l.Reason != "" { // who declined it, or was in the way there, never had it
		return d, true
	}
	d.Holder = l.HW
	if !l.FoundByARP {
		d.Options = d.Options.AppendUint32(option.ClientLastTransaction, ago(c.sec, l.CLTT))
	}
	if len(l.ClientID) > 0 {
		d.Options = d.Options.Append(option.ClientID, l.ClientID)
	}
	if state != bulkActive {
		return d.withRelay(l), true
	}
	d.Kind = LeaseActive
	told := c.told(l, sub, 0)
	for _, code := range [...]option.Code{option.LeaseTime, option.RenewalTime, option.RebindingTime} {
		if v, ok := told.Get(code); ok && (code == option.LeaseTime || c.asks(code)) {
			d.Options = d.Options.Append(code, v)
		}
	}
	d = d.withRelay(l)
	d.Options = c.appendTold(d.Options, l, told)
	return d, true
}

func (d Decision) withRelay(l *Lease) Decision {
	if len(l.RelayInfo) > 0 {
		d.Options = d.Options.Append(option.RelayAgentInfo, l.RelayInfo)
	}
	return d
}

// States of an address (RFC 6926 §6.2.7, option 156).
const (
	bulkAvailable = 1
	bulkActive    = 2
	bulkExpired   = 3
	bulkReleased  = 4
	bulkAbandoned = 5
)

// bulkState returns in which state the lease is at the time now, and since when.
func (l *Lease) bulkState(now int64) (state uint8, since int64) {
	switch {
	case l.Holds(now):
		return bulkActive, l.Started
	case l.State == Declined && now < l.Expires:
		return bulkAbandoned, l.Started
	case l.Reason != "": // was in quarantine
		return bulkAvailable, l.Expires
	case l.State == Released:
		return bulkReleased, l.Expires
	}
	return bulkExpired, l.Expires
}

// changed returns when what is known of the address changed last.
func (l *Lease) changed(now int64) int64 {
	state, since := l.bulkState(now)
	if state == bulkActive {
		return l.CLTT
	}
	return since
}

// appendBase appends what every binding has: the time that the others count from, the state, and that this server knows it at first
// hand.
func appendBase(list option.List, at time.Time, state uint8) option.List {
	list = list.AppendUint32(option.BaseTime, uint32(at.Unix()))
	return list.AppendUint8(option.DHCPState, state).AppendUint8(option.DataSource, 0)
}

// Unleased appends those of the pools' addresses after an address that have no lease, or had none before the time since, until it has
// looked at n; last is the last one it has looked at, 0 when there are no more.
func (s *State) Unleased(dst []IP, after IP, n int, since int64) (ips []IP, last IP) {
	for _, p := range s.plan.pools {
		for ip := max(p.First, after+1); ip <= p.Last; ip++ {
			if n--; n < 0 {
				return dst, ip - 1
			}
			if s.unleased(ip, since) {
				dst = append(dst, ip)
			}
		}
	}
	return dst, 0
}

// UnleasedReserved is Unleased for reserved addresses outside the pools, in the order of their reservations; after and last are the
// ids of those.
func (s *State) UnleasedReserved(dst []IP, after string, n int, since int64) (ips []IP, last string) {
	for r := range s.Reservations(after) {
		if n--; n < 0 {
			return dst, after
		}
		after = r.ID
		if r.IP != 0 && s.roll.byIP[r.IP] == r && s.plan.PoolOf(r.IP) == nil && s.unleased(r.IP, since) {
			dst = append(dst, r.IP)
		}
	}
	return dst, ""
}

func (s *State) unleased(ip IP, since int64) bool {
	l := s.Lease(ip)
	return (l == nil || l.Revision == 1 && l.Started >= since) && s.manages(ip)
}

// NeverLeased tells of an address that is free and always was.
func NeverLeased(ip IP, at time.Time) Decision {
	return Decision{Kind: LeaseUnassigned, CIAddr: ip, Options: appendBase(nil, at, bulkAvailable)}
}
