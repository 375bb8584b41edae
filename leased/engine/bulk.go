package engine

import (
	"bytes"
	"encoding/binary"

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
		if !saysRelay(l.relaySaid(), sub, want) {
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
