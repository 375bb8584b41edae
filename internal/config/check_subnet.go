package config

import (
	"net/netip"
	"slices"
)

// checkNames finds two subnets that cannot be told apart.
func (r *roll) checkNames() {
	first := map[string]Pos{}
	for _, s := range r.subnets {
		if at, dup := first[s.Ref()]; dup {
			r.doc.addAt(s.Pos, "choose another name, or give it a serial of its own", "subnet %s is given twice, first on line %d", s.Ref(), at.Line)
			continue
		}
		first[s.Ref()] = s.Pos
	}
}

// checkPrefixes finds networks that share addresses, so that an address would not say which subnet it is in. Subnets of one
// name are the exception: their serials tell variants of one network apart, with other options or gateways. They are on one
// link then.
func (r *roll) checkPrefixes() {
	var valid []placedSubnet
	for _, s := range r.subnets {
		if s.Prefix.IsValid() {
			valid = append(valid, s)
		}
	}
	// Networks nest or are apart, never anything between. Sorted by address, the larger first, those around the current one
	// are a stack.
	slices.SortStableFunc(valid, func(a, b placedSubnet) int {
		if c := a.Prefix.Addr().Compare(b.Prefix.Addr()); c != 0 {
			return c
		}
		return a.Prefix.Bits() - b.Prefix.Bits()
	})
	var around []placedSubnet
	for _, s := range valid {
		for len(around) > 0 && !around[len(around)-1].Prefix.Overlaps(s.Prefix) {
			around = around[:len(around)-1]
		}
		if len(around) > 0 {
			r.checkOverlap(around[len(around)-1], s)
		}
		around = append(around, s)
	}
}

func (r *roll) checkOverlap(a, b placedSubnet) {
	if comparePos(b.prefixPos, a.prefixPos) < 0 {
		a, b = b, a
	}
	switch {
	case a.Prefix == b.Prefix && a.Name == b.Name && a.SharedNetwork == b.SharedNetwork:
	case a.Prefix == b.Prefix && a.Name == b.Name:
		r.doc.addAt(b.Pos, "set shared_network: "+a.SharedNetwork, "subnet %s is another serial of %s (line %d) and not in its shared network %s",
			b.Ref(), a.Ref(), a.Pos.Line, a.SharedNetwork)
	case a.Prefix == b.Prefix:
		r.doc.addAt(b.prefixPos, "choose another prefix, or give both one name and different serials",
			"subnet %s has the prefix of subnet %s (line %d)", b.Ref(), a.Ref(), a.prefixPos.Line)
	default:
		r.doc.addAt(b.prefixPos, "choose networks that are apart", "subnet %s %s overlaps subnet %s %s (line %d)",
			b.Ref(), b.Prefix, a.Ref(), a.Prefix, a.prefixPos.Line)
	}
}

// subnetOf returns the first subnet that an address is in.
func (r *roll) subnetOf(a netip.Addr) (placedSubnet, bool) {
	i := slices.IndexFunc(r.subnets, func(s placedSubnet) bool { return s.Prefix.IsValid() && s.Prefix.Contains(a) })
	if i < 0 {
		return placedSubnet{}, false
	}
	return r.subnets[i], true
}
