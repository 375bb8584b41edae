package policy

import (
	"sync"
	"sync/atomic"
	"time"

	"rollcall/leased/engine"
)

const (
	// offenceKept is how long a machine is remembered whose message took a hook over its budget.
	offenceKept = time.Minute
	// maxOffenders bounds the machines that are remembered for one hook.
	maxOffenders = 4096
)

// offenders are machines whose messages took a hook over its budget. All are kept equally long, so the first to come is the first to
// go; one more than there is room for drives out the oldest.
type offenders struct {
	some atomic.Bool // so that no lock is needed while there are none

	mu    sync.Mutex
	until map[engine.HW]time.Duration
	order []engine.HW // a ring once it is full
	next  int
}

// add remembers a machine. One without hardware address is nobody in particular.
func (o *offenders) add(who engine.HW, now time.Duration) {
	if who.IsZero() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.until == nil {
		o.until = make(map[engine.HW]time.Duration)
	}
	if _, known := o.until[who]; !known {
		if len(o.order) < maxOffenders {
			o.order = append(o.order, who)
		} else {
			delete(o.until, o.order[o.next])
			o.order[o.next] = who
			o.next = (o.next + 1) % maxOffenders
		}
	}
	o.until[who] = now + offenceKept
	o.some.Store(true)
}

// has reports whether a machine is remembered.
func (o *offenders) has(who engine.HW, now time.Duration) bool {
	if !o.some.Load() {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	until, ok := o.until[who]
	return ok && now < until
}
