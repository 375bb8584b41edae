package config

import "net/netip"

// readNetwork reads the details of a shared network. It reports false when it has no name to speak of it.
func readNetwork(v value, outer LeaseTimes) (SharedNetwork, bool) {
	m := v.mapping()
	name := m.get("name")
	n := SharedNetwork{Pos: name.pos}
	if name.require("floor") {
		n.Name = read(name, "", parseName)
	}
	n.LinkSelection = oneOf(m.get("link_selection"), LinkHonour, LinkIgnore)
	n.ServerID = read(m.get("server_id"), netip.Addr{}, parseHost)
	n.Lease = readLease(m.get("lease"), outer, "shared network "+n.Name)
	n.Level = readLevel(m)
	m.done()
	return n, n.Name != ""
}

// leaseOf returns the lease times that the subnets of a shared network inherit.
func (r *roll) leaseOf(network string, outer LeaseTimes) LeaseTimes {
	for _, n := range r.networks {
		if n.Name == network {
			return n.Lease
		}
	}
	return outer
}

// checkNetworks finds details that are given twice, and those of networks that no subnet is in.
func (r *roll) checkNetworks() {
	var used []string
	in := map[string]bool{}
	for _, s := range r.subnets {
		if !in[s.SharedNetwork] {
			in[s.SharedNetwork] = true
			used = append(used, s.SharedNetwork)
		}
	}
	first := map[string]Pos{}
	for _, n := range r.networks {
		if at, dup := first[n.Name]; dup {
			r.doc.addAt(n.Pos, "put both together", "shared network %s is given twice, first on line %d", n.Name, at.Line)
			continue
		}
		first[n.Name] = n.Pos
		if in[n.Name] || r.nameless {
			continue
		}
		if s := Nearest(n.Name, used); s != "" {
			r.doc.addAt(n.Pos, "", "no subnet is in shared network %q; did you mean %q?", n.Name, s)
		} else {
			r.doc.addAt(n.Pos, "write shared_network: "+n.Name+" in its subnets, or remove it", "no subnet is in shared network %q", n.Name)
		}
	}
}
