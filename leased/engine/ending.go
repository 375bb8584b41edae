package engine

import (
	"time"

	"rollcall/internal/event"
)

// EndLease returns what ends an active lease at once, by its holder's or an operator's wish.
func EndLease(l *Lease, now time.Time, reason string) Commit {
	gone, e := (*Room)(nil).end(l, now, reason)
	return Commit{Leases: []*Lease{gone}, Events: []*Event{e}}
}

// end returns what ends an active lease, and the event that tells of it.
func (r *Room) end(l *Lease, now time.Time, reason string) (*Lease, *Event) {
	gone := r.lease(l)
	gone.State, gone.Expires, gone.Revision = Released, now.Unix(), l.Revision+1
	n := r.note()
	n.machine = gone.holder()
	n.Event = Event{
		Time: now.UnixMicro(), Kind: event.LeaseReleased, Machine: &n.machine, Subnet: gone.Subnet, IP: gone.IP, Reason: reason,
		Reservation: gone.Reservation,
	}
	return gone, &n.Event
}

// Put puts leases into the state that no message of their client brought about.
func (s *State) Put(c *Commit) {
	for _, l := range c.Leases {
		s.put(l, 0)
	}
}

// quarantine returns what sets ip aside: for QuarantineTime the first time, doubling with each time in a row.
func (s *State) quarantine(ip IP, hw HW, why string, now time.Time) Commit {
	l := &Lease{IP: ip, Revision: 1}
	if e := s.leaseAt(ip); e != nil {
		l.Revision, l.Quarantines = e.Revision+1, e.Quarantines
	}
	if sub := s.plan.SubnetOf(ip); sub != nil {
		l.Subnet = sub.Ref
	}
	l.State, l.HW, l.Reason = Declined, hw, why
	l.Started, l.CLTT = now.Unix(), now.Unix()
	length := s.plan.QuarantineMax
	if l.Quarantines < 32 {
		length = min(s.plan.QuarantineTime<<l.Quarantines, s.plan.QuarantineMax)
	}
	l.Quarantines++
	l.Expires = now.Unix() + length
	kind := event.AddressDeclined
	if why == QuarantineConflict {
		kind = event.AddressConflict
	}
	return Commit{
		Leases: []*Lease{l},
		Events: []*Event{{
			Time: now.UnixMicro(), Kind: kind, Machine: &Machine{HW: hw}, Subnet: l.Subnet, IP: ip, Expires: l.Expires, Reason: why,
		}},
	}
}

// Conflict returns what sets ip aside because the host hw answered a probe for it, and ends the offer that waited for the
// probe. The caller puts it into effect with Put.
func (s *State) Conflict(ip IP, hw HW, now time.Time) Commit {
	if o := s.offers.at(ip); o != nil {
		s.endOffer(o)
	}
	return s.quarantine(ip, hw, QuarantineConflict, now)
}

// unverifiedTime is the quarantine in seconds of a declined address at which ARP finds nobody: long enough for its client to
// go elsewhere.
const unverifiedTime = 60

// Unverified returns what shortens the quarantine of a declined address at which ARP found nobody; empty if there is nothing
// to shorten.
func (s *State) Unverified(ip IP, now time.Time) (c Commit) {
	e := s.leaseAt(ip)
	if e == nil || e.State != Declined || e.Reason != QuarantineDeclined || e.Expires <= now.Unix()+unverifiedTime {
		return c
	}
	l := e.Lease
	l.Revision++
	l.Expires = now.Unix() + unverifiedTime
	l.Quarantines--
	c.Leases = []*Lease{&l}
	return c
}

// ClearQuarantine returns what makes a quarantined address assignable again.
func (s *State) ClearQuarantine(l *Lease, now time.Time) Commit {
	free := *l
	free.State, free.Expires, free.Revision, free.Quarantines = Released, now.Unix(), l.Revision+1, 0
	return Commit{Leases: []*Lease{&free}}
}

// Quarantined returns the leases in quarantine at the time now, in no order.
func (s *State) Quarantined(now int64) []*Lease {
	var ls []*Lease
	for no := range s.quarantined {
		if now < s.records.expires(s.records.at(no)) {
			e := new(entry)
			s.records.read(no, e)
			ls = append(ls, &e.Lease)
		}
	}
	return ls
}

// ReasonLeasedToAnother is the reason of an address.conflict about an address that another machine has leased, and keeps.
const ReasonLeasedToAnother = "leased-to-another"

// Standing says how a host that was found stands to what the state knows of its address.
type Standing uint8

// The standings of a host.
const (
	// StandingNobodys: the address is not one for hosts of a subnet.
	StandingNobodys Standing = iota
	// StandingNew: nobody had the address.
	StandingNew
	// StandingHolder: the host has the lease of the address.
	StandingHolder
	// StandingConflict: another machine has it.
	StandingConflict
	// StandingQuarantined: the address is in quarantine.
	StandingQuarantined
	// StandingServer: it is an address of a frontend.
	StandingServer
)

// Found returns what makes a host that answered a scan the holder of its address, so that after a loss of data the network is
// its own database. Where the state knows better there is no lease in it, but an event where that means a conflict.
func (s *State) Found(ip IP, hw HW, now time.Time) (c Commit, st Standing) {
	sub := s.plan.SubnetOf(ip)
	e := s.leaseAt(ip)
	switch {
	case sub == nil || !sub.Assignable(ip):
		return c, StandingNobodys
	case s.Ours(ip):
		return c, StandingServer
	case e == nil:
	case e.State == Declined && now.Unix() < e.Expires:
		return c, StandingQuarantined
	case e.Holds(now.Unix()) && e.HW == hw:
		return c, StandingHolder
	case e.Holds(now.Unix()):
		c.Events = append(c.Events, &Event{
			Time: now.UnixMicro(), Kind: event.AddressConflict, Machine: &Machine{HW: hw}, Subnet: sub.Ref, IP: ip,
			Expires: e.Expires, Reason: ReasonLeasedToAnother,
		})
		return c, StandingConflict
	}
	l := &Lease{
		IP: ip, State: Active, HW: hw, ByHardware: sub.ByHardware, Subnet: sub.Ref, Started: now.Unix(), CLTT: now.Unix(),
		FoundByARP: true, Revision: 1,
	}
	times := &sub.Scope.Times
	if p := s.plan.PoolOf(ip); p != nil {
		times = &p.Scope.Times
	}
	l.Expires = ends(now.Unix(), times.Time)
	if e != nil {
		if e.State == Active {
			c.Events = append(c.Events, (*Room)(nil).expired(&e.Lease, now)) // it ran out, and Expire has not come to it
		}
		l.Revision, l.Quarantines = e.Revision+1, e.Quarantines
		if e.HW == hw { // it is whom we thought
			l.ClientID, l.Hostname, l.Reservation, l.VendorClass = e.ClientID, e.Hostname, e.Reservation, e.VendorClass
		}
	}
	c.Leases = []*Lease{l}
	return c, StandingNew
}
