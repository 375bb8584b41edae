package probe

import (
	"container/heap"
	"net/netip"
	"time"
)

// target is an address on a link. The same address on another link is another
// target: a host with two interfaces may answer on both.
type target struct {
	link int // index of the interface
	addr netip.Addr
}

// waiter is one call of Probe.
type waiter struct {
	addr    netip.Addr
	timeout time.Duration
	done    func(Host, bool)

	link     int
	deadline time.Time
	position int // in the heap
}

// outstanding holds the waiters whose probe was sent, by target and by deadline.
type outstanding struct {
	byTarget   map[target][]*waiter
	byDeadline deadlines
}

func newOutstanding() outstanding {
	return outstanding{byTarget: make(map[target][]*waiter)}
}

func (o *outstanding) add(w *waiter) {
	key := target{w.link, w.addr}
	o.byTarget[key] = append(o.byTarget[key], w)
	heap.Push(&o.byDeadline, w)
}

// answered removes and returns the waiters for a target.
func (o *outstanding) answered(key target) []*waiter {
	ws := o.byTarget[key]
	if ws == nil {
		return nil
	}
	delete(o.byTarget, key)
	for _, w := range ws {
		heap.Remove(&o.byDeadline, w.position)
	}
	return ws
}

// expired removes and returns a waiter whose deadline has come, or nil.
func (o *outstanding) expired(now time.Time) *waiter {
	if len(o.byDeadline) == 0 || o.byDeadline[0].deadline.After(now) {
		return nil
	}
	w := heap.Pop(&o.byDeadline).(*waiter)
	key := target{w.link, w.addr}
	ws := o.byTarget[key]
	for i := range ws {
		if ws[i] == w {
			ws = append(ws[:i], ws[i+1:]...)
			break
		}
	}
	if len(ws) == 0 {
		delete(o.byTarget, key)
	} else {
		o.byTarget[key] = ws
	}
	return w
}

// next returns the earliest deadline; false if there is none.
func (o *outstanding) next() (time.Time, bool) {
	if len(o.byDeadline) == 0 {
		return time.Time{}, false
	}
	return o.byDeadline[0].deadline, true
}

// deadlines is a heap of waiters, the earliest first.
type deadlines []*waiter

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].deadline.Before(d[j].deadline) }

func (d deadlines) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].position, d[j].position = i, j
}

// Push implements [heap.Interface].
func (d *deadlines) Push(x any) {
	w := x.(*waiter)
	w.position = len(*d)
	*d = append(*d, w)
}

// Pop implements [heap.Interface].
func (d *deadlines) Pop() any {
	old := *d
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	return w
}
