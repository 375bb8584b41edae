package deliver

import (
	"math/rand/v2"
	"sync"
	"time"
)

// failuresToHold is how many failures in a row, of kinds that may lie in the deliveries, count as trouble of the endpoint.
const failuresToHold = 10

// gate decides how many attempts an endpoint may get: all that are due while it answers, one at a time with pauses while it does
// not, none after it said 410.
type gate struct {
	mu       sync.Mutex
	underWay int
	inARow   int       // failures since the last success
	held     int       // failed attempts while held back; 0 means that the gate is open
	since    time.Time // when the latest of these ended
	until    time.Time // no attempt before this while held back
	gone     bool
	problem  string // of the failure that closed it
}

// enter asks for an attempt. If it may not be made now, wait says when to ask again; zero means after an attempt has ended.
func (g *gate) enter(now time.Time) (ok bool, wait time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.gone || g.held > 0 && g.underWay > 0:
		return false, time.Time{}
	case g.held > 0 && now.Before(g.until):
		return false, g.until
	}
	g.underWay++
	return true, time.Time{}
}

// leave takes back an enter that led to no attempt.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.underWay--
}

// turn is what an attempt did to the gate.
type turn uint8

const (
	unchanged turn = iota
	closed         // the endpoint is now held back
	opened         // the endpoint answers again
)

// ended reports an attempt that began and ended at these times.
func (g *gate) ended(r result, began, now time.Time) turn {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.underWay--
	if r.outcome == Delivered {
		was := g.held
		g.inARow, g.held = 0, 0
		if was > 0 && !g.gone {
			return opened
		}
		return unchanged
	}
	g.inARow++
	if r.outcome == Gone && !g.gone {
		g.gone, g.problem = true, r.problem
		return closed
	}
	if !r.outcome.holds() && g.inARow < failuresToHold && g.held == 0 && r.retryAfter == 0 {
		return unchanged
	}
	if g.held > 0 && began.Before(g.since) {
		return unchanged // it was under way when the gate closed and says nothing new
	}
	g.held++
	g.since, g.problem = now, r.problem
	g.until = now.Add(max(Delay(rand.Float64(), g.held, maxHold), r.retryAfter))
	if g.held > 1 {
		return unchanged
	}
	return closed
}

// shut returns why the endpoint is held back; ok is false while it is not.
func (g *gate) shut() (problem string, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.problem, g.held > 0 || g.gone
}

// reopen forgets a 410, and reports whether there was one.
func (g *gate) reopen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.gone
	g.gone, g.held = false, 0
	return was
}
