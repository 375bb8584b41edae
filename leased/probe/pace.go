package probe

import (
	"sync"
	"time"
)

// pace spaces the probes of all scans of a segment.
type pace struct {
	mu   sync.Mutex
	next time.Time
}

// reserve returns how long to wait before the next probe of a scan of rate probes
// per second.
func (p *pace) reserve(rate int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	wait := p.next.Sub(now)
	p.next = p.next.Add(time.Second / time.Duration(rate))
	return wait
}
