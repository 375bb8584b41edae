package engine

import (
	"fmt"
	"maps"
)

// Check verifies that the tables agree with each other. Tests call it after each step.
func (s *State) Check() error {
	if err := s.checkRecords(); err != nil {
		return err
	}
	for i, l := range s.pools {
		n := 0
		for _, anchor := range []int32{l.anchor(), l.keptAnchor()} {
			for at := l.next[anchor]; at != anchor; at = l.next[at] {
				if l.use[at] != 0 {
					return fmt.Errorf("%v is used and in the free list", l.base+IP(at))
				}
				if kept := s.keptUntil(l.base+IP(at), s.plan.pools[i]) != 0; anchor == l.keptAnchor() && !kept {
					return fmt.Errorf("%v is kept for nobody", l.base+IP(at))
				}
				if n++; n > len(l.use) {
					return fmt.Errorf("free list of pool %d runs in circles", i)
				}
			}
		}
		if n != l.free {
			return fmt.Errorf("pool %d counts %d free addresses, its list has %d", i, l.free, n)
		}
	}
	if err := s.boots.check(); err != nil {
		return err
	}
	return s.offers.check()
}

// check verifies that every machine whose boots are remembered is found, and in its turn.
func (b *boots) check() error {
	n := 0
	for no, prev := b.first, int32(0); no != 0; prev, no = no, b.all[no].next {
		if m := &b.all[no]; b.byHW[m.hw] != no || m.prev != prev || m.next == 0 && b.last != no {
			return fmt.Errorf("the boots of %v are filed wrong", m.hw)
		}
		n++
	}
	if n != len(b.byHW) || n != len(b.all)-1 {
		return fmt.Errorf("the boots of %d machines are remembered, %d found by address, %d in all", n, len(b.byHW), len(b.all)-1)
	}
	return nil
}

// check verifies that every offer that stands is found by its address and its client, and in the order in which they end.
func (o *offers) check() error {
	stand, hardware := 0, 0
	for no, until := o.first, int64(0); no != 0; no = o.all[no].next {
		of := o.all[no]
		if o.at(of.ip) != of || o.of(of.network, of.byHardware, of.id) != of || of.no != no {
			return fmt.Errorf("offer of %v is filed wrong", of.ip)
		}
		if of.until < until || of.next == 0 && o.last != no {
			return fmt.Errorf("offer of %v is not in its turn", of.ip)
		}
		if until, stand = of.until, stand+1; of.byHardware {
			hardware++
		}
	}
	free := 0
	for no := o.free; no != 0; no = o.all[no].next {
		free++
	}
	if o.byIP.n != stand || o.byClient.n != stand || o.byHardware != hardware || free+stand+1 != len(o.all) {
		return fmt.Errorf("%d offers stand, filed are %d and %d; %d go by hardware, counted are %d; %d records are free of %d", stand,
			o.byIP.n, o.byClient.n, hardware, o.byHardware, free, len(o.all)-1)
	}
	return nil
}

// checkRecords verifies that every lease is found by what it should be found by, and nothing else is.
func (s *State) checkRecords() error {
	x, circuits, active, identified := &s.index, map[string]int{}, 0, 0
	for no, r := range s.records.all {
		var e entry
		s.records.read(no, &e)
		if x.at(e.IP) != no {
			return fmt.Errorf("lease of %v is filed under another address", e.IP)
		}
		if !contains(x.ofHW(e.HW), no, x.byHW.behind) {
			return fmt.Errorf("lease of %v is not found by %v", e.IP, e.HW)
		}
		if len(e.ClientID) > 0 && x.byClientID != nil {
			if identified++; !contains(x.ofClientID(e.ClientID), no, x.byClientID.behind) {
				return fmt.Errorf("lease of %v is not found by %x", e.IP, e.ClientID)
			}
		}
		if p := s.plan.PoolOf(e.IP); p != nil {
			use := s.pools[p.index].use[e.IP-p.First]
			if (use&isLeased != 0) != (e.State == Active) || (use&isQuarantined != 0) != (e.State == Declined) {
				return fmt.Errorf("%v is %v, its pool says %b", e.IP, e.State, use)
			}
		}
		if (e.State == Active || e.State == Declined) && e.Expires != Never {
			if active++; r.filed == 0 || int64(s.expiry.items[r.filed-1].at) > e.Expires {
				return fmt.Errorf("%v will not expire in time", e.IP)
			}
		}
		if _, ok := s.quarantined[no]; ok != (e.State == Declined) {
			return fmt.Errorf("%v is %v; listed among those in quarantine: %v", e.IP, e.State, ok)
		}
		if line := lineOf(&e.Lease); line != "" && e.State == Active && s.plan.LeasesPerCircuit > 0 {
			circuits[line]++
		}
	}
	switch {
	case x.byIP.n != s.records.len(), x.byClientID != nil && filed(&x.byClientID.table)+alike(x.byClientID) != identified:
		return fmt.Errorf("%d leases, %d of them by address, %d with a client identifier", s.records.len(), x.byIP.n, identified)
	case filed(&x.byHW.table)+alike(&x.byHW) != s.records.len():
		return fmt.Errorf("%d leases, by hardware address %d and %d more", s.records.len(), filed(&x.byHW.table), alike(&x.byHW))
	case !maps.Equal(circuits, s.circuits):
		return fmt.Errorf("circuits have %v leases, counted are %v", circuits, s.circuits)
	}
	return s.checkOrder()
}

// checkOrder verifies what the leases are filed in beside the tables.
func (s *State) checkOrder() error {
	x := &s.index
	for _, no := range x.holders.heads {
		for ; no != 0; no = x.holders.after(no) {
			r := s.records.at(no)
			if r.state == 0 || x.holder(x.networkOf(r.ip), x.records.appendIdentity(nil, r)) != no {
				return fmt.Errorf("the lease of %v is filed with a client that has another", r.ip)
			}
		}
	}
	for i, item := range s.expiry.items {
		if r := s.records.at(item.no); int(r.filed) != i+1 || item.at < s.expiry.items[max(i-1, 0)/heapWidth].at {
			return fmt.Errorf("item %d of the expiry heap, of %v, is out of order", i, r.ip)
		}
	}
	live := 0
	for _, r := range s.records.all {
		if r.annex != 0 {
			live += annexSize(len(s.records.annexes.at(r.annex)))
		}
	}
	switch as := &s.records.annexes; {
	case as.live != live:
		return fmt.Errorf("annexes have %d octets, counted are %d", live, as.live)
	case as.held > 3*live+8*segmentSize:
		return fmt.Errorf("annexes have %d octets and take %d", live, as.held)
	}
	return nil
}

func contains(no, want int32, behind func(int32) int32) bool {
	for no != 0 && no != want {
		no = behind(no)
	}
	return no != 0
}

// filed returns how many records a table has, alike how many have their place behind one of those.
func filed(t *table) (n int) {
	for _, no := range t.heads {
		for ; no != 0; no = t.after(no) {
			n++
		}
	}
	return n
}

func alike(l *lists) (n int) {
	for _, at := range l.links {
		if at.prev != 0 {
			n++
		}
	}
	return n
}
