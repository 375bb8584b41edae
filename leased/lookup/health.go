package lookup

import (
	"math/rand/v2"
	"time"
)

const (
	// inARow is how many questions in a row have to fail for the service to count as down.
	inARow = 5
	// firstRest is how long a service that is down, and a machine of which a question failed, is left alone at first; it doubles up to
	// the bounds of the two.
	firstRest      = time.Second
	maxServiceRest = 30 * time.Second
	maxMachineRest = time.Minute
	// maxRetryAfter bounds what a service may ask for.
	maxRetryAfter = 5 * time.Minute
)

// rest returns how long to leave something alone after a number of failures, from 1: the bound doubles, and chance takes up to half of it
// away, so that not all come back at once.
func rest(failures int, most time.Duration) time.Duration {
	bound := most
	if failures < 16 {
		bound = min(most, firstRest<<max(failures-1, 0))
	}
	return bound/2 + time.Duration(rand.Float64()*float64(bound/2))
}

// health is how the service does. A service that is down is tried with one question at a time.
type health struct {
	failures int // in a row
	down     bool
	since    time.Time // it has been down
	until    time.Time // it is left alone
	problem  string    // of the latest failure
}

// turn is what an answer changes.
type turn uint8

const (
	asBefore turn = iota
	wentDown
	cameUp
)

// answered notes that the service said something, if not what it should.
func (h *health) answered() turn {
	was := h.down
	*h = health{}
	if was {
		return cameUp
	}
	return asBefore
}

// failed notes that it did not, at now, and wants to be left alone for pause.
func (h *health) failed(now time.Time, problem string, pause time.Duration) turn {
	h.failures++
	h.problem = problem
	if h.failures < inARow && pause == 0 && !h.down {
		return asBefore
	}
	h.until = now.Add(max(rest(h.failures-inARow+1, maxServiceRest), pause))
	if h.down {
		return asBefore
	}
	h.down, h.since = true, now
	return wentDown
}
