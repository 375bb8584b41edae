package serve

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/frontend/packet"
	leasedv1 "rollcall/proto/leased/v1"
)

// tableTest drives a small table as readers, sender and receiver do. Queries
// are named by letters: d... are DISCOVERs, r... are REQUESTs.
type tableTest struct {
	t     *testing.T
	table *table
	names map[*slot]string
	lost  []string // name:reason, in order
	now   time.Time
}

func newTableTest(t *testing.T, size, maxPending int) *tableTest {
	tt := &tableTest{t: t, names: make(map[*slot]string), now: time.Unix(1000, 0)}
	tt.table = newTable(size, maxPending, func(s *slot, r Reason) {
		tt.lost = append(tt.lost, tt.names[s]+":"+r.String())
	})
	tt.table.admit()
	t.Cleanup(tt.check)
	return tt
}

// check verifies that no slot was lost or is in two places.
func (tt *tableTest) check() {
	tt.t.Helper()
	t := tt.table
	count := make(map[slotState]int)
	for i := range t.slots {
		count[t.slots[i].state]++
	}
	if count[slotFree] != len(t.free) || count[slotWaiting] != t.discovers.n+t.others.n || count[slotPending] != t.pending {
		tt.t.Errorf("states %v, but %d free, %d and %d waiting, %d pending", count, len(t.free), t.discovers.n, t.others.n, t.pending)
	}
	seen := make(map[*slot]bool)
	for _, s := range t.free {
		if seen[s] {
			tt.t.Errorf("slot %d is free twice", s.index)
		}
		seen[s] = true
	}
}

// arrive lets queries come in, one moment apart, each as its own batch.
func (tt *tableTest) arrive(names ...string) {
	tt.t.Helper()
	for _, name := range names {
		tt.now = tt.now.Add(time.Millisecond)
		discover := name[0] == 'd'
		free, open := tt.table.grab(nil, 1)
		if !open {
			tt.lost = append(tt.lost, name+":closed")
			continue
		}
		if len(free) == 0 {
			if s := tt.table.shed(discover); s != nil {
				free = append(free, s)
			} else {
				tt.lost = append(tt.lost, name+":itself")
				continue
			}
		}
		s := free[0]
		tt.names[s] = name
		s.at, s.mtype = tt.now, packet.Request
		if discover {
			s.mtype = packet.Discover
		}
		tt.table.enqueue(free, nil)
	}
	tt.check()
}

// take returns the names of what is sent next.
func (tt *tableTest) take(limit int, stale time.Time) (names []string, slots []*slot) {
	slots = tt.table.take(nil, limit, stale)
	for _, s := range slots {
		names = append(names, tt.names[s])
	}
	tt.check()
	return names, slots
}

func (tt *tableTest) answer(slots ...*slot) []*slot {
	var answers []*leasedv1.Answer
	for _, s := range slots {
		answers = append(answers, &leasedv1.Answer{Id: s.id()})
	}
	return tt.table.claim(nil, answers)
}

