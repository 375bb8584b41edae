package config

// roleOf returns whose the addresses of a subnet are, and where that is said.
func roleOf(s *Subnet, networks map[string]*SharedNetwork, l *Leased) (BootRole, Pos) {
	levels := []*Level{&s.Level}
	if n := networks[s.SharedNetwork]; n != nil {
		levels = append(levels, &n.Level)
	}
	for _, level := range append(levels, &l.Level) {
		if level.Boot != nil && level.Boot.Role.Set {
			return level.Boot.Role.Value, level.Boot.Role.Pos
		}
	}
	return RoleCombined, s.Pos
}

// checkProxy notes addresses to give out where another server gives them.
func (r *roll) checkProxy(l *Leased) {
	networks := map[string]*SharedNetwork{}
	for i := range r.networks {
		networks[r.networks[i].Name] = &r.networks[i]
	}
	proxies, first := map[string]Pos{}, map[string]*Subnet{}
	for i := range r.subnets {
		s := &r.subnets[i].Subnet
		role, at := roleOf(s, networks, l)
		if other := first[s.SharedNetwork]; other == nil {
			first[s.SharedNetwork] = s
		} else if was, _ := roleOf(other, networks, l); was != role {
			r.doc.addAt(s.Pos, "give both the same boot.role, or put them into different shared networks",
				"subnet %s has role %s, and %s on the same link has role %s (line %d)", s.Ref(), role, other.Ref(), was, other.Pos.Line)
		}
		if role != RoleProxy {
			continue
		}
		proxies[s.Ref()] = at
		for _, p := range s.Pools {
			r.doc.addAt(p.Pos, "remove it, or set boot.role: combined in the subnet",
				"another server gives the addresses of subnet %s (role: proxy, line %d), so it has no pools", s.Ref(), at.Line)
		}
	}
	for i := range r.reservations {
		v := &r.reservations[i]
		if at, proxy := proxies[v.Subnet]; proxy && v.Address.IsValid() {
			r.doc.addAt(v.addressPos, "remove the address, or set boot.role: combined in the subnet",
				"another server gives the addresses of subnet %s (role: proxy, line %d)", v.Subnet, at.Line)
		}
	}
}
