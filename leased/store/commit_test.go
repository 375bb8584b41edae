package store_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

func TestCommitIsThereAfterReopen(t *testing.T) {
	r := openTest(t)
	id := r.ID()
	res := &engine.Reservation{ID: "1", Kind: engine.ByHardware, Value: "\x52\x54\x00\x00\x00\x01", Subnet: "hall", Revision: 1}
	c := grant(7, 1)
	c.Put = []*engine.Reservation{res}
	c.Boots = []*engine.BootState{
		{HW: engine.HWOf(1, []byte("machin")), Done: 1_800_000_000}, {HW: engine.HWOf(32, []byte("of InfiniBand")), Done: 1},
	}
	r.commit(c)
	r.commit(engine.Commit{Boots: []*engine.BootState{{HW: c.Boots[1].HW}}})
	r.stop()

	again := openAt(t, store.Config{Path: r.path})
	leases, roll := loadAll(t, again.Store)
	if diff := cmp.Diff(c.Leases, leases); diff != "" {
		t.Errorf("leases (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.Put, roll); diff != "" {
		t.Errorf("reservations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.Boots[:1], loadBoots(t, again.Store)); diff != "" {
		t.Errorf("boots (-want +got):\n%s", diff)
	}
	evs, _, err := again.Events(0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Events, evs); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if again.ID() != id || len(id) != 32 {
		t.Errorf("id %q, was %q", again.ID(), id)
	}
}

func TestDonesComeInOrderOfSubmission(t *testing.T) {
	r := openTest(t)
	const n = 500
	var got []int
	last := make(chan struct{})
	for i := range n {
		p := &store.Pending{Done: func(store.Outcome) {
			if got = append(got, i); i == n-1 {
				close(last)
			}
		}}
		if i%3 > 0 { // every third is empty and must wait its turn nevertheless
			p.Commit = grant(uint32(n-i), 1)
		}
		r.Submit(p)
	}
	<-last
	if !slices.IsSorted(got) || len(got) != n {
		t.Errorf("order of %d Dones: %v", len(got), got)
	}
}

func TestWhatGathersSharesOneWrite(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r := openTest(t, func(c *store.Config) { c.Registry = reg })
	release := r.hold()
	const n = 1000
	all := make(chan struct{}, n)
	for i := range uint32(n) {
		r.Submit(&store.Pending{Commit: grant(i+1, 1), Done: func(store.Outcome) { all <- struct{}{} }})
	}
	release()
	for range n {
		<-all
	}
	want := `
# HELP rollcall_store_commits_total Groups of commits made durable.
# TYPE rollcall_store_commits_total counter
rollcall_store_commits_total 1
# HELP rollcall_store_events_appended_total Events made durable.
# TYPE rollcall_store_events_appended_total counter
rollcall_store_events_appended_total 1000
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), store.MetricCommits, store.MetricEvents); err != nil {
		t.Error(err)
	}
}

func TestLastOfSeveralLeasesOfOneAddressStays(t *testing.T) {
	r := openTest(t)
	release := r.hold()
	for rev := range uint64(9) {
		r.Submit(&store.Pending{Commit: grant(1, rev+1)})
	}
	release()
	r.commit(engine.Commit{})
	got, ok, err := r.Lease(lease(1, 0).IP)
	if err != nil || !ok || got.Revision != 9 {
		t.Errorf("lease %+v, %v, %v; want revision 9", got, ok, err)
	}
	if r.LastSequence() != 9 {
		t.Errorf("%d events, want 9", r.LastSequence())
	}
}

func TestNothingIsVisibleBeforeItIsDurable(t *testing.T) {
	r := openTest(t)
	r.commit(events(1, 1))
	release := r.hold()
	done := make(chan uint64, 1)
	r.Submit(&store.Pending{Commit: grant(1, 1), Done: func(store.Outcome) { done <- r.LastSequence() }})

	changed := r.Changed(1)
	select {
	case <-changed:
		t.Error("Changed woke before the commit")
	default:
	}
	if _, ok, err := r.Lease(lease(1, 1).IP); ok || err != nil {
		t.Errorf("the lease is there before the commit (%v, %v)", ok, err)
	}
	if evs, cursor, err := r.Events(1, 0, nil); len(evs) != 0 || cursor != 1 || err != nil {
		t.Errorf("Events before the commit: %v, %d, %v", evs, cursor, err)
	}
	release()
	if seq := <-done; seq != 2 {
		t.Errorf("newest event in Done is %d, want 2", seq)
	}
	<-changed
	<-r.Changed(1) // closed already for a cursor that is behind
}

func TestSubmitWaitsForRoomOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openTest(t)
		release := r.hold()
		for range 4096 {
			r.Submit(&store.Pending{})
		}
		submitted, done := false, make(chan struct{})
		go func() {
			r.Submit(&store.Pending{Done: func(store.Outcome) { close(done) }})
			submitted = true
		}()
		synctest.Wait()
		if submitted {
			t.Error("Submit took more than the queue has room for")
		}
		release()
		<-done
	})
}

func TestRunCommitsWhatWasSubmittedBeforeItEnds(t *testing.T) {
	r := openTest(t)
	release := r.hold()
	done := 0
	for i := range uint32(100) {
		r.Submit(&store.Pending{Commit: grant(i+1, 1), Done: func(store.Outcome) { done++ }})
	}
	r.end()
	release()
	r.stop()
	if done != 100 {
		t.Errorf("%d Dones, want 100", done)
	}
	r.Submit(&store.Pending{Done: func(store.Outcome) { t.Error("Done after the end") }})
}

func TestReservationNumbersAreNeverUsedAgain(t *testing.T) {
	r := openTest(t)
	if a, b := r.NextReservationID(), r.NextReservationID(); a != 1 || b != 2 {
		t.Errorf("first numbers %d and %d, want 1 and 2", a, b)
	}
	r.commit(engine.Commit{Put: []*engine.Reservation{{ID: "2", Kind: engine.ByHardware, Value: "x"}}})
	r.commit(engine.Commit{Delete: []string{"2"}})
	r.stop()

	again := openAt(t, store.Config{Path: r.path})
	if _, roll := loadAll(t, again.Store); len(roll) != 0 {
		t.Errorf("the deleted reservation is there: %v", roll)
	}
	if n := again.NextReservationID(); n != 3 {
		t.Errorf("next number %d, want 3", n)
	}
}
