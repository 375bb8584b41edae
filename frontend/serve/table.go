package serve

import (
	"net/netip"
	"sync"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	// idIndexBits of a query's id are its slot, the rest count how often the
	// slot was used: an answer that comes late does not hit another query.
	idIndexBits = 14
	maxSlots    = 1 << idIndexBits
)

// slotState says which goroutine owns a slot.
type slotState uint8

const (
	slotOwned   slotState = iota // by the goroutine that took it
	slotFree                     // the table's, as are the rest
	slotWaiting                  // in a queue
	slotPending                  // sent, unanswered
)

// slot is one query between its packet and its reply. Its buffers stay with it
// from use to use.
type slot struct {
	index uint32
	uses  uint32
	state slotState // guarded by table.mu

	port     *port
	at       time.Time // its packet was read
	src, dst netip.AddrPort
	srcHW    [6]byte
	tags     link.Tags // of the reply
	mtype    packet.MessageType
	packet   []byte // a copy; the reply is made from it
	query    leasedv1.Query
}

func (s *slot) id() uint32 { return s.uses<<idIndexBits | s.index }

// table holds every slot, and those that wait in order of arrival.
type table struct {
	maxPending int
	// drop is told of every slot that leaves the table unanswered. It is
	// called with mu held.
	drop func(*slot, Reason)
	// wake has a value when the sender may find something to do.
	wake chan struct{}

	mu        sync.Mutex
	open      bool // readers may take slots
	slots     []slot
	free      []*slot // last in, first out: few slots stay in the caches
	discovers fifo
	others    fifo
	pending   int
}

// newTable makes a table of size slots, at most maxSlots, of which maxPending
// may be unanswered at leased.
func newTable(size, maxPending int, drop func(*slot, Reason)) *table {
	t := &table{
		maxPending: maxPending, drop: drop, wake: make(chan struct{}, 1),
		slots: make([]slot, size), free: make([]*slot, 0, size),
		discovers: newFIFO(size), others: newFIFO(size),
	}
	for i := range t.slots {
		s := &t.slots[len(t.slots)-1-i]
		s.index, s.state = uint32(len(t.slots)-1-i), slotFree
		t.free = append(t.free, s)
	}
	return t
}

// signal wakes the sender.
func (t *table) signal() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// grab appends up to n free slots to dst. It takes none while there is no
// session, and then reports false.
func (t *table) grab(dst []*slot, n int) ([]*slot, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.open {
		return dst, false
	}
	for ; n > 0 && len(t.free) > 0; n-- {
		dst = append(dst, t.takeFree())
	}
	return dst, true
}

func (t *table) takeFree() *slot {
	last := len(t.free) - 1
	s := t.free[last]
	t.free = t.free[:last]
	s.state = slotOwned
	return s
}

// shed returns a slot for a query of the given kind at the cost of one that
// waits, or nil if this query is the one to drop: DISCOVERs give way first,
// the oldest first, and a DISCOVER takes nothing from the others.
func (t *table) shed(discover bool) *slot {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.free) > 0 {
		return t.takeFree()
	}
	s, reason := t.discovers.pop(), ReasonShedDiscover
	if s == nil && !discover {
		s, reason = t.others.pop(), ReasonShedRequest
	}
	if s == nil {
		return nil
	}
	t.drop(s, reason)
	s.uses++
	s.state = slotOwned
	return s
}

// firstToGo reports whether messages of a type give way to others: what has
// nothing to lose yet, and what is not about serving a client.
func firstToGo(t packet.MessageType) bool {
	return t == packet.Discover || t == packet.BOOTP || t == packet.LeaseQuery
}

