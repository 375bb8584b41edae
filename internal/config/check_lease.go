package config

import (
	"fmt"
	"time"
)

// leaseValues are the settings of one level that must agree with each other and with those inherited.
type leaseValues struct {
	length, least, most, t1, t2, scarce value
}

// check holds the times against each other. l is what is in force, of which at least one may have been given here.
func (g *leaseValues) check(l LeaseTimes) {
	if !given(g.length, g.least, g.most, g.t1, g.t2) {
		return
	}
	elsewhere := ""
	if g.length.node == nil {
		elsewhere = ", or give a time here too"
	}
	switch {
	case l.Min > l.Time:
		firstGiven(g.least, g.length).remark("make min "+formatLease(l.Time)+" or less"+elsewhere, "min (%s) is longer than time (%s)%s",
			formatLease(l.Min), formatLease(l.Time), where(g.length))
	case l.Max < l.Time:
		firstGiven(g.most, g.length).remark("make max "+formatLease(l.Time)+" or more"+elsewhere, "max (%s) is shorter than time (%s)%s",
			formatLease(l.Max), formatLease(l.Time), where(g.length))
	case l.Min == Infinite:
		if given(g.t1, g.t2) {
			firstGiven(g.t1, g.t2).remark("remove it", "a lease without end%s is never renewed", where(g.length))
		}
	default:
		g.checkPoints(l)
	}
}

// checkScarce finds a share of free addresses below which nothing changes.
func (g *leaseValues) checkScarce(l LeaseTimes) {
	if given(g.scarce) && l.Scarce > 0 && l.Min == l.Time {
		g.scarce.remark("set min, as in min: 10m, or remove scarce", "leases last min when addresses are scarce, and min is time (%s)%s",
			formatLease(l.Time), where(g.length))
	}
}

// checkPoints holds T1 and T2 against the leases that there may be.
func (g *leaseValues) checkPoints(l LeaseTimes) {
	longest := min(l.Max, maxLease)
	end := "the lease"
	if l.Min != l.Max {
		end = "the longest lease"
	}
	if l.T2.Duration > longest {
		firstGiven(g.t2, g.most, g.length, g.t1, g.least).remark("make t2 "+formatDuration(longest)+" or less", "t2 (%s) is after the end of %s (%s)%s",
			formatDuration(l.T2.Duration), end, formatDuration(longest), where(firstGiven(g.most, g.length)))
		return
	}
	if l.T1.Duration > longest {
		firstGiven(g.t1, g.most, g.length, g.t2, g.least).remark("make t1 "+formatDuration(longest)+" or less", "t1 (%s) is after the end of %s (%s)%s",
			formatDuration(l.T1.Duration), end, formatDuration(longest), where(firstGiven(g.most, g.length)))
		return
	}
	length := l.worst(longest)
	if l.T1.exact(length) <= l.T2.exact(length) {
		return
	}
	of := ""
	if l.Min != l.Max && (l.T1.Percent == 0) != (l.T2.Percent == 0) {
		of = " of a lease of " + formatDuration(length)
	}
	remedy := "make t1 " + formatDuration(l.T2.Of(length)) + " or less"
	switch {
	case !l.T1Given:
		remedy = "make t2 " + formatDuration(l.T1.Of(length)) + " or more, or give a t1 too: without one it is 50%"
	case !l.T2Given:
		remedy += ", or give a t2 too: without one it is 87.5%"
	}
	firstGiven(g.t1, g.t2, g.length, g.most, g.least).remark(remedy, "t1 (%s) is after t2 (%s)%s%s", l.T1, l.T2, of, where(g.t2))
}

// worst returns the lifetime in which T1 comes latest in comparison with T2, of those in which neither is left out for being
// after the end.
func (l LeaseTimes) worst(longest time.Duration) time.Duration {
	switch {
	case l.T1.Percent == 0 && l.T2.Percent != 0:
		return max(l.Min, l.T1.Duration)
	case l.T1.Percent != 0 && l.T2.Percent == 0:
		return longest
	default:
		return l.Time
	}
}

// given reports whether any of the values is in the file.
func given(values ...value) bool { return firstGiven(values...).node != nil }

// firstGiven returns the first of the values that is in the file, or the first if none is.
func firstGiven(values ...value) value {
	for _, v := range values {
		if v.node != nil {
			return v
		}
	}
	return values[0]
}

// where names the line of the other setting, if it is given here.
func where(v value) string {
	if v.node == nil {
		return ""
	}
	return fmt.Sprintf(" (line %d)", v.pos.Line)
}

// formatLease writes a lifetime as it is written in the file.
func formatLease(d time.Duration) string {
	if d == Infinite {
		return "infinite"
	}
	return formatDuration(d)
}
