package engine

import (
	"fmt"
	"maps"
	"slices"
)

// Check verifies that the tables agree with each other. Tests call it after each step.
func (s *State) Check() error {
	for ip, e := range s.leases {
		if e.IP != ip {
			return fmt.Errorf("lease of %v is filed under %v", e.IP, ip)
		}
		if p := s.plan.PoolOf(ip); p != nil {
			use := s.pools[p.index].use[ip-p.First]
			if (use&isLeased != 0) != (e.State == Active) || (use&isQuarantined != 0) != (e.State == Declined) {
				return fmt.Errorf("%v is %v, its pool says %b", ip, e.State, use)
			}
		}
		if (e.State == Active || e.State == Declined) && e.Expires != Never && e.filedAt == 0 {
			return fmt.Errorf("%v will never expire", ip)
		}
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
	for id, ips := range s.byClientID {
		for _, ip := range ips {
			if e := s.leases[ip]; e == nil || string(e.ClientID) != id {
				return fmt.Errorf("client identifier %q is filed with %v", id, ip)
			}
		}
	}
	circuits := map[string]int{}
	for _, e := range s.leases {
		if line := lineOf(&e.Lease); line != "" && e.State == Active && s.plan.LeasesPerCircuit > 0 {
			circuits[line]++
		}
	}
	if !maps.Equal(circuits, s.circuits) {
		return fmt.Errorf("circuits have %v leases, counted are %v", circuits, s.circuits)
	}
	for n, holders := range s.holders {
		for id, e := range holders {
			if s.leases[e.IP] != e || e.Identity() != id || s.networkOf(e.IP).index != n {
				return fmt.Errorf("client %q is filed with the lease of %v", id, e.IP)
			}
		}
	}
	for ip, o := range s.offers.byIP {
		if o.ip != ip || s.offers.clients(o)[o.id] != o {
			return fmt.Errorf("offer of %v is filed wrong", ip)
		}
	}
	for _, offers := range slices.Concat(s.offers.byID, s.offers.byHW) {
		for id, o := range offers {
			if s.offers.byIP[o.ip] != o {
				return fmt.Errorf("client %q has an offer of %v that is another's", id, o.ip)
			}
		}
	}
	return nil
}
