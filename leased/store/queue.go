package store

import "sync"

// maxWaiting bounds the commits that wait for the committer. It is far more than gathers during one sync.
const maxWaiting = 4096

// queue holds what gathers while the committer is busy. Two slices change places, so that in the long run nothing is
// allocated.
type queue struct {
	// ready has room for one token, which is there whenever something waits.
	ready chan struct{}

	mu      sync.Mutex
	room    sync.Cond
	waiting []*Pending
	closed  bool
}

func newQueue() *queue {
	q := &queue{ready: make(chan struct{}, 1)}
	q.room.L = &q.mu
	return q
}

// put adds p behind all others, waiting for room. A closed queue takes nothing.
func (q *queue) put(p *Pending) {
	q.mu.Lock()
	for len(q.waiting) >= maxWaiting && !q.closed {
		q.room.Wait()
	}
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.waiting = append(q.waiting, p)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take returns everything that waits, in order, and keeps spare, whose contents are dropped, for what comes next.
func (q *queue) take(spare []*Pending) []*Pending {
	clear(spare)
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.waiting
	q.waiting = spare[:0]
	q.room.Broadcast()
	return batch
}

// close ends the queue: what waits may still be taken, nothing is added.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.room.Broadcast()
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