// enqueue lets filled wait, in order, and takes unused back.
func (t *table) enqueue(filled, unused []*slot) {
	t.mu.Lock()
	for _, s := range filled {
		switch {
		case !t.open: // the session ended since they were grabbed
			t.drop(s, ReasonUnavailable)
			t.put(s)
			continue
		case firstToGo(s.mtype):
			t.discovers.push(s)
		default:
			t.others.push(s)
		}
		s.state = slotWaiting
	}
	for _, s := range unused {
		t.put(s)
	}
	t.mu.Unlock()
	if len(filled) > 0 {
		t.signal()
	}
}

// put frees a slot. mu is held.
func (t *table) put(s *slot) {
	s.uses++
	s.state = slotFree
	t.free = append(t.free, s)
}

// take appends to dst what is to be sent now, at most limit, and makes it
// pending. What has waited since before stale is dropped. In order of arrival
// if all of it fits; otherwise DISCOVERs come last.
func (t *table) take(dst []*slot, limit int, stale time.Time) []*slot {
	t.mu.Lock()
	defer t.mu.Unlock()
	limit = min(limit, t.maxPending-t.pending)
	fits := t.discovers.n+t.others.n <= limit
	for limit > 0 {
		q := &t.others
		if d, o := t.discovers.peek(), t.others.peek(); o == nil || fits && d != nil && d.at.Before(o.at) {
			q = &t.discovers
		}
		s := q.pop()
		if s == nil {
			break
		}
		if s.at.Before(stale) {
			t.drop(s, ReasonStale)
			t.put(s)
			continue
		}
		s.state = slotPending
		t.pending++
		dst = append(dst, s)
		limit--
	}
	return dst
}

// abandon drops slots that take returned and that cannot be sent.
func (t *table) abandon(s *slot, reason Reason) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending--
	t.drop(s, reason)
	t.put(s)
}

// claim appends for each answer its slot, or nil if none waits for it.
func (t *table) claim(dst []*slot, answers []*leasedv1.Answer) []*slot {
	t.mu.Lock()
	full := t.pending >= t.maxPending
	for _, a := range answers {
		id := a.GetId()
		i := id & (maxSlots - 1)
		if int(i) >= len(t.slots) || t.slots[i].state != slotPending || t.slots[i].id() != id {
			dst = append(dst, nil)
			continue
		}
		s := &t.slots[i]
		s.state = slotOwned
		t.pending--
		dst = append(dst, s)
	}
	// The sender waits for room, or at the end for the last answer.
	wanted := full && t.discovers.n+t.others.n > 0 || !t.open && t.pending == 0
	t.mu.Unlock()
	if wanted {
		t.signal()
	}
	return dst
}

// release frees slots that claim returned; nil ones are passed over.
func (t *table) release(slots []*slot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range slots {
		if s != nil {
			t.put(s)
		}
	}
}

// expire drops what is pending since before limit, and returns how many.
func (t *table) expire(limit time.Time) int {
	t.mu.Lock()
	n := 0
	for i := range t.slots {
		if s := &t.slots[i]; s.state == slotPending && s.at.Before(limit) {
			t.pending--
			t.drop(s, ReasonUnanswered)
			t.put(s)
			n++
		}
	}
	t.mu.Unlock()
	if n > 0 {
		t.signal()
	}
	return n
}

// admit lets readers take slots: there is a session.
func (t *table) admit() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = true
}

// refuse stops admission; what waits or is pending goes on.
func (t *table) refuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = false
}

// forget stops admission and drops all that waits or is pending. No session
// may be using the table.
func (t *table) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = false
	for _, q := range []*fifo{&t.discovers, &t.others} {
		for s := q.pop(); s != nil; s = q.pop() {
			t.drop(s, ReasonUnavailable)
			t.put(s)
		}
	}
	for i := range t.slots {
		if s := &t.slots[i]; s.state == slotPending {
			t.drop(s, ReasonUnavailable)
			t.put(s)
		}
	}
	t.pending = 0
}

// counts returns how many slots wait and how many are pending.
func (t *table) counts() (waiting, pending int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.discovers.n + t.others.n, t.pending
}
