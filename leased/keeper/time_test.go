package keeper_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/event"
	"rollcall/leased/engine"
)

func TestExpiry(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.grant("a", "10.80.1.5")
		time.Sleep(598 * time.Second)
		if held := l.disk.lease("10.80.1.5"); held.State != engine.Active {
			t.Fatalf("two seconds before its end the lease is %v", held.State)
		}
		time.Sleep(3 * time.Second)
		if held := l.disk.lease("10.80.1.5"); held.State != engine.Expired {
			t.Errorf("after its end the lease is %v", held.State)
		}
		if told := l.disk.told(); !slices.Contains(told, event.LeaseExpired) {
			t.Errorf("told %v", told)
		}
	})
}

// Whoever sets the wall clock ends no lease early and none late: what had nine minutes left has nine minutes left.
func TestClockStep(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour, 3 * time.Second, 365 * 24 * time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			inLab(t, nil, func(l *lab) {
				l.grant("a", "10.80.1.5")
				time.Sleep(time.Minute)
				l.skew.Store(int64(step))
				time.Sleep(2 * time.Second)
				held := l.disk.lease("10.80.1.5")
				wall := time.Now().Add(step).Unix()
				if left := held.Expires - wall; held.State != engine.Active || left < 536 || left > 540 {
					t.Fatalf("the lease is %v and has %d s left", held.State, left)
				}
				revision := held.Revision
				time.Sleep(30 * time.Second)
				if held := l.disk.lease("10.80.1.5"); held.Revision != revision {
					t.Errorf("one step changed the lease %d times", held.Revision-revision+1)
				}
				l.view(func(_ *engine.State, now time.Time) {
					if off := now.Sub(time.Now().Add(step)); off.Abs() > 2*time.Second {
						t.Errorf("the keeper's time is %v off", off)
					}
				})
				time.Sleep(505 * time.Second)
				if held := l.disk.lease("10.80.1.5"); held.State != engine.Active {
					t.Errorf("the lease ended early")
				}
				time.Sleep(5 * time.Second)
				if held := l.disk.lease("10.80.1.5"); held.State != engine.Expired {
					t.Errorf("the lease did not end")
				}
			})
		})
	}
}

func TestClockIsNotMinded(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.grant("a", "10.80.1.5")
		l.skew.Store(int64(time.Second)) // adjusted, not set
		time.Sleep(time.Minute)
		if held := l.disk.lease("10.80.1.5"); held.Revision != 1 {
			t.Errorf("the lease has revision %d", held.Revision)
		}
	})
}

// Thousands of leases that end together end in small steps, each when the last is on disk, and packets get in between.
func TestMassExpiry(t *testing.T) {
	const n, step = 3000, 128
	inLab(t, func(l *lab, _ *engine.Settings) {
		l.disk.sync = time.Millisecond
		end := time.Now().Unix() + 5
		for i := range n {
			l.disk.leases[ip("10.80.1.0")+engine.IP(i)] = &engine.Lease{
				IP: ip("10.80.1.0") + engine.IP(i), State: engine.Active, HW: hw(fmt.Sprint(i)), Subnet: "yard", Expires: end, Revision: 1,
			}
		}
	}, func(l *lab) {
		active := func() (left int) {
			l.view(func(s *engine.State, _ time.Time) {
				for i := range n {
					if s.Lease(ip("10.80.1.0")+engine.IP(i)).State == engine.Active {
						left++
					}
				}
			})
			return left
		}
		time.Sleep(4900 * time.Millisecond)
		began, before := time.Now(), active()
		if before != n {
			t.Fatalf("%d leases ended early", n-before)
		}
		for left := before; left > 0; before = left {
			time.Sleep(time.Millisecond)
			if left = active(); before-left > step {
				t.Fatalf("%d leases ended within a millisecond", before-left)
			}
			if time.Since(began) > 2*time.Second {
				t.Fatalf("%d leases have not ended yet", left)
			}
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		ended := 0
		for _, size := range l.disk.sizes {
			ended += size
		}
		if ended != n {
			t.Errorf("the end of %d leases is on disk", ended)
		}
	})
}

func TestLinkEvents(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		synctest.Wait()
		step := func(after *engine.Frontend, want ...event.Kind) {
			t.Helper()
			before := len(l.disk.told())
			if err := l.k.SetFrontend(l.ctx, l.front, after); err != nil {
				t.Fatal(err)
			}
			l.front = after
			synctest.Wait()
			if got := l.disk.told()[before:]; !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
		}
		front := func(up ...bool) *engine.Frontend {
			f := &engine.Frontend{Name: "f1"}
			for i, up := range up {
				f.Links = append(f.Links, &engine.Link{Frontend: f, Name: fmt.Sprintf("eth%d", i), IPs: []engine.IP{ip("10.80.0.1") + engine.IP(i)}, Up: up})
			}
			return f
		}
		if got := l.disk.told(); !slices.Equal(got, []event.Kind{event.LinkUp}) {
			t.Errorf("at first told %v", got)
		}
		step(front(true))
		step(front(true, true), event.LinkUp)
		step(front(false, true), event.LinkDown)
		step(front(true), event.LinkUp, event.LinkDown)
		l.grant("a", "10.80.1.5")
		step(nil, event.LinkDown)
		if e := l.disk.events[len(l.disk.events)-1]; e.Link != "f1/eth0" || e.Reason == "" {
			t.Errorf("the frontend that left is told as %+v", e)
		}
	})
}

// A frontend that comes back before its old stream was found dead never was away.
func TestFrontendComesBackEarly(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		synctest.Wait()
		before := len(l.disk.told())
		again := &engine.Frontend{Name: l.front.Name}
		for _, link := range l.front.Links {
			again.Links = append(again.Links, &engine.Link{Frontend: again, Name: link.Name, IPs: link.IPs, Up: link.Up})
		}
		for _, step := range []struct{ before, after *engine.Frontend }{{nil, again}, {l.front, nil}} {
			if err := l.k.SetFrontend(l.ctx, step.before, step.after); err != nil {
				t.Fatal(err)
			}
		}
		l.front = again
		synctest.Wait()
		if got := l.disk.told()[before:]; len(got) > 0 {
			t.Errorf("told %v, want nothing", got)
		}
		l.grant("a", "10.80.1.5")
	})
}

// A new plan takes effect between two packets and keeps the leases.
func TestReconfigure(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.grant("a", "10.80.1.5")
		set := engine.Settings{OfferTime: 30, QuarantineTime: 600, QuarantineMax: 600}
		l.k.Reconfigure(plan(set, nil), settings(), nil)
		l.ask(l.renew("a", "10.80.1.5"), l.renew("b", "10.80.1.6"))
		time.Sleep(time.Millisecond)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || got[0].why != engine.NotAuthoritative || got[1].kind != engine.Ack {
			t.Errorf("came %+v", got)
		}
	})
}
