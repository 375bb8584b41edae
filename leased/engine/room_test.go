package engine_test

import (
	"reflect"
	"testing"

	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// tenants are decisions in one Room, beside equal ones with memory of their own.
type tenants struct {
	room      engine.Room
	here, own []engine.Decision
}

// checkRoom makes a decision again in a Room, which must make no difference to it, now or while others move in.
func (w *world) checkRoom(q *engine.Query, own engine.Decision) {
	w.t.Helper()
	in := &w.tenants
	if len(in.own) == 5 {
		w.checkTenants()
	}
	here := in.room.Decide(w.s, q, w.now)
	if !reflect.DeepEqual(here, own) {
		w.errorf("decided in a room: %+v\nelsewhere: %+v", here, own)
	}
	for _, e := range here.Commit.Events {
		if own.Ask == 0 && (e.Kind == event.PoolLow || e.Kind == event.PoolExhausted) {
			e.IP = 0 // as Apply does to the other
		}
	}
	in.here, in.own = append(in.here, here), append(in.own, own)
}

func (w *world) checkTenants() {
	w.t.Helper()
	in := &w.tenants
	var all engine.Commit
	for i, own := range in.own {
		if !reflect.DeepEqual(in.here[i], own) {
			w.errorf("decision %d in a room changed: %+v\nwas: %+v", i, in.here[i], own)
		}
		all.Leases, all.Events = append(all.Leases, own.Commit.Leases...), append(all.Events, own.Commit.Events...)
	}
	if c := &in.room.Commit; len(all.Leases)+len(c.Leases) > 0 && !reflect.DeepEqual(all.Leases, c.Leases) ||
		len(all.Events)+len(c.Events) > 0 && !reflect.DeepEqual(all.Events, c.Events) {
		w.errorf("the commit of a room is %+v, that of its decisions %+v", in.room.Commit, all)
	}
	in.room.Reset()
	in.here, in.own = in.here[:0], in.own[:0]
}

// What was in a Room is gone with Reset: whoever held on to it cannot take it for what it was.
func TestRoomResetLeavesNothing(t *testing.T) {
	w := newWorld(t, planning{})
	var r engine.Room
	q := w.query(engine.Discover, hwOf("A"), "eth6", option.List(nil).AppendString(option.ClientID, "client-id"))
	q.Index()
	d := r.Decide(w.s, q, w.now)
	if len(d.Options) == 0 || len(d.Commit.Events) == 0 {
		t.Fatalf("came %+v", d)
	}
	e := d.Commit.Events[0]
	id := e.Machine.ClientID
	r.Reset()
	for _, b := range d.Options {
		if b != 0 {
			t.Fatalf("options are still %x", d.Options)
		}
	}
	if e.Kind != "" || e.Machine != nil || d.Commit.Events[0] != nil || string(id) == "client-id" {
		t.Errorf("event is still %+v of %q", e, id)
	}
	if !r.Commit.Empty() {
		t.Errorf("commit is still %+v", r.Commit)
	}
}

// An answer longer than any that the room was made for has memory of its own, and its neighbours are left alone.
func TestRoomForALongAnswer(t *testing.T) {
	long := make([]engine.Option, 0, 20)
	for code := range 20 {
		long = append(long, engine.Option{Code: option.Code(230 + code), Value: make([]byte, 2000), Send: engine.SendAlways})
	}
	for i := range long {
		for j := range long[i].Value {
			long[i].Value[j] = byte(long[i].Code)
		}
	}
	w := fieldOf(1, 0, 0)
	sub := w.s.Plan().Subnets[0]
	plain := sub.Pools[0].Scope.Options
	q := w.askers(1, engine.Discover, nil)[0]
	q.Index()
	var r engine.Room
	var here, own []engine.Decision
	for i := range 40 {
		sub.Pools[0].Scope.Options = plain
		if i%3 == 1 {
			sub.Pools[0].Scope.Options = engine.NewOptions(long)
		}
		here, own = append(here, r.Decide(w.s, q, w.now)), append(own, engine.Decide(w.s, q, w.now))
	}
	if !reflect.DeepEqual(here, own) {
		t.Error("decisions in a room differ from those elsewhere")
	}
}
