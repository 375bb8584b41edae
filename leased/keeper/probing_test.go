package keeper_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/event"
	"rollcall/internal/fault"
	"rollcall/leased/engine"
)

// noScan has a link that leased can see, and nothing that was scanned before the test begins.
func noScan(l *lab, s *engine.Settings) { l.wire.attached.Store(false) }

// see makes the link visible without the scan at its start.
func (l *lab) see() {
	l.view(func(s *engine.State, _ time.Time) { s.SetAttached(s.Plan().Subnet("yard"), true) })
}

func TestProbeBeforeOffer(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		l.see()
		l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Discover, "b", ""))
		l.none()
		time.Sleep(99 * time.Millisecond)
		l.none()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		got := l.desk.take()
		slices.SortFunc(got, func(a, b answer) int { return int(a.id) - int(b.id) })
		if len(got) != 2 || got[0].kind != engine.Offer || got[0].ip != "10.80.1.0" || got[1].ip != "10.80.1.1" {
			t.Fatalf("came %+v", got)
		}
		// Asked again, it is offered at once.
		l.ask(l.query(engine.Discover, "a", ""))
		if got := l.only(); got.ip != "10.80.1.0" || l.wire.probed() != 2 {
			t.Errorf("came %+v after %d probes", got, l.wire.probed())
		}
	})
}

// A client that asks again while its address is being probed starts no second probe.
func TestOneProbeForOneClient(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		l.see()
		l.ask(l.query(engine.Discover, "a", ""))
		l.ask(l.query(engine.Discover, "a", ""))
		if got := l.only(); got.kind != engine.Drop || got.why != engine.Probing {
			t.Errorf("came %+v", got)
		}
		time.Sleep(time.Second / 2)
		if got := l.only(); got.kind != engine.Offer || got.id != 1 || l.wire.probed() != 1 {
			t.Errorf("came %+v after %d probes", got, l.wire.probed())
		}
	})
}

func TestConflict(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		l.see()
		l.wire.hosts[netip.MustParseAddr("10.80.1.0")] = "squatter"
		l.ask(l.query(engine.Discover, "a", ""))
		time.Sleep(time.Second / 2)
		if got := l.only(); got.kind != engine.Offer || got.ip != "10.80.1.1" {
			t.Errorf("came %+v", got)
		}
		held := l.disk.lease("10.80.1.0")
		if held == nil || held.State != engine.Declined || held.Reason != engine.QuarantineConflict || held.HW != hw("squatter") {
			t.Errorf("the address that answered: %+v", held)
		}
		if told := l.disk.told(); !slices.Contains(told, event.AddressConflict) || !slices.Contains(told, event.ClientUnknown) {
			t.Errorf("told %v", told)
		}
	})
}

// A client that still uses the address it is about to be offered is no conflict.
func TestTheClientItselfAnswers(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		l.see()
		l.wire.hosts[netip.MustParseAddr("10.80.1.0")] = "a"
		l.ask(l.query(engine.Discover, "a", ""))
		time.Sleep(time.Second / 2)
		if got := l.only(); got.kind != engine.Offer || got.ip != "10.80.1.0" {
			t.Errorf("came %+v", got)
		}
		if held := l.disk.lease("10.80.1.0"); held != nil {
			t.Errorf("the address is %+v", held)
		}
	})
}

