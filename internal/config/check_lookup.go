package config

import (
	"slices"

	"rollcall/internal/bootname"
	"rollcall/internal/option"
)

// checkLookups notes URLs with names where machines are not told whom to ask for the address.
func (r *roll) checkLookups(l *Leased) {
	c := lookups{doc: r.doc, said: map[Pos]bool{}}
	networks := map[string]*SharedNetwork{}
	for i := range l.SharedNetworks {
		networks[l.SharedNetworks[i].Name] = &l.SharedNetworks[i]
	}
	served := len(l.Subnets) == 0
	within := map[string][]*Level{}
	for i := range l.Subnets {
		s := &l.Subnets[i]
		outer := []*Level{&s.Level}
		if n := networks[s.SharedNetwork]; n != nil {
			outer = append(outer, &n.Level)
		}
		outer = append(outer, &l.Level)
		served = served || resolves(outer)
		if role, _ := roleOf(s, networks, l); role == RoleProxy {
			continue // the other server says whom to ask
		}
		within[s.Ref()] = outer
		c.check("subnet "+s.Ref(), outer)
		for j := range s.Pools {
			c.check("pool "+rangeText(s.Pools[j]), append([]*Level{&s.Pools[j].Level}, outer...))
		}
	}
	for i := range l.Classes {
		if class := &l.Classes[i]; !served {
			c.check("class "+class.Name, []*Level{&class.Level})
		}
	}
	byClass := slices.ContainsFunc(l.Classes, func(c Class) bool { return resolves([]*Level{&c.Level}) })
	for i := range l.Reservations {
		m := &l.Reservations[i]
		outer, combined := within[m.Subnet]
		if combined && m.Boot != nil && (len(m.Boot.HTTP) > 0 || m.Boot.IPXE.Set) && !byClass {
			c.check("the reservation", append([]*Level{&m.Level}, outer...))
		}
	}
}

// lookups notes each URL once.
type lookups struct {
	doc  *document
	said map[Pos]bool
}

// check notes the URLs that are in force at a place, of which the levels are given, the nearest first.
func (c *lookups) check(place string, levels []*Level) {
	if resolves(levels) {
		return
	}
	var http []FirmwareFile
	var ipxe Said[string]
	for _, level := range levels {
		if level.Boot == nil {
			continue
		}
		for _, f := range level.Boot.HTTP {
			if !slices.ContainsFunc(http, func(have FirmwareFile) bool { return have.Firmware == f.Firmware }) {
				http = append(http, f)
			}
		}
		if !ipxe.Set {
			ipxe = level.Boot.IPXE
		}
	}
	for _, url := range append(http, FirmwareFile{Name: ipxe.Value, Pos: ipxe.Pos}) {
		if host := bootname.HostToResolve(url.Name); host != "" && !c.said[url.Pos] {
			c.said[url.Pos] = true
			c.doc.addAt(url.Pos, "write the address of the server, or add domain-name-servers to options",
				"%s has to be looked up, and %s has no domain-name-servers", host, place)
		}
	}
}

// resolves reports whether machines are told whom to ask for addresses.
func resolves(levels []*Level) bool {
	for _, level := range levels {
		for _, o := range level.Options {
			if o.Def.Code == option.DomainNameServer {
				return len(o.Value) > 0
			}
		}
	}
	return false
}
