package eventlog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/engine"
	"rollcall/leased/policy/eventlog"
	"rollcall/leased/store"
)

// disk is a store that notes what it is handed, and tells at once that it is durable.
type disk struct {
	log []string
}

func (d *disk) Submit(p *store.Pending) {
	for _, e := range p.Events {
		text := e.Reason
		if e.Annotations != nil {
			text += fmt.Sprint(e.Annotations)
		}
		d.log = append(d.log, text)
	}
	for _, l := range p.Leases {
		d.log = append(d.log, "lease of "+l.IP.String())
	}
	if p.Done != nil {
		p.Done(store.Outcome{})
	}
}

func (d *disk) NextReservationID() uint64 { return 7 }

// rack annotates every event, but drops those whose reason says so. While it is closed, it waits.
type rack struct {
	name   string
	closed chan struct{}
}

func (r rack) Annotate(e *engine.Event) *engine.Event {
	if r.closed != nil {
		<-r.closed
	}
	if strings.Contains(e.Reason, "drop") {
		return nil
	}
	copied := *e
	copied.Annotations = map[string]string{"rack": r.name}
	return &copied
}

func pending(done func(), reasons ...string) *store.Pending {
	p := &store.Pending{}
	for _, r := range reasons {
		p.Events = append(p.Events, &engine.Event{Reason: r})
	}
	if done != nil {
		p.Done = func(store.Outcome) { done() }
	}
	return p
}

func run(t *testing.T, l *eventlog.Log) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestAnnotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		l := eventlog.New(d)
		defer run(t, l)()
		original := pending(nil, "a", "drop this", "b")
		events := slices.Clone(original.Events)
		done := 0
		l.Submit(pending(func() { done++ }, "before"))
		l.Use(rack{name: "12"})
		l.Submit(original)
		l.Submit(pending(func() { done++ }, "drop that"))
		lease := &store.Pending{Commit: engine.Commit{Leases: []*engine.Lease{{IP: 0x0a000007}}}, Done: func(store.Outcome) { done++ }}
		l.Submit(lease)
		synctest.Wait()
		want := []string{"before", "amap[rack:12]", "bmap[rack:12]", "lease of 10.0.0.7"}
		if diff := cmp.Diff(want, d.log); diff != "" {
			t.Errorf("handed to the store (-want +got):\n%s", diff)
		}
		if done != 3 {
			t.Errorf("%d of 3 commits were told that they are durable", done)
		}
		for i, reason := range []string{"a", "drop this", "b"} {
			if e := events[i]; e.Reason != reason || e.Annotations != nil {
				t.Errorf("the event of the commit was changed: %+v", e)
			}
		}
		if id := l.NextReservationID(); id != 7 {
			t.Errorf("NextReservationID = %d, want that of the store, 7", id)
		}
	})
}

// A reload may bring a hook, change it, or take it away: no commit overtakes another one.
func TestOrderAcrossReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		l := eventlog.New(d)
		defer run(t, l)()
		gate := make(chan struct{})
		l.Submit(pending(nil, "1"))
		l.Use(rack{name: "slow", closed: gate})
		l.Submit(pending(nil, "2"))
		synctest.Wait() // it is under way
		l.Submit(pending(nil, "3"))
		l.Use(nil)
		l.Submit(pending(nil, "4"))
		if diff := cmp.Diff([]string{"1"}, d.log); diff != "" {
			t.Errorf("while the hook takes its time (-want +got):\n%s", diff)
		}
		close(gate)
		synctest.Wait()
		l.Submit(pending(nil, "5"))
		l.Use(rack{name: "new"})
		l.Submit(pending(nil, "6"))
		synctest.Wait()
		want := []string{"1", "2map[rack:slow]", "3", "4", "5", "6map[rack:new]"}
		if diff := cmp.Diff(want, d.log); diff != "" {
			t.Errorf("handed to the store (-want +got):\n%s", diff)
		}
	})
}

// What was submitted before the end is handed on, and what comes after it too.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		l := eventlog.New(d)
		stop := run(t, l)
		gate := make(chan struct{})
		l.Use(rack{name: "x", closed: gate})
		for i := range 3 {
			l.Submit(pending(nil, fmt.Sprint(i)))
		}
		close(gate)
		stop()
		l.Submit(pending(nil, "late"))
		want := []string{"0map[rack:x]", "1map[rack:x]", "2map[rack:x]", "late"}
		if diff := cmp.Diff(want, d.log); diff != "" {
			t.Errorf("handed to the store (-want +got):\n%s", diff)
		}
	})
}

// A hook that is slower than the commits come makes them wait; it does not take ever more memory.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		l := eventlog.New(d)
		defer run(t, l)()
		gate := make(chan struct{})
		l.Use(rack{name: "x", closed: gate})
		const commits = 3 * 4096
		submitted := 0
		go func() {
			for i := range commits {
				l.Submit(pending(nil, fmt.Sprint(i)))
				submitted++
			}
		}()
		synctest.Wait()
		if submitted > 2*4096 {
			t.Errorf("%d commits wait for the hook", submitted)
		}
		close(gate)
		synctest.Wait()
		if len(d.log) != commits {
			t.Errorf("%d of %d commits came to the store", len(d.log), commits)
		}
	})
}
