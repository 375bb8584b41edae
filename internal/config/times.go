package config

import (
	"strconv"
	"time"
)

// LeaseTimes are the lifetime of a lease and when its holder should renew it.
type LeaseTimes struct {
	// Time is the valid lifetime in whole seconds, 1 to 2^32-2 of them (RFC 2131 §3.3: 2^32-1 would be infinity).
	// Default 1h.
	Time time.Duration
	// T1 is when the client begins to renew, default 50%; T2 when it begins to rebind, default 87.5% (RFC 2131 §4.4.5).
	// For this Time, T1 ≤ T2 ≤ Time.
	T1, T2 Point
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
