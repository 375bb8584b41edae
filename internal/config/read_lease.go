package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// readLease reads lease times; what is not given is inherited. Times that were all inherited were checked where they
// stand.
func readLease(v value, outer LeaseTimes) LeaseTimes {
	m := v.mapping()
	length, t1, t2 := m.get("time"), m.get("t1"), m.get("t2")
	before := len(v.doc.errors)
	l := LeaseTimes{
		Time: read(length, outer.Time, parseLeaseTime),
		T1:   read(t1, outer.T1, parsePoint),
		T2:   read(t2, outer.T2, parsePoint),
	}
	m.done()
	if len(v.doc.errors) > before || length.node == nil && t1.node == nil && t2.node == nil {
		return l
	}
	at := func(first value, others ...value) value {
		for _, o := range others {
			if first.node == nil {
				first = o
			}
		}
		return first
	}
	switch {
	case l.T2.Duration > l.Time:
		v.doc.addAt(at(t2, length, t1).pos, "make t2 "+formatDuration(l.Time)+" or less", "t2 (%s) is after the end of the lease (%s)%s",
			formatDuration(l.T2.Duration), formatDuration(l.Time), atLine(length))
	case l.T1.Duration > l.Time:
		v.doc.addAt(at(t1, length, t2).pos, "make t1 "+formatDuration(l.Time)+" or less", "t1 (%s) is after the end of the lease (%s)%s",
			formatDuration(l.T1.Duration), formatDuration(l.Time), atLine(length))
	case l.T1.exact(l.Time) > l.T2.exact(l.Time):
		v.doc.addAt(at(t1, t2, length).pos, "make t1 "+formatDuration(l.T2.Of(l.Time))+" or less", "t1 (%s) is after t2 (%s)%s",
			l.T1, l.T2, atLine(t2))
	}
	return l
}

// atLine names the line of the other setting, if it is given here.
func atLine(v value) string {
	if v.node == nil {
		return ""
	}
	return fmt.Sprintf(" (line %d)", v.pos.Line)
}

func parseLeaseTime(s string) (time.Duration, *problem) {
	d, p := wholeSeconds(s)
	if p == nil && (d < time.Second || d > maxLease) {
		return 0, &problem{fmt.Sprintf("%s is not from 1s to 4294967294s (2^32-2)", s), "write a time such as 30s, 15m, 8h or 7d"}
	}
	return d, p
}

func parsePoint(s string) (Point, *problem) {
	if digits, ok := strings.CutSuffix(s, "%"); ok {
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || math.IsNaN(n) || n <= 0 || n > 100 {
			return Point{}, &problem{fmt.Sprintf("%q is not over 0%% and up to 100%%", s), "write a share of the lease such as 50% or 97.5%"}
		}
		return Point{Percent: n}, nil
	}
	d, p := wholeSeconds(s)
	switch {
	case p != nil:
		return Point{}, &problem{p.msg, "write a time such as 30m, or a share of the lease such as 50%"}
	case d < time.Second:
		return Point{}, &problem{fmt.Sprintf("%s is less than a second", s), "write 1s or more, or a share of the lease such as 50%"}
	}
	return Point{Duration: d}, nil
}

// wholeSeconds reads a time that goes over the wire in seconds.
func wholeSeconds(s string) (time.Duration, *problem) {
	d, p := parseDuration(s)
	if p == nil && d%time.Second != 0 {
		return 0, &problem{fmt.Sprintf("%s is not a whole number of seconds, which is all that DHCP can say", s),
			"write " + formatDuration(max(d.Truncate(time.Second), time.Second))}
	}
	return d, p
}
