package keeper

import (
	"sync/atomic"
	"time"
)

// stepped is how far the wall clock must be off to have been set rather than have drifted.
const stepped = 2 * time.Second

// clock gives the time that leases live by. It is the wall clock when it starts, and runs with the monotonic clock from then
// on: when somebody sets the wall clock, no lease ends early or late. Step tells of that, so that the leases can be moved to
// the new time of day. Now may be called from any goroutine, Step from one.
type clock struct {
	wall  func() time.Time
	start time.Time    // read for its monotonic part
	base  time.Time    // the time of day at start, without a monotonic part, which Add would move as well
	set   atomic.Int64 // by how much the wall clock was set since, as a time.Duration
}

func newClock(wall func() time.Time) *clock {
	if wall == nil {
		wall = time.Now
	}
	return &clock{wall: wall, start: time.Now(), base: wall().Round(0)}
}

// Now returns the time.
func (c *clock) Now() time.Time { return c.base.Add(time.Duration(c.set.Load()) + time.Since(c.start)) }

// Step returns by how much the wall clock was set since the last call, in whole seconds, 0 if it was not. Now goes on from the
// new time.
func (c *clock) Step() time.Duration {
	off := c.wall().Round(0).Sub(c.Now())
	if off.Abs() < stepped {
		return 0
	}
	off = off.Truncate(time.Second)
	c.set.Add(int64(off))
	return off
}
