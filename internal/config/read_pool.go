package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// readPool reads a pool and holds it against its subnet, of which prefix and ends (exclude_ends) are settings. It reports false when
// the range is not known.
func readPool(v value, s Subnet, prefix, ends value) (Pool, bool) {
	m := v.mapping()
	rng, hostname, exclude := m.get("range"), m.get("hostname"), m.get("exclude")
	name := m.get("name")
	p := Pool{
		Name:     read(name, "", parsePoolName),
		NamePos:  name.pos,
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

// notPools are what policies say in the place of the name of a pool.
var notPools = []string{"ignore", "nak"}

// parsePoolName reads a name that can be taken for neither a word of policies nor a range.
func parsePoolName(s string) (string, *problem) {
	name, p := parseName(s)
	switch {
	case p != nil:
		return "", p
	case slices.Contains(notPools, strings.ToLower(s)):
		return "", &problem{fmt.Sprintf("%q is what policies say to refuse a machine", s), "choose another name"}
	case !strings.ContainsFunc(s, func(c rune) bool { return isAlnum(c) && (c < '0' || c > '9') }):
		return "", &problem{fmt.Sprintf("%q can be taken for a range", s), "choose a name with a letter in it"}
	}
	return name, nil
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
