package policy

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// wasteShare: a hook may waste one part in so many of the time.
	wasteShare = 5
	// wasteAllowed is how much it may waste at a stretch. Messages that have nothing to do with it may wait for that long.
	wasteAllowed = 40 * time.Millisecond
	// slowShown is how long a hook that went over its budget is shown as slow.
	slowShown = time.Minute
)

// waste adds up what calls cost that went over their budget, and forgets it as time goes by. A hook that has wasted too much rests until
// all is forgotten.
type waste struct {
	until atomic.Int64 // the hook rests; a time.Duration
	over  atomic.Int64 // when it last went over its budget, 0 for never

	mu    sync.Mutex
	spent time.Duration // of which some has been forgotten
	at    time.Duration // when that was
}

// add counts a call that went over its budget and took so long. It reports whether the hook rests for that.
func (w *waste) add(now, took time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over.Store(max(int64(now), 1))
	w.spent, w.at = max(w.spent-(now-w.at)/wasteShare, 0)+took, now
	if w.spent <= wasteAllowed {
		return false
	}
	w.until.Store(int64(now + wasteShare*w.spent))
	return true
}

// rests reports whether the hook is left alone.
func (w *waste) rests(now time.Duration) bool { return int64(now) < w.until.Load() }

// slow reports whether it went over its budget of late.
func (w *waste) slow(now time.Duration) bool {
	over := w.over.Load()
	return over != 0 && now-time.Duration(over) < slowShown
}
