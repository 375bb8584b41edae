package config

import (
	"fmt"
	"strconv"
	"strings"
)

// readPool reads a pool and holds it against its subnet, of which prefix and ends (exclude_ends) are settings. It reports false when
// the range is not known.
func readPool(v value, s Subnet, prefix, ends value) (Pool, bool) {
	m := v.mapping()
	rng, hostname, exclude := m.get("range"), m.get("hostname"), m.get("exclude")
	p := Pool{
		For:      oneOf(m.get("for"), ForAny, ForKnown, ForUnknown),
		Classes:  readClassNames(m.get("classes"), true),
		Hostname: read(hostname, "", parseHostPattern),
		Scan:     m.get("scan").bool(false),
		Level:    readLevel(m, false),
		Pos:      rng.pos,
	}
	known := rng.require("10.99.0.50-10.99.0.250")
	span := read(rng, Range{}, parsePoolRange)
	p.First, p.Last = span.First, span.Last
	p.Lease = readLease(m.get("lease"), s.Lease, "pool "+span.String())
	excluded := readExclude(exclude)
	m.done()
	if !known || !p.First.IsValid() || s.Prefix.IsValid() && !checkPoolInside(p, s.Prefix, rng, prefix) {
		return p, false
	}
	p.Exclude = checkExclude(p, excluded, rng)
	checkPoolLeft(p, s.ExcludeEnds, rng, exclude, ends)
	if p.Hostname != "" && p.First != p.Last && !strings.Contains(p.Hostname, "{ip}") {
		hostname.fail("add {ip}, as in "+p.Hostname+"-{ip}", "every machine of the pool would be called %q", p.Hostname)
	}
	return p, true
}

// placedRange is a range with its place.
type placedRange struct {
	Range
	pos Pos
}

func readExclude(v value) []placedRange {
	var list []placedRange
	for _, item := range v.items() {
		if r := read(item, Range{}, parseRange); r.First.IsValid() {
			list = append(list, placedRange{r, item.pos})
		}
	}
	return list
}

// maxPool is the largest number of addresses of one pool, which each cost memory in leased.
const maxPool = 1 << 24

// parsePoolRange reads first-last, or a single address, of no more addresses than a pool has.
func parsePoolRange(s string) (Range, *problem) {
	r, p := parseRange(s)
	switch {
	case p != nil:
		return r, p
	case number(r.Last)-number(r.First) >= maxPool:
		return Range{}, &problem{fmt.Sprintf("pool %s has %s addresses; %d is the most", s,
			strconv.FormatUint(uint64(number(r.Last)-number(r.First))+1, 10), maxPool), "make it smaller, or several pools"}
	}
	return r, nil
}
