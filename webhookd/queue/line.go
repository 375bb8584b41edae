package queue

import (
	"container/heap"
	"slices"
)

// line is the pending deliveries of one machine to one endpoint, in the order of the log.
type line struct {
	machine string
	entries []entry // never empty while the line is in its lane, unless busy
	next    int64   // when the head is due, unix milliseconds
	busy    bool    // the head was claimed; the line is not in the heap
	claimed Position
	index   int // place in the heap, -1 while it is not there
}

// entry is a pending delivery. The rest of it is on disk.
type entry struct {
	position Position
	queued   int64 // unix milliseconds
}

// lane is everything queued for one endpoint. Guarded by Queue.mu.
type lane struct {
	lines   map[string]*line // by machine
	due     dueHeap          // lines that are not busy
	pending int
	dead    int
	// No pending delivery stands before pendingFrom and no dead one before deadFrom, so that a walk for the oldest of
	// either need not pass the others each time.
	pendingFrom, deadFrom Position
	wake                  chan struct{} // has room for one; told when something became due or was settled
}

func newLane() *lane {
	return &lane{lines: map[string]*line{}, wake: make(chan struct{}, 1)}
}

func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// add puts a pending delivery into its line, where the order of the log wants it.
func (l *lane) add(machine string, e entry, next int64) {
	ln := l.lines[machine]
	if ln == nil {
		ln = &line{machine: machine, index: -1}
		l.lines[machine] = ln
	}
	at, found := ln.find(e.position)
	if found {
		ln.entries[at] = e
	} else {
		ln.entries = slices.Insert(ln.entries, at, e)
		l.pending++
	}
	l.pendingFrom = min(l.pendingFrom, e.position)
	if at == 0 && !ln.busy {
		ln.next = next
		l.schedule(ln)
	}
	l.signal()
}

// remove takes a delivery out of its line: delivered, dropped or dead. A head that moves up is due at once.
func (l *lane) remove(machine string, p Position) {
	ln := l.lines[machine]
	if ln == nil {
		return
	}
	at, found := ln.find(p)
	if !found {
		return
	}
	if at == 0 {
		ln.entries = ln.entries[1:] // slices.Delete would move a long line for each delivery
	} else {
		ln.entries = slices.Delete(ln.entries, at, at+1)
	}
	l.pending--
	if !ln.busy && at == 0 {
		ln.next = 0
		l.schedule(ln)
	}
	l.signal()
}

// release ends a claim: the head may be claimed again at next, or at once if the claimed delivery has left.
func (l *lane) release(machine string, p Position, next int64) {
	ln := l.lines[machine]
	if ln == nil || !ln.busy || ln.claimed != p {
		return
	}
	ln.busy = false
	ln.next = next
	if len(ln.entries) > 0 && ln.entries[0].position != p {
		ln.next = 0
	}
	l.schedule(ln)
	l.signal()
}

// schedule puts a line that is not busy where its due time belongs, or forgets it when it is empty.
func (l *lane) schedule(ln *line) {
	switch {
	case len(ln.entries) == 0:
		if ln.index >= 0 {
			heap.Remove(&l.due, ln.index)
		}
		delete(l.lines, ln.machine)
	case ln.index >= 0:
		heap.Fix(&l.due, ln.index)
	default:
		heap.Push(&l.due, ln)
	}
}

// isClaimed reports whether a delivery is being attempted.
func (l *lane) isClaimed(machine string, p Position) bool {
	ln := l.lines[machine]
	return ln != nil && ln.busy && ln.claimed == p
}

func (ln *line) find(p Position) (int, bool) {
	// New deliveries belong at the end.
	if n := len(ln.entries); n == 0 || ln.entries[n-1].position < p {
		return n, false
	}
	return slices.BinarySearchFunc(ln.entries, p, func(e entry, p Position) int {
		switch {
		case e.position < p:
			return -1
		case e.position > p:
			return 1
		}
		return 0
	})
}

// dueHeap orders lines by due time, then by the position of their heads.
type dueHeap []*line

func (h dueHeap) Len() int { return len(h) }

func (h dueHeap) Less(i, j int) bool {
	if h[i].next != h[j].next {
		return h[i].next < h[j].next
	}
	return h[i].entries[0].position < h[j].entries[0].position
}

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *dueHeap) Push(x any) {
	ln := x.(*line)
	ln.index = len(*h)
	*h = append(*h, ln)
}

func (h *dueHeap) Pop() any {
	old := *h
	ln := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	ln.index = -1
	return ln
}
