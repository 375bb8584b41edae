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
	n.Level = readLevel(m, true)
	m.done()
	return n, n.Name != ""
}
