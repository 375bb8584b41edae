package config

import (
	"fmt"
	"slices"
)

// checkExclude notes what is not in the pool, and returns the rest sorted, with those together that touch.
func checkExclude(p Pool, list []placedRange, rng value) []Range {
	var inside []Range
	for _, x := range list {
		switch {
		case x.Last.Less(p.First) || p.Last.Less(x.First):
			rng.doc.addAt(x.pos, "remove it", "exclude: %s is not in pool %s (line %d)", x, rangeText(p), rng.pos.Line)
		case x.First.Less(p.First):
			rng.doc.addAt(x.pos, "begin it at "+p.First.String()+" or later", "exclude: %s leaves pool %s (line %d)", x, rangeText(p), rng.pos.Line)
		case p.Last.Less(x.Last):
			rng.doc.addAt(x.pos, "end it at "+p.Last.String()+" or earlier", "exclude: %s leaves pool %s (line %d)", x, rangeText(p), rng.pos.Line)
		default:
			inside = append(inside, x.Range)
		}
	}
	slices.SortFunc(inside, func(a, b Range) int { return a.First.Compare(b.First) })
	var apart []Range
	for _, x := range inside {
		if n := len(apart); n > 0 && !apart[n-1].Last.Next().Less(x.First) {
			if apart[n-1].Last.Less(x.Last) {
				apart[n-1].Last = x.Last
			}
			continue
		}
		apart = append(apart, x)
	}
	return apart
}

// checkPoolLeft notes when a pool has no address that may be given out. ends is the exclude_ends of its subnet.
func checkPoolLeft(p Pool, excludeEnds bool, rng, exclude, ends value) {
	if p.usable(excludeEnds) {
		return
	}
	why := fmt.Sprintf("exclude%s and exclude_ends%s leave", where(exclude), where(ends))
	switch whole := (Pool{First: p.First, Last: p.Last}); {
	case !p.usable(false):
		why = "exclude" + where(exclude) + " leaves"
	case !whole.usable(excludeEnds):
		why = "exclude_ends" + where(ends) + " leaves"
	}
	rng.doc.addAt(rng.pos, "make it larger, or exclude less", "pool %s is empty: %s it no address", rangeText(p), why)
}

// usable reports whether the pool has an address that is not excluded.
func (p Pool) usable(excludeEnds bool) bool {
	next, last := uint64(number(p.First)), uint64(number(p.Last))
	for _, x := range p.Exclude {
		if gapUsable(next, uint64(number(x.First)), excludeEnds) {
			return true
		}
		next = uint64(number(x.Last)) + 1
	}
	return gapUsable(next, last+1, excludeEnds)
}

// gapUsable reports whether one of the addresses from first to before end may be used. Of three in a row, one does not end in 0
// or 255.
func gapUsable(first, end uint64, excludeEnds bool) bool {
	if !excludeEnds || first+3 <= end {
		return first < end
	}
	for ; first < end; first++ {
		if first&255 != 0 && first&255 != 255 {
			return true
		}
	}
	return false
}
