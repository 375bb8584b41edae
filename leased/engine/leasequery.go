package engine

import (
	"cmp"
	"iter"
	"slices"

	"rollcall/internal/option"
)

// leaseQuery answers a relay that asks what is known of a lease: by address, by hardware address, or by client identifier, and by
// one of them alone (RFC 4388 §6.3). Where the relay is plays no part but in where the answer goes.
func (c *decider) leaseQuery() Decision {
	q := c.q
	if !c.s.plan.MayAsk(q.GIAddr) {
		return c.drop(LeaseQueryRefused)
	}
	byIP, byHW, byID := q.CIAddr != 0, !q.HW.IsZero(), len(q.clientID) > 0
	switch {
	case byIP && !byHW && !byID:
		return c.leaseOf(q.CIAddr)
	case byHW && !byIP && !byID:
		return c.leaseOfClient(c.s.heldBy(q.HW))
	case byID && !byIP && !byHW:
		return c.leaseOfClient(c.s.heldAs(q.clientID))
	}
	return c.drop(LeaseQueryMalformed)
}

// MayAsk reports whether the relay or requestor at ip may ask about leases.
func (p *Plan) MayAsk(ip IP) bool {
	return ip != 0 && slices.ContainsFunc(p.LeaseQuery, func(r Range) bool { return r.Contains(ip) })
}

// leaseOf answers a query by address. Of an address that is not ours to lease we know nothing, even in a subnet of ours: it may well
// belong to a host that never asks.
func (c *decider) leaseOf(ip IP) Decision {
	switch e := c.leaseAt(ip); {
	case !c.s.manages(ip):
		return Decision{Kind: LeaseUnknown}
	case e != nil && e.Holds(c.sec):
		return c.leaseActive(&e.Lease, nil)
	}
	return Decision{Kind: LeaseUnassigned, CIAddr: ip}
}

// leaseOfClient answers a query by client: with the address of its latest transaction, and the list of all when it has several.
func (c *decider) leaseOfClient(leases iter.Seq[*Lease]) Decision {
	var active []*Lease
	s, sec := c.s, c.sec // the body must not hold on to c, which every message would pay for
	for l := range leases {
		if l.Holds(sec) && s.manages(l.IP) {
			active = append(active, l)
		}
	}
	if len(active) == 0 {
		return Decision{Kind: LeaseUnknown}
	}
	slices.SortFunc(active, func(a, b *Lease) int { return cmp.Or(-cmp.Compare(a.CLTT, b.CLTT), cmp.Compare(a.IP, b.IP)) })
	var associated []byte
	if len(active) > 1 {
		for _, l := range active[:min(len(active), maxAssociated)] {
			associated = appendIP(associated, l.IP)
		}
	}
	return c.leaseActive(active[0], associated)
}

// maxAssociated bounds the addresses of an associated-ip option (92) to one option's worth. Whoever has more of them is no client of
// an access network, and a bulk query lists them all.
const maxAssociated = 63

func appendIP(b []byte, ip IP) []byte {
	return append(b, byte(ip>>24), byte(ip>>16), byte(ip>>8), byte(ip))
}

// leaseActive tells of an active lease (RFC 4388 §6.4.2). Without a list of options (55) the relay gets what the client would.
func (c *decider) leaseActive(l *Lease, associated []byte) Decision {
	id := c.serverID(nil)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	sub := c.subnetOf(l.IP)
	d := Decision{Kind: LeaseActive, Holder: l.HW, CIAddr: l.IP, Subnet: sub}
	told := c.told(l, sub, id)
	d.Options = c.room.list().AppendUint32(option.ServerID, uint32(id))
	for _, code := range [...]option.Code{option.LeaseTime, option.RenewalTime, option.RebindingTime} {
		if v, ok := told.Get(code); ok && c.wants(code) {
			d.Options = d.Options.Append(code, v)
		}
	}
	if c.wants(option.ClientLastTransaction) && !l.FoundByARP { // else it never had one
		d.Options = d.Options.AppendUint32(option.ClientLastTransaction, ago(c.sec, l.CLTT))
	}
	if c.wants(option.ClientID) && len(l.ClientID) > 0 {
		d.Options = d.Options.Append(option.ClientID, l.ClientID)
	}
	if associated != nil {
		d.Options = d.Options.Append(option.AssociatedIP, associated)
	}
	if c.wants(option.RelayAgentInfo) {
		d = d.withRelay(l)
	}
	d.Options = c.appendTold(d.Options, l, told)
	return d
}

// wants reports whether the requestor asks for an option; without a list it asks for whatever the client would get.
func (c *decider) wants(code option.Code) bool { return len(c.q.prl) == 0 || c.asks(code) }

// ago returns how many seconds before now a moment was, 0 for one to come.
func ago(now, moment int64) uint32 { return uint32(min(max(now-moment, 0), Infinite)) }

// manages reports whether ip is ours to lease: in a pool, reserved, or leased before, in a subnet that is configured.
func (s *State) manages(ip IP) bool {
	sub := s.plan.SubnetOf(ip)
	if sub == nil || !sub.Assignable(ip) || s.Ours(ip) {
		return false
	}
	if s.roll.byIP[ip] != nil || s.index.at(ip) != 0 {
		return true
	}
	p := s.plan.PoolOf(ip)
	return p != nil && s.pools[p.index].use[ip-p.First]&isExcluded == 0
}

// heldBy iterates over the leases that a hardware address has or had last.
func (s *State) heldBy(hw HW) iter.Seq[*Lease] {
	return func(yield func(*Lease) bool) {
		s.held(s.index.ofHW(hw), &s.index.byHW, yield)
	}
}

// heldAs iterates over the leases of clients that sent a client identifier.
func (s *State) heldAs(clientID []byte) iter.Seq[*Lease] {
	return func(yield func(*Lease) bool) {
		s.held(s.index.ofClientID(clientID), s.index.byClientID, yield)
	}
}

// held yields the leases of a list that begins with a record.
func (s *State) held(no int32, list *lists, yield func(*Lease) bool) {
	for ; no != 0; no = list.behind(no) {
		if s.records.at(no).reason != noReason { // it only declined the address, or was in the way there
			continue
		}
		e := new(entry)
		if s.records.read(no, e); !yield(&e.Lease) {
			return
		}
	}
}