func want[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestSheddingOrder(t *testing.T) {
	tt := newTableTest(t, 3, 3)
	tt.arrive("d1", "r1", "d2")
	tt.arrive("d3") // the oldest DISCOVER gives way
	want(t, "lost", tt.lost, "d1:shed-discover")
	tt.arrive("r2") // a DISCOVER gives way although r1 is older
	tt.arrive("r3")
	want(t, "lost", tt.lost, "d1:shed-discover", "d2:shed-discover", "d3:shed-discover")
	tt.lost = nil
	tt.arrive("d4") // takes nothing from a REQUEST
	tt.arrive("r4") // the oldest REQUEST gives way
	want(t, "lost", tt.lost, "d4:itself", "r1:shed-request")
	names, _ := tt.take(10, time.Time{})
	want(t, "sent", names, "r2", "r3", "r4")
	tt.lost = nil
	tt.arrive("r5") // everything is at leased
	want(t, "lost", tt.lost, "r5:itself")
}

func TestOrderOfSending(t *testing.T) {
	tt := newTableTest(t, 10, 10)
	tt.arrive("d1", "r1", "d2", "r2")
	names, _ := tt.take(10, time.Time{})
	want(t, "all fits: order of arrival", names, "d1", "r1", "d2", "r2")

	tt = newTableTest(t, 10, 10)
	tt.arrive("d1", "r1", "d2", "r2", "d3")
	names, _ = tt.take(3, time.Time{})
	want(t, "it does not: requests first", names, "r1", "r2", "d1")
}

func TestPendingIsBounded(t *testing.T) {
	tt := newTableTest(t, 10, 2)
	tt.arrive("d1", "d2", "d3", "d4")
	names, slots := tt.take(10, time.Time{})
	want(t, "sent", names, "d1", "d2")
	names, _ = tt.take(10, time.Time{})
	want(t, "sent while two are pending", names)
	<-tt.table.wake
	claimed := tt.answer(slots[0])
	select {
	case <-tt.table.wake:
	default:
		t.Error("an answer made room and nobody was woken")
	}
	tt.table.release(claimed)
	names, _ = tt.take(10, time.Time{})
	want(t, "sent after one answer", names, "d3")
}

func TestStaleQueriesAreNotSent(t *testing.T) {
	tt := newTableTest(t, 10, 2)
	tt.arrive("d1", "r1", "d2", "r2", "d3")
	names, _ := tt.take(10, tt.now.Add(-1500*time.Microsecond)) // r2 and d3 are younger
	want(t, "sent", names, "r2", "d3")
	want(t, "lost", tt.lost, "r1:stale", "d1:stale", "d2:stale")
}

func TestClaimIsForOneUse(t *testing.T) {
	tt := newTableTest(t, 1, 1)
	tt.arrive("d1")
	_, slots := tt.take(1, time.Time{})
	first := slots[0].id()
	tt.table.release(tt.answer(slots[0]))
	tt.arrive("d2")
	tt.take(1, time.Time{})
	for _, id := range []uint32{first, first + 1, ^uint32(0)} {
		if got := tt.table.claim(nil, []*leasedv1.Answer{{Id: id}}); got[0] != nil {
			t.Errorf("answer %#x found %s", id, tt.names[got[0]])
		}
	}
	if got := tt.answer(slots[0]); got[0] == nil {
		t.Error("the query in the slot is not found by its own id")
	}
}

func TestForget(t *testing.T) {
	tt := newTableTest(t, 10, 1)
	tt.arrive("d1", "r1", "d2")
	_, slots := tt.take(1, time.Time{}) // r1: not all fits
	tt.table.forget()
	slices.Sort(tt.lost)
	want(t, "lost", tt.lost, "d1:leased-unavailable", "d2:leased-unavailable", "r1:leased-unavailable")
	if got := tt.answer(slots...); got[0] != nil {
		t.Error("a forgotten query was claimed")
	}
	tt.arrive("d3")
	want(t, "lost", tt.lost[3:], "d3:closed")
	tt.table.admit()
	tt.arrive("d4")
	names, _ := tt.take(1, time.Time{})
	want(t, "sent", names, "d4")
}

func TestExpire(t *testing.T) {
	tt := newTableTest(t, 10, 10)
	tt.arrive("d1", "d2")
	tt.take(10, time.Time{})
	if n := tt.table.expire(tt.now); n != 1 {
		t.Errorf("%d expired, want 1", n)
	}
	want(t, "lost", tt.lost, "d1:unanswered")
}

// Queries come and go at random; the table must neither lose nor duplicate
// slots, which check verifies after each step.
func TestTableAtRandom(t *testing.T) {
	tt := newTableTest(t, 7, 3)
	var pending []*slot
	seed := uint32(1)
	for i := range 2000 {
		seed = seed*1664525 + 1013904223
		switch seed >> 29 {
		case 0, 1, 2:
			tt.arrive(fmt.Sprintf("%c%d", "dr"[seed>>28&1], i))
		case 3, 4:
			_, slots := tt.take(int(seed>>20&3), tt.now.Add(-5*time.Millisecond))
			pending = append(pending, slots...)
		case 5, 6:
			if len(pending) > 0 {
				tt.table.release(tt.answer(pending[0]))
				pending = pending[1:]
			}
		case 7:
			if seed>>20&15 == 0 {
				tt.table.forget()
				tt.table.admit()
			}
		}
	}
}
