package policy

import (
	"sync"
	"time"
)

const (
	// noticePause is how long the same thing is not logged again.
	noticePause = time.Minute
	// maxNotices bounds the places that are remembered; scripts have fewer.
	maxNotices = 1024
)

// notices decide what is worth a line in the log: the first of its kind at once, then at most one a minute, with the number of those
// that were passed over.
type notices struct {
	mu   sync.Mutex
	seen map[string]*notice
}

type notice struct {
	due    time.Duration
	passed int
}

// due reports whether to log what is known by key, and how many were not logged since the last one.
func (n *notices) due(key string, now time.Duration) (passed int, due bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.seen[key]
	if s == nil {
		if len(n.seen) >= maxNotices {
			return 0, false
		}
		if n.seen == nil {
			n.seen = make(map[string]*notice)
		}
		n.seen[key] = &notice{due: now + noticePause}
		return 0, true
	}
	if now < s.due {
		s.passed++
		return 0, false
	}
	passed = s.passed
	s.due, s.passed = now+noticePause, 0
	return passed, true
}
