package config

import (
	"math"
	"strconv"
	"time"
)

// Infinite is the lifetime of a lease without end (RFC 2131 §3.3).
const Infinite = math.MaxUint32 * time.Second

// LeaseTimes are the lifetime of a lease, when its holder should renew it, and what becomes of its address.
type LeaseTimes struct {
	// Time is the valid lifetime of a lease whose client asks for none, in whole seconds from 1, or [Infinite]. Default 1h.
	Time time.Duration
	// From is the level that Time is said at: "global", "shared network NAME", "subnet NAME" or "pool FIRST-LAST".
	From string
	// Min and Max bound what a client may ask for (option 51): Min ≤ Time ≤ Max, and Max may be [Infinite]. Where Time is
	// given without them they are the same, so that nobody gets anything else. Default 1h.
	Min, Max time.Duration
	// T1 is when the client begins to renew, default 50%; T2 when it begins to rebind, default 87.5% (RFC 2131 §4.4.5).
	// T1 ≤ T2 for every lifetime from Min to Max in which both fall.
	T1, T2 Point
	// T1Given and T2Given are whether the file has them, here or further out: they are sent unasked then.
	T1Given, T2Given bool
	// Affinity is how long a released or expired address is kept for its last holder while others are free. Default 0, to
	// 3650d.
	Affinity time.Duration
	// Reuse is the share of its lifetime, in percent, for which a lease is young enough to be acknowledged again as it is,
	// with what remains of it. Default 0, which is never; to 90.
	Reuse float64
	// Scarce is the share of free addresses in a pool, in percent, below which new leases last Min. Default 0, which is
	// never; to 100.
	Scarce float64
}

// Point is a moment in the life of a lease: a share of it, or a time after its start.
type Point struct {
	// Percent of the lease time, over 0 to 100. 0: Duration counts.
	Percent float64
	// Duration after the start, in whole seconds.
	Duration time.Duration
}

// Of returns the moment as the time after the start of a lease of the given length, in whole seconds. It is at least 1s
// and never after the end of the lease.
func (p Point) Of(lease time.Duration) time.Duration {
	return min(max(p.exact(lease).Truncate(time.Second), time.Second), lease)
}

// exact is Of before rounding and limits.
func (p Point) exact(lease time.Duration) time.Duration {
	if p.Percent == 0 {
		return p.Duration
	}
	return time.Duration(p.Percent / 100 * float64(lease))
}

// String returns the moment as it is written in the file.
func (p Point) String() string {
	if p.Percent == 0 {
		return formatDuration(p.Duration)
	}
	return strconv.FormatFloat(p.Percent, 'f', -1, 64) + "%"
}
