package config

import (
	"net/netip"
	"slices"

	"rollcall/internal/option"
)

// checkRouters finds pools that would give the address of their own router to a machine. One that is reserved is given to nobody else.
func (r *roll) checkRouters(global Level) {
	reserved := map[netip.Addr]bool{}
	for _, res := range r.reservations {
		reserved[res.Address] = true
	}
	for _, s := range r.subnets {
		var network Level
		if i := slices.IndexFunc(r.networks, func(n SharedNetwork) bool { return n.Name == s.SharedNetwork }); i >= 0 {
			network = r.networks[i].Level
		}
		for _, p := range s.Pools {
			routers := nearest(option.Router, p.Level, s.Level, network, global)
			for b := range slices.Chunk(routers.Value, 4) {
				a, ok := netip.AddrFromSlice(b)
				if !ok || !p.has(a) || reserved[a] {
					continue
				}
				r.doc.addAt(p.Pos, "add "+a.String()+" to the exclude of the pool", "pool %s has the router %s (line %d), and would give it to some machine",
					rangeText(p), a, routers.Pos.Line)
			}
		}
	}
}

// nearest returns what the first level that speaks of an option says of it.
func nearest(code option.Code, levels ...Level) Option {
	for _, l := range levels {
		if i := slices.IndexFunc(l.Options, func(o Option) bool { return o.Def.Code == code }); i >= 0 {
			return l.Options[i]
		}
	}
	return Option{}
}

// has reports whether an address is in the pool and not excluded.
func (p Pool) has(a netip.Addr) bool {
	in := func(x Range) bool { return !a.Less(x.First) && !x.Last.Less(a) }
	return in(Range{p.First, p.Last}) && !slices.ContainsFunc(p.Exclude, in)
}
