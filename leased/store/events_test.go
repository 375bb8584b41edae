package store_test

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// sequences returns the numbers of events.
func sequences(evs []*engine.Event) (seqs []uint64) {
	for _, e := range evs {
		seqs = append(seqs, e.Sequence)
	}
	return seqs
}

func TestEventsAreReadByCursor(t *testing.T) {
	r := openTest(t)
	r.commit(events(3000, 1))
	var all []uint64
	for cursor := uint64(0); cursor < r.LastSequence(); {
		evs, next, err := r.Events(cursor, 700, nil)
		if err != nil || next <= cursor {
			t.Fatalf("events after %d: cursor %d, %v", cursor, next, err)
		}
		all, cursor = append(all, sequences(evs)...), next
	}
	for i, seq := range all {
		if seq != uint64(i+1) {
			t.Fatalf("event %d is in place %d", seq, i+1)
		}
	}
	if len(all) != 3000 {
		t.Errorf("%d events, want 3000", len(all))
	}

	// A filter moves the cursor past what it leaves out.
	evs, cursor, err := r.Events(10, 0, func(e *engine.Event) bool { return e.Sequence == 2900 })
	if diff := cmp.Diff([]uint64{2900}, sequences(evs)); diff != "" || cursor != 3000 || err != nil {
		t.Errorf("filtered: cursor %d, %v (-want +got):\n%s", cursor, err, diff)
	}
	evs, err = r.NewestEvents(3, func(e *engine.Event) bool { return e.Sequence%1000 == 1 })
	if diff := cmp.Diff([]uint64{2001, 1001, 1}, sequences(evs)); diff != "" || err != nil {
		t.Errorf("newest: %v (-want +got):\n%s", err, diff)
	}
}

func TestCursorOutsideTheLogIsRefused(t *testing.T) {
	r := openTest(t, func(c *store.Config) { c.MaxEvents = 10 })
	for range 20 {
		r.commit(events(50, 1))
	}
	kept, cursor, err := r.Events(0, 0, nil)
	if err != nil || cursor != 1000 || len(kept) < 10 || len(kept) > 10+64 {
		t.Fatalf("%d events kept up to %d: %v", len(kept), cursor, err)
	}
	_, _, err = r.Events(1, 0, nil)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Range || f.Reason != store.ReasonCursorTooOld {
		t.Fatalf("cursor 1: %v, want %s", err, store.ReasonCursorTooOld)
	}
	oldest := kept[0].Sequence - 1
	if got := f.Meta["oldest"]; got != strconv.FormatUint(oldest, 10) {
		t.Errorf("oldest cursor %s, want %d", got, oldest)
	}
	if evs, _, err := r.Events(oldest, 0, nil); err != nil || len(evs) != len(kept) {
		t.Errorf("from the oldest cursor: %d events, %v; want %d", len(evs), err, len(kept))
	}
	if _, _, err = r.Events(1001, 0, nil); fault.ReasonOf(err) != store.ReasonCursorAhead {
		t.Errorf("cursor 1001: %v, want %s", err, store.ReasonCursorAhead)
	}
}

func TestLogIsTrimmedWithoutTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openTest(t, func(c *store.Config) { c.MaxEvents, c.MaxEventAge = 5000, time.Hour })
		r.commit(events(9000, time.Now().UnixMicro()))
		count := func() int {
			evs, _, err := r.Events(0, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			return len(evs)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := count(); n != 5000 {
			t.Errorf("%d events kept, want 5000", n)
		}
		r.commit(events(1, time.Now().UnixMicro()))
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if n := count(); n != 1 {
			t.Errorf("%d events kept after an hour, want the one that is younger", n)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := count(); n != 0 {
			t.Errorf("%d events kept, want none", n)
		}
		// The numbers go on where they were, also after a restart with an empty log.
		r.stop()
		again := openAt(t, store.Config{Path: r.path})
		again.commit(events(1, 1))
		if n := again.LastSequence(); n != 9002 {
			t.Errorf("newest event %d, want 9002", n)
		}
	})
}

func TestLeasesAreListedByAddress(t *testing.T) {
	r := openTest(t)
	var c engine.Commit
	for n := uint32(2500); n > 0; n-- {
		c.Leases = append(c.Leases, lease(n, 1))
	}
	r.commit(c)
	at := func(n uint32) engine.IP { return lease(n, 1).IP }
	for name, q := range map[string]struct {
		after, last engine.IP
		limit       int
		keep        func(*engine.Lease) bool
		first       engine.IP
		count       int
	}{
		"all":      {first: at(1), count: 2500},
		"page":     {after: at(1100), limit: 100, first: at(1101), count: 100},
		"range":    {after: at(9), last: at(19), first: at(10), count: 10},
		"filtered": {keep: func(l *engine.Lease) bool { return l.IP >= at(2400) }, first: at(2400), count: 101},
		"empty":    {after: at(20), last: at(20)},
		"past all": {after: 0xffffffff},
	} {
		got, err := r.Leases(q.after, q.last, q.limit, q.keep)
		if err != nil || len(got) != q.count || q.count > 0 && got[0].IP != q.first {
			t.Errorf("%s: %d leases, %v; want %d from %s", name, len(got), err, q.count, q.first)
		}
		for i := 1; i < len(got); i++ {
			if got[i-1].IP >= got[i].IP {
				t.Errorf("%s: %s before %s", name, got[i-1].IP, got[i].IP)
			}
		}
	}
}
