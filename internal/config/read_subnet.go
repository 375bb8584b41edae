package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// placedSubnet is a subnet with the place of its prefix.
type placedSubnet struct {
	Subnet
	prefixPos Pos
}

// readSubnet reports false when the subnet has no name to speak of it.
func readSubnet(v value, outer LeaseTimes) (placedSubnet, bool) {
	m := v.mapping()
	name, prefix := m.get("name"), m.get("prefix")
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
		if link := read(item, "", parseInterface); link != "" {
			s.Links = append(s.Links, link)
		}
	}
	s.Identity = oneOf(m.get("identity"), IdentityClientID, IdentityHardware)
	s.Lease = readLease(m.get("lease"), outer)
	s.Options = readOptions(m.get("options"))
	for _, item := range m.get("pools").items() {
		if p, ok := readPool(item, s.Subnet, prefix); ok {
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

// readPool reads a pool and holds it against its subnet. It reports false when the range is not known.
func readPool(v value, s Subnet, prefix value) (Pool, bool) {
	m := v.mapping()
	rng, hostname := m.get("range"), m.get("hostname")
	p := Pool{
		For:      oneOf(m.get("for"), ForAny, ForKnown, ForUnknown),
		Hostname: read(hostname, "", parseHostPattern),
		Scan:     m.get("scan").bool(false),
		Pos:      rng.pos,
	}
	m.done()
	if !rng.require("10.99.0.50-10.99.0.250") {
		return p, false
	}
	ends := read(rng, [2]netip.Addr{}, parseRange)
	p.First, p.Last = ends[0], ends[1]
	if !p.First.IsValid() || s.Prefix.IsValid() && !checkPoolInside(p, s.Prefix, rng, prefix) {
		return p, false
	}
	if p.Hostname != "" && p.First != p.Last && !strings.Contains(p.Hostname, "{ip}") {
		hostname.fail("add {ip}, as in "+p.Hostname+"-{ip}", "every machine of the pool would be called %q", p.Hostname)
	}
	return p, true
}

// maxPool is the largest number of addresses of one pool, which each cost memory in leased.
const maxPool = 1 << 24

// parseRange reads first-last, or a single address.
func parseRange(s string) ([2]netip.Addr, *problem) {
	const example = "write first-last, as in 10.99.0.50-10.99.0.250"
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	first, p := parseAddr(strings.TrimSpace(from))
	if p != nil {
		return [2]netip.Addr{}, &problem{p.msg, example}
	}
	last, p := parseAddr(strings.TrimSpace(to))
	switch {
	case p != nil:
		return [2]netip.Addr{}, &problem{p.msg, example}
	case last.Less(first):
		return [2]netip.Addr{}, &problem{fmt.Sprintf("pool %s ends before it begins", s), fmt.Sprintf("write %s-%s", last, first)}
	case number(last)-number(first) >= maxPool:
		return [2]netip.Addr{}, &problem{fmt.Sprintf("pool %s has %s addresses; %d is the most", s,
			strconv.FormatUint(uint64(number(last)-number(first))+1, 10), maxPool), "make it smaller, or several pools"}
	}
	return [2]netip.Addr{first, last}, nil
}
