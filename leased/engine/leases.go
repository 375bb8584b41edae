package engine

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
)

// Load puts a lease from the store into the state, and keeps nothing of it. No other lease of its address may be there. Loaded must be
// called after the last one, and before any decision.
func (s *State) Load(l *Lease) { s.records.write(s.records.take(), l, 0) }

// Loaded puts what was loaded in its place.
func (s *State) Loaded() {
	var both sync.WaitGroup
	both.Go(s.index.fillAddresses) // on another processor, if there is one
	s.expiry.fill()
	s.index.fillHolders()
	both.Wait()
	for no := range s.records.all {
		s.place(no)
	}
	s.orderFree()
}

// orderFree puts the free addresses into the order in which they became free, as far as that is known: by the ends of their leases.
func (s *State) orderFree() {
	type free struct {
		at int64
		ip IP
	}
	var over []free
	for _, r := range s.records.all {
		if r.state != Active && r.state != Declined {
			over = append(over, free{s.records.expires(r), r.ip})
		}
	}
	slices.SortFunc(over, func(a, b free) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.ip, b.ip)) })
	for _, f := range over {
		s.freed(f.ip)
	}
}

// put makes l the lease of its address. It keeps nothing of it.
func (s *State) put(l *Lease, last uint64) { s.keep(l, last, true) }

// keep is put; latest tells that no other lease of the client came later.
func (s *State) keep(l *Lease, last uint64, latest bool) {
	no := s.index.at(l.IP)
	if no != 0 && s.goesOn(no, l) {
		s.records.write(no, l, last)
		s.schedule(no)
		return
	}
	sameHW := false
	if no == 0 {
		no = s.records.take()
		s.records.write(no, l, last)
		s.index.byIP.add(no)
	} else {
		s.displace(no)
		if sameHW = s.records.hw(s.records.at(no)) == l.HW; !sameHW {
			s.index.byHW.remove(no)
		}
		s.records.write(no, l, last)
	}
	if !sameHW {
		s.index.byHW.add(no)
	}
	s.place(no)
	s.index.hold(no, latest)
	if l.State == Active || l.State == Declined {
		s.schedule(no)
	}
}

// goesOn reports whether l merely prolongs the lease of a record, as most do: every table has it where it belongs.
func (s *State) goesOn(no int32, l *Lease) bool {
	r, x := s.records.at(no), &s.index
	if r.state != Active || l.State != Active || r.reason != noReason || l.Reason != "" || s.records.hw(r) != l.HW ||
		(r.flags&isByHardware != 0) != l.ByHardware || (r.flags&isFoundByARP != 0) != l.FoundByARP ||
		!bytes.Equal(s.records.clientID(r), l.ClientID) {
		return false
	}
	if s.plan.LeasesPerCircuit > 0 && (r.giaddr != l.Giaddr || string(s.records.part(r, annexReservation)) != l.Reservation ||
		!bytes.Equal(s.records.part(r, annexRelayInfo), l.RelayInfo)) {
		return false
	}
	network := x.networkOf(l.IP)
	if network < 0 {
		return true
	}
	x.key = x.records.appendIdentity(x.key[:0], r)
	return x.holder(network, x.key) == no
}

// remove forgets the lease of an address, if there is one.
func (s *State) remove(ip IP) {
	if no := s.index.at(ip); no != 0 {
		s.displace(no)
		s.index.byHW.remove(no)
		s.index.byIP.remove(no)
		s.expiry.drop(no)
		s.records.give(no)
	}
}

// place counts a record where the plan wants it: in its pool and for the limits.
func (s *State) place(no int32) {
	r := s.records.at(no)
	switch r.state {
	case Active:
		s.use(r.ip, isLeased)
		s.countCircuit(no, 1)
	case Declined:
		s.use(r.ip, isQuarantined)
		s.quarantined[no] = struct{}{}
		if r.reason == reasonDeclined {
			s.declines[s.records.hw(r)]++
		}
	default:
		s.freed(r.ip)
	}
	if s.index.byClientID != nil && s.index.hasClientID(r) {
		s.index.byClientID.add(no)
	}
}

// displace undoes place and index.hold.
func (s *State) displace(no int32) {
	r := s.records.at(no)
	switch r.state {
	case Active:
		s.unuse(r.ip, isLeased)
		s.countCircuit(no, -1)
	case Declined:
		s.unuse(r.ip, isQuarantined)
		delete(s.quarantined, no)
		if hw := s.records.hw(r); r.reason == reasonDeclined {
			if s.declines[hw]--; s.declines[hw] == 0 {
				delete(s.declines, hw)
			}
		}
	}
	if s.index.byClientID != nil && s.index.hasClientID(r) {
		s.index.byClientID.remove(no)
	}
	s.index.unhold(no)
}

// freed notes that the address of a lease that is over is free, and has been so for less long than all others.
func (s *State) freed(ip IP) {
	if p := s.plan.PoolOf(ip); p != nil {
		s.pools[p.index].touch(ip)
		s.keepFree(ip, p)
	}
}

// Lease returns the lease of an address, or nil.
func (s *State) Lease(ip IP) *Lease {
	if e := s.leaseAt(ip); e != nil {
		return &e.Lease
	}
	return nil
}

// leaseAt returns the lease of an address, or nil. It is small enough for what it returns to live with its caller, on the stack.
func (s *State) leaseAt(ip IP) *entry {
	e := new(entry)
	if !s.readAt(ip, e) {
		return nil
	}
	return e
}

// readAt fills e with the lease of an address. It reports whether there is one.
func (s *State) readAt(ip IP, e *entry) bool { return s.read(s.index.at(ip), e) }

// read fills e with the lease of a record. It reports whether there is one.
func (s *State) read(no int32, e *entry) bool {
	if no == 0 {
		return false
	}
	s.records.read(no, e)
	return true
}

// LeasesOf returns the leases of a hardware address, in no order.
func (s *State) LeasesOf(hw HW) []*Lease {
	var ls []*Lease
	for no := s.index.ofHW(hw); no != 0; no = s.index.byHW.behind(no) {
		e := new(entry)
		s.records.read(no, e)
		ls = append(ls, &e.Lease)
	}
	return ls
}

// Leases returns how many leases there are, in any state.
func (s *State) Leases() int { return s.records.len() }