func TestDeclineIsVerified(t *testing.T) {
	left := func(l *lab, addr string) time.Duration {
		held := l.disk.lease(addr)
		if held == nil || held.State != engine.Declined {
			t.Fatalf("the declined address is %+v", held)
		}
		return time.Duration(held.Expires-time.Now().Unix()) * time.Second
	}
	for _, test := range []struct {
		name     string
		attached bool
		answers  bool
		want     time.Duration
	}{
		{"silent", true, false, time.Minute},
		{"answered", true, true, 10 * time.Minute},
		{"out of sight", false, false, 10 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			inLab(t, noScan, func(l *lab) {
				l.grant("a", "10.80.1.5")
				l.wire.attached.Store(test.attached)
				if test.answers {
					l.wire.hosts[netip.MustParseAddr("10.80.1.5")] = "squatter"
				}
				l.ask(l.query(engine.Decline, "a", "10.80.1.5"))
				if got := l.only(); got.kind != engine.Drop || got.why != engine.DeclineDone {
					t.Errorf("came %+v", got)
				}
				if got := left(l, "10.80.1.5"); got != 10*time.Minute {
					t.Errorf("before it is verified, the quarantine is %v", got)
				}
				time.Sleep(200 * time.Millisecond)
				synctest.Wait()
				if got := left(l, "10.80.1.5"); got != test.want {
					t.Errorf("the quarantine is %v, want %v", got, test.want)
				}
			})
		})
	}
}

// A scan at start makes leases of what it finds; what stayed silent is offered without a probe.
func TestScanAtStart(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) {
		l.wire.attached.Store(true)
		l.wire.hosts[netip.MustParseAddr("10.80.1.0")] = "m"
		l.wire.hosts[netip.MustParseAddr("10.80.0.9")] = "x" // in no pool
	}, func(l *lab) {
		time.Sleep(time.Second)
		held := l.disk.lease("10.80.1.0")
		if held == nil || !held.FoundByARP || held.HW != hw("m") || !held.Holds(time.Now().Unix()) {
			t.Fatalf("the host found is %+v", held)
		}
		if l.disk.lease("10.80.0.9") != nil {
			t.Error("a host outside the pools became a lease")
		}
		l.ask(l.query(engine.Discover, "a", "10.80.1.0"))
		if got := l.only(); got.kind != engine.Offer || got.ip != "10.80.1.1" || l.wire.probed() != 0 {
			t.Errorf("came %+v after %d probes", got, l.wire.probed())
		}
		l.ask(l.query(engine.Discover, "m", ""))
		if got := l.only(); got.ip != "10.80.1.0" {
			t.Errorf("the host itself got %+v", got)
		}
		time.Sleep(5 * time.Second)
		if l.wire.scans() != 1 {
			t.Errorf("scanned %d times", l.wire.scans())
		}
	})
}

// A link that appears later is scanned then, and again when it has been away.
func TestScanWhenTheLinkAppears(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		for i, step := range []struct {
			attached bool
			scans    int
		}{{false, 0}, {true, 1}, {false, 1}, {true, 2}} {
			l.wire.attached.Store(step.attached)
			time.Sleep(3 * time.Second)
			if l.wire.scans() != step.scans {
				t.Errorf("step %d: scanned %d times, want %d", i, l.wire.scans(), step.scans)
			}
		}
	})
}

func TestScanByHand(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		code := func(err error) fault.Code {
			var f *fault.Error
			if errors.As(err, &f) {
				return f.Code
			}
			return 0
		}
		if _, err := l.k.Scan(l.ctx, "nowhere"); code(err) != fault.NotFound {
			t.Errorf("scan of nowhere says %v", err)
		}
		if _, err := l.k.Scan(l.ctx, "yard"); code(err) != fault.Precondition {
			t.Errorf("scan of what cannot be seen says %v", err)
		}
		l.grant("a", "10.80.1.5")
		l.wire.attached.Store(true)
		l.wire.hosts[netip.MustParseAddr("10.80.1.5")] = "a"
		l.wire.hosts[netip.MustParseAddr("10.80.1.6")] = "m"
		r, err := l.k.Scan(l.ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if r.Probed != 59*256 || len(r.Hosts) != 2 || r.Hosts[0].Standing != engine.StandingHolder || r.Hosts[1].Standing != engine.StandingNew || r.Hosts[1].HW != hw("m") {
			t.Errorf("scan found %+v", r)
		}
		if held := l.disk.lease("10.80.1.5"); held.FoundByARP {
			t.Error("a lease in force was replaced by what the scan saw")
		}
	})
}
