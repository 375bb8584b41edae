package config

import (
	"fmt"
	"net/netip"
)

// placedSubnet is a subnet with the place of its prefix.
type placedSubnet struct {
	Subnet
	prefixPos Pos
}

// readSubnet reads a subnet, which inherits the lease times of its shared network. It reports false when the subnet has no name to
// speak of it.
func readSubnet(v value, outer func(network string) LeaseTimes) (placedSubnet, bool) {
	m := v.mapping()
	name, prefix, ends := m.get("name"), m.get("prefix"), m.get("exclude_ends")
	s := placedSubnet{prefixPos: prefix.pos}
	s.Pos = name.pos
	if name.require("hall") {
		s.Name = read(name, "", parseName)
	}
	if prefix.require("10.20.0.0/22") {
		s.Prefix = read(prefix, netip.Prefix{}, parseSubnetPrefix)
	}
	s.Serial = uint32(m.get("serial").int(0, 0, 1<<32-1))
	s.SharedNetwork = read(m.get("shared_network"), s.Name, parseName)
	for _, item := range m.get("links").items() {
		if link := read(item, "", parseLink); link != "" {
			s.Links = append(s.Links, link)
		}
	}
	s.Identity = oneOf(m.get("identity"), IdentityClientID, IdentityHardware)
	s.Classes = readClassNames(m.get("classes"), true)
	s.ExcludeEnds = ends.bool(false)
	s.ServerID = read(m.get("server_id"), netip.Addr{}, parseHost)
	s.Lease = readLease(m.get("lease"), outer(s.SharedNetwork), "subnet "+s.Ref())
	s.Level = readLevel(m, true)
	for _, item := range m.get("pools").items() {
		if p, ok := readPool(item, s.Subnet, prefix, ends); ok {
			s.Pools = append(s.Pools, p)
		}
	}
	m.done()
	return s, s.Name != ""
}

// parseSubnetPrefix reads a network that hosts can be in.
func parseSubnetPrefix(s string) (netip.Prefix, *problem) {
	p, fault := parsePrefix(s)
	if fault != nil {
		return p, fault
	}
	for _, special := range []struct{ prefix, what string }{
		{"0.0.0.0/8", "this network"}, {"127.0.0.0/8", "loopback"}, {"224.0.0.0/4", "multicast"}, {"255.255.255.255/32", "broadcast"},
	} {
		if p.Overlaps(netip.MustParsePrefix(special.prefix)) {
			return netip.Prefix{}, &problem{fmt.Sprintf("%s has addresses that no host can have (%s, %s)", p, special.what, special.prefix),
				"write a network such as 10.20.0.0/22"}
		}
	}
	return p, nil
}
