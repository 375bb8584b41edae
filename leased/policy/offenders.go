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

const (
	// wasteSpan is how long waste is added up for, wasteAllowed how much of it is put up with in that.
	wasteSpan    = time.Second
	wasteAllowed = 200 * time.Millisecond
	// slowShown is how long a hook that went over its budget is shown as slow.
	slowShown = time.Minute
)

// waste adds up what calls cost that went over their budget.
type waste struct {
	until atomic.Int64 // the hook rests; a time.Duration
	over  atomic.Int64 // and when it last went over, 0 for never

	mu    sync.Mutex
	span  time.Duration // the one that counts now, as a multiple of wasteSpan
	spent time.Duration
}

// add counts a call that went over its budget and took so long. It reports whether the hook rests for that.
func (w *waste) add(now, took time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over.Store(max(int64(now), 1))
	if span := now.Truncate(wasteSpan); span != w.span {
		w.span, w.spent = span, 0
	}
	w.spent += took
	if w.spent <= wasteAllowed {
		return false
	}
	w.until.Store(int64(w.span + wasteSpan))
	return true
}

// rests reports whether the hook is left alone.
func (w *waste) rests(now time.Duration) bool { return int64(now) < w.until.Load() }

// slow reports whether it went over its budget of late.
func (w *waste) slow(now time.Duration) bool {
	over := w.over.Load()
	return over != 0 && now-time.Duration(over) < slowShown
}
