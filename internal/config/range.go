package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// Range is the addresses from First to Last, both included.
type Range struct {
	First, Last netip.Addr
}

// String returns the range as it is written in the file.
func (r Range) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// parseRange reads first-last, or a single address.
func parseRange(s string) (Range, *problem) {
	const example = "write an address, or first-last as in 10.99.0.50-10.99.0.250"
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	first, p := parseAddr(strings.TrimSpace(from))
	if p != nil {
		return Range{}, &problem{p.msg, example}
	}
	last, p := parseAddr(strings.TrimSpace(to))
	switch {
	case p != nil:
		return Range{}, &problem{p.msg, example}
	case last.Less(first):
		return Range{}, &problem{fmt.Sprintf("%s ends before it begins", s), fmt.Sprintf("write %s-%s", last, first)}
	}
	return Range{first, last}, nil
}
