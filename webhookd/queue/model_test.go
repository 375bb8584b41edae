package queue_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/webhookd/queue"
)

// model is what a queue must be, as simple as it can be said.
type model struct {
	cursor  queue.Position
	letters map[queue.Position]*letter
}

type letter struct {
	id, endpoint, machine string
	dead                  bool
	attempts              uint32
	next                  time.Time
	claim                 *queue.Delivery
}

// first returns the delivery of a machine that is ahead of all others. That its time has come is not modelled: a delivery that moves
// up is due at once.
func (m *model) first(endpoint, machine string) (queue.Position, bool) {
	for p := queue.Position(1); p <= m.cursor; p++ {
		if l := m.letters[p]; l != nil && !l.dead && l.endpoint == endpoint && l.machine == machine {
			return p, true
		}
	}
	return 0, false
}

// some draws one of the deliveries for which ok is true; nil if there is none.
func (m *model) some(t *rapid.T, ok func(*letter) bool) (queue.Position, *letter) {
	var ps []queue.Position
	for p, l := range m.letters {
		if ok(l) {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		return 0, nil
	}
	slices.Sort(ps)
	p := rapid.SampledFrom(ps).Draw(t, "position")
	return p, m.letters[p]
}

// Random changes, claims and crashes, after each of which queue and model agree.
func TestModel(t *testing.T) {
	t.Parallel()
	// Every change is synced to the disk, so the default of a hundred runs takes too long; -rapid.checks asks for more. A run is
	// longer than the default of thirty steps, for some find nothing to do.
	for name, value := range map[string]string{"rapid.checks": "10", "rapid.steps": "50"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := f.Value.Set(value); err != nil {
				t.Fatal(err)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, queue.Options{})
		defer func() { b.must(b.stop()) }()
		ctx := t.Context()
		m := &model{letters: map[queue.Position]*letter{}}
		now := epoch
		endpoints := rapid.SampledFrom([]string{"desk", "bill"})
		machines := rapid.SampledFrom([]string{"m1", "m2", ""})

		settle := func(t *rapid.T, do func(*queue.Delivery) error, change func(queue.Position, *letter)) {
			p, l := m.some(t, func(l *letter) bool { return l.claim != nil })
			if l == nil {
				return
			}
			b.must(do(l.claim))
			l.claim = nil
			if !l.dead {
				change(p, l)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"take over": func(t *rapid.T) {
				var ds []queue.Delivery
				for range rapid.IntRange(0, 4).Draw(t, "events") {
					m.cursor++
					d := queue.Delivery{Endpoint: endpoints.Draw(t, "endpoint"), Position: m.cursor, Machine: machines.Draw(t, "machine"), Time: now}
					ds = append(ds, d)
					m.letters[m.cursor] = &letter{endpoint: d.Endpoint, machine: d.Machine, next: now}
				}
				b.must(b.TakeOver(ctx, m.cursor, now, ds))
				for _, d := range b.all(queue.Filter{}) {
					m.letters[d.Position].id = d.ID
				}
			},
			"claim": func(t *rapid.T) {
				d, ok, _, err := b.Claim(endpoints.Draw(t, "endpoint"), now)
				b.must(err)
				if !ok {
					return
				}
				if first, _ := m.first(d.Endpoint, d.Machine); first != d.Position {
					t.Fatalf("claimed %d of %s at %s; %d comes first", d.Position, d.Machine, d.Endpoint, first)
				}
				for _, l := range m.letters {
					if l.claim != nil && l.endpoint == d.Endpoint && l.machine == d.Machine {
						t.Fatalf("two claims of %s at %s", d.Machine, d.Endpoint)
					}
				}
				if l := m.letters[d.Position]; d.Attempts != l.attempts {
					t.Fatalf("claimed %d after %d attempts, want %d", d.Position, d.Attempts, l.attempts)
				}
				m.letters[d.Position].claim = &d
			},
			"delivered": func(t *rapid.T) {
				p, l := m.some(t, func(l *letter) bool { return l.claim != nil })
				if l == nil {
					return
				}
				b.must(b.Delivered(ctx, l.claim))
				delete(m.letters, p)
			},
			"retry": func(t *rapid.T) {
				settle(t, func(d *queue.Delivery) error { return b.Retry(ctx, d, now.Add(time.Minute), "no") },
					func(_ queue.Position, l *letter) { l.attempts++ })
			},
			"bury": func(t *rapid.T) {
				settle(t, func(d *queue.Delivery) error { return b.Bury(ctx, d, "no") },
					func(_ queue.Position, l *letter) { l.attempts++; l.dead = true })
			},
			"release": func(t *rapid.T) {
				settle(t, func(d *queue.Delivery) error { b.Release(d); return nil }, func(queue.Position, *letter) {})
			},
			"drop": func(t *rapid.T) {
				p, l := m.some(t, func(l *letter) bool { return l.claim == nil })
				if l == nil {
					return
				}
				if n, err := b.Drop(ctx, []string{l.id}); n != 1 || err != nil {
					t.Fatalf("Drop = %d, %v", n, err)
				}
				delete(m.letters, p)
			},
			"replay": func(t *rapid.T) {
				_, l := m.some(t, func(l *letter) bool { return l.dead })
				if l == nil {
					return
				}
				if n, err := b.Replay(ctx, []string{l.id}, now); n != 1 || err != nil {
					t.Fatalf("Replay = %d, %v", n, err)
				}
				l.dead, l.attempts = false, 0
			},
			"time passes": func(*rapid.T) { now = now.Add(40 * time.Second) },
			"crash": func(*rapid.T) {
				b.crash()
				for _, l := range m.letters {
					l.claim = nil
				}
			},
			"": func(t *rapid.T) {
				b.check()
				if got := b.Cursor(); got != m.cursor {
					t.Fatalf("cursor = %d, want %d", got, m.cursor)
				}
				got := map[string]string{}
				for _, d := range b.all(queue.Filter{}) {
					got[d.ID] = fmt.Sprint(d.Endpoint, d.Position, d.Machine, d.State == queue.Dead, d.Attempts)
				}
				if len(got) != len(m.letters) {
					t.Fatalf("%d deliveries, want %d", len(got), len(m.letters))
				}
				for p, l := range m.letters {
					if want := fmt.Sprint(l.endpoint, p, l.machine, l.dead, l.attempts); got[l.id] != want {
						t.Fatalf("delivery %d is %q, want %q", p, got[l.id], want)
					}
				}
			},
		})
		drain(rt, b, m, now.Add(time.Hour))
	})
}

// drain delivers everything that is pending: nothing may be stuck, whatever happened before.
func drain(t *rapid.T, b *bench, m *model, now time.Time) {
	for _, l := range m.letters {
		if l.claim != nil {
			b.Release(l.claim)
		}
	}
	for _, endpoint := range []string{"desk", "bill"} {
		for {
			d, ok, _, err := b.Claim(endpoint, now)
			b.must(err)
			if !ok {
				break
			}
			b.must(b.Delivered(b.t.Context(), &d))
		}
	}
	if left := b.all(queue.Filter{State: queue.Pending}); len(left) > 0 {
		t.Fatalf("stuck: %+v", left)
	}
}
