package keeper_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// rapid makes a DISCOVER that asks to be granted at once (RFC 4039).
func (l *lab) rapid(client string) keeper.Query {
	q := l.query(engine.Discover, client, "")
	q.Options = q.Options.Append(option.RapidCommit, nil)
	return q
}

// bootp makes a request of a client that speaks no DHCP.
func (l *lab) bootp(client string) keeper.Query {
	q := l.query(engine.Discover, client, "")
	q.Type = engine.BOOTRequest
	return q
}

func grantAtOnce(l *lab, s *engine.Settings) {
	l.disk.sync = 50 * time.Millisecond
	s.RapidCommit, s.BOOTP = true, true
}

// What is granted without an offer waits for the disk like any other grant; the offer beside it does not.
func TestGrantAtOnceWaitsForTheDisk(t *testing.T) {
	inLab(t, grantAtOnce, func(l *lab) {
		time.Sleep(time.Second)
		again := l.rapid("a")
		l.ask(again, l.bootp("b"), l.query(engine.Discover, "c", ""))
		if got := l.only(); got.kind != engine.Offer {
			t.Errorf("at once came %+v", got)
		}
		time.Sleep(10 * time.Millisecond)
		l.ask(again) // sent again: nothing to write, but nothing to say yet either
		time.Sleep(39 * time.Millisecond)
		l.none()
		time.Sleep(time.Second)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 3 || got[0].ip != got[2].ip {
			t.Fatalf("after the commit came %+v", got)
		}
		for _, a := range got {
			if held := l.disk.lease(a.ip); a.kind != engine.Ack || held == nil || held.Revision != 1 {
				t.Errorf("%v of %v; on disk is %+v", a.kind, a.ip, held)
			}
		}
	})
}

// A grant that had to wait for a probe waits for the disk after it.
func TestGrantAtOnceAfterAProbe(t *testing.T) {
	inLab(t, func(l *lab, s *engine.Settings) { noScan(l, s); grantAtOnce(l, s) }, func(l *lab) {
		l.see()
		l.ask(l.rapid("a"), l.bootp("b"))
		time.Sleep(101 * time.Millisecond)
		l.none() // nobody answered the probes; the leases are on their way to the disk
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || l.wire.probed() != 2 {
			t.Fatalf("came %+v after %d probes", got, l.wire.probed())
		}
		for _, a := range got {
			if held := l.disk.lease(a.ip); a.kind != engine.Ack || held == nil {
				t.Errorf("%v of %v; on disk is %+v", a.kind, a.ip, held)
			}
		}
	})
}

// A grant whose commit lost is decided again; nothing of the first try is said.
func TestGrantAtOnceThatLost(t *testing.T) {
	for name, probed := range map[string]bool{"at once": false, "after a probe": true} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab, s *engine.Settings) { noScan(l, s); grantAtOnce(l, s) }, func(l *lab) {
				if probed {
					l.see()
				}
				now := time.Now().Unix()
				l.disk.loseNext(&engine.Lease{
					IP: ip("10.80.1.0"), State: engine.Active, HW: hw("z"), Subnet: "yard", Started: now, CLTT: now, Expires: now + 600, Revision: 4,
				})
				l.ask(l.rapid("a"))
				time.Sleep(time.Second)
				got := l.only()
				if held := l.disk.lease(got.ip); got.kind != engine.Ack || got.ip == "10.80.1.0" || held == nil || held.HW != hw("a") {
					t.Errorf("came %+v; on disk is %+v", got, held)
				}
			})
		})
	}
}

// A host found at the address of a grant: another address, another probe, one answer.
func TestGrantAtOnceOfAnAddressInUse(t *testing.T) {
	inLab(t, func(l *lab, s *engine.Settings) { noScan(l, s); grantAtOnce(l, s) }, func(l *lab) {
		l.see()
		l.wire.hosts[ip("10.80.1.0").Addr()] = "squatter"
		l.ask(l.rapid("a"))
		time.Sleep(time.Second)
		if got := l.only(); got.kind != engine.Ack || got.ip != "10.80.1.1" || l.wire.probed() != 2 {
			t.Errorf("came %+v after %d probes", got, l.wire.probed())
		}
	})
}

// A RELEASE whose commit lost is heeded again, and answered once.
func TestReleaseThatLost(t *testing.T) {
	inLab(t, noScan, func(l *lab) {
		l.grant("a", "10.80.1.5")
		held := *l.disk.lease("10.80.1.5")
		l.disk.loseNext(&held)
		q := l.query(engine.Release, "a", "")
		q.CIAddr = ip("10.80.1.5")
		l.ask(q)
		time.Sleep(time.Second)
		if got := l.only(); got.kind != engine.Drop || got.why != engine.ReleaseDone {
			t.Errorf("came %+v", got)
		}
		if now := l.disk.lease("10.80.1.5"); now.State != engine.Released {
			t.Errorf("on disk is %+v", now)
		}
	})
}
