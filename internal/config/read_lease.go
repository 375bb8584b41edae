package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// defaultLease are the times where the file says nothing.
var defaultLease = LeaseTimes{
	Time: time.Hour, From: levelGlobal, Min: time.Hour, Max: time.Hour, T1: Point{Percent: 50}, T2: Point{Percent: 87.5},
}

// levelGlobal is what LeaseTimes.From calls the settings for all subnets.
const levelGlobal = "global"

// maxLease is the longest lease that is not infinite (RFC 2131 §3.3).
const maxLease = Infinite - time.Second

// readLease reads the lease times of a level, which calls itself from; what is not given is inherited. Times that were all
// inherited were checked where they stand.
func readLease(v value, outer LeaseTimes, from string) LeaseTimes {
	m := v.mapping()
	g := leaseValues{
		length: m.get("time"), least: m.get("min"), most: m.get("max"), t1: m.get("t1"), t2: m.get("t2"), scarce: m.get("scarce"),
	}
	before := len(v.doc.errors)
	l := outer
	if g.length.node != nil {
		l.Time, l.From = read(g.length, outer.Time, parseLeaseTime), from
		l.Min, l.Max = l.Time, l.Time
	}
	l.Min = read(g.least, l.Min, parseFiniteLease)
	l.Max = read(g.most, l.Max, parseLeaseTime)
	l.T1, l.T1Given = read(g.t1, l.T1, parsePoint), l.T1Given || g.t1.node != nil
	l.T2, l.T2Given = read(g.t2, l.T2, parsePoint), l.T2Given || g.t2.node != nil
	if len(v.doc.errors) == before {
		g.check(l)
	}
	l.Affinity = read(m.get("affinity"), l.Affinity, parseAffinity)
	l.Reuse = read(m.get("reuse"), l.Reuse, func(s string) (float64, *problem) { return parseShare(s, maxReuse) })
	l.Scarce = read(g.scarce, l.Scarce, func(s string) (float64, *problem) { return parseShare(s, 100) })
	if len(v.doc.errors) == before {
		g.checkScarce(l)
	}
	m.done()
	return l
}

func parseLeaseTime(s string) (time.Duration, *problem) {
	if s == "infinite" {
		return Infinite, nil
	}
	return parseFiniteLease(s)
}

func parseFiniteLease(s string) (time.Duration, *problem) {
	d, p := wholeSeconds(s)
	if p == nil && (d < time.Second || d > maxLease) {
		return 0, &problem{fmt.Sprintf("%s is not from 1s to 4294967294s (2^32-2)", s), "write a time such as 30s, 15m, 8h or 7d"}
	}
	return d, p
}

// maxAffinity bounds how long an address waits for its last holder.
const maxAffinity = 3650 * day

func parseAffinity(s string) (time.Duration, *problem) {
	d, p := wholeSeconds(s)
	if p == nil && d > maxAffinity {
		return 0, &problem{fmt.Sprintf("%s is not from 0 to %s", s, formatDuration(maxAffinity)), "write a time such as 1h or 30d; 0 is not at all"}
	}
	return d, p
}

// maxReuse is the largest share of its time for which a lease is answered without a write. Behind it must remain enough for a
// client that renews at half of what remains to be heard once more.
const maxReuse = 90

// parseShare reads a percentage from 0 to most.
func parseShare(s string, most float64) (float64, *problem) {
	digits, ok := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(digits, 64)
	if !ok && s != "0" || err != nil || math.IsNaN(n) || n < 0 || n > most {
		return 0, &problem{fmt.Sprintf("%q is not a share from 0%% to %g%%", s, most), "write a share such as 25%; 0% is never"}
	}
	return n, nil
}

func parsePoint(s string) (Point, *problem) {
	if digits, ok := strings.CutSuffix(s, "%"); ok {
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || math.IsNaN(n) || n < 0.01 || n > 100 {
			return Point{}, &problem{fmt.Sprintf("%q is not from 0.01%% to 100%%", s), "write a share of the lease such as 50% or 97.5%"}
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
