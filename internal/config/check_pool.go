package config

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// number returns an IPv4 address as the number it is, for counting.
func number(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

// hosts returns the first and last address of a network that a host can have: all but the network and the broadcast
// address. A /31 has neither (RFC 3021), and a /32 is one host.
func hosts(p netip.Prefix) (first, last netip.Addr) {
	low := number(p.Masked().Addr())
	high := low | uint32(1<<(32-p.Bits())-1)
	if p.Bits() < 31 {
		low, high = low+1, high-1
	}
	return address(low), address(high)
}

// checkPoolInside notes when a pool has addresses that are not hosts of its subnet.
func checkPoolInside(p Pool, prefix netip.Prefix, rng, subnet value) bool {
	first, last := hosts(prefix)
	text := rangeText(p)
	switch {
	case !prefix.Contains(p.First) && !prefix.Contains(p.Last):
		rng.doc.addAt(rng.pos, "choose addresses from "+first.String()+" to "+last.String(), "pool %s is not in its subnet %s (line %d)",
			text, prefix, subnet.pos.Line)
	case !prefix.Contains(p.First):
		rng.doc.addAt(rng.pos, "begin it at "+first.String()+" or later", "pool %s leaves its subnet %s (line %d)", text, prefix, subnet.pos.Line)
	case !prefix.Contains(p.Last):
		rng.doc.addAt(rng.pos, "end it at "+last.String()+" or earlier", "pool %s leaves its subnet %s (line %d)", text, prefix, subnet.pos.Line)
	case p.First.Less(first):
		rng.doc.addAt(rng.pos, "begin it at "+first.String()+" or later", "pool %s has the network address of %s (line %d)", text, prefix, subnet.pos.Line)
	case last.Less(p.Last):
		rng.doc.addAt(rng.pos, "end it at "+last.String()+" or earlier", "pool %s has the broadcast address of %s (line %d)", text, prefix, subnet.pos.Line)
	default:
		return true
	}
	return false
}

// checkPools finds pools that share addresses, within a subnet and between subnets of one prefix.
func (r *roll) checkPools() {
	var pools []Pool
	for _, s := range r.subnets {
		pools = append(pools, s.Pools...)
	}
	slices.SortStableFunc(pools, func(a, b Pool) int { return a.First.Compare(b.First) })
	for i := 1; i < len(pools); i++ {
		// The pool that reaches furthest so far is the one to hold the next against.
		reach, next := pools[i-1], pools[i]
		if !reach.Last.Less(next.First) {
			later, earlier := next, reach
			if comparePos(later.Pos, earlier.Pos) < 0 {
				later, earlier = earlier, later
			}
			r.doc.addAt(later.Pos, overlapHint(later, earlier), "pool %s overlaps pool %s (line %d)", rangeText(later), rangeText(earlier), earlier.Pos.Line)
		}
		if next.Last.Less(reach.Last) {
			pools[i] = reach
		}
	}
}

// checkPoolNames finds two pools of one name.
func (r *roll) checkPoolNames() {
	first := map[string]Pos{}
	for _, s := range r.subnets {
		for _, p := range s.Pools {
			if at, dup := first[p.Name]; dup {
				r.doc.addAt(p.NamePos, "choose another name", "pool %s is given twice, first on line %d", p.Name, at.Line)
			} else if p.Name != "" {
				first[p.Name] = p.NamePos
			}
		}
	}
}

// overlapHint says how to cut the later pool so that it does not meet the earlier one.
func overlapHint(later, earlier Pool) string {
	switch {
	case earlier.Last.Less(later.Last) && !later.First.Less(earlier.First):
		return "begin it at " + earlier.Last.Next().String() + " or later"
	case later.First.Less(earlier.First) && !earlier.Last.Less(later.Last):
		return "end it at " + earlier.First.Prev().String() + " or earlier"
	case later.First.Less(earlier.First):
		return "split it around the other pool"
	default:
		return "remove it; the other pool has all of its addresses"
	}
}

func rangeText(p Pool) string { return Range{p.First, p.Last}.String() }
