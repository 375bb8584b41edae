package keeper_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/leased/engine"
)

// A relay hears of a lease when the lease is on disk, and so does whoever settles.
func TestLeaseQueryWaitsForTheDisk(t *testing.T) {
	inLab(t, func(l *lab, s *engine.Settings) {
		noScan(l, s)
		l.disk.sync = 50 * time.Millisecond
		s.LeaseQuery = []engine.Range{{First: ip("10.80.0.2"), Last: ip("10.80.0.2")}}
	}, func(l *lab) {
		q := l.query(engine.Discover, "a", "")
		q.Type, q.GIAddr, q.CIAddr, q.HW = engine.LeaseQuery, ip("10.80.0.2"), ip("10.80.1.5"), engine.HW{}
		l.ask(l.query(engine.Request, "a", "10.80.1.5"))
		l.ask(q)
		time.Sleep(49 * time.Millisecond)
		l.none()
		if err := l.k.Settle(l.ctx); err != nil {
			t.Fatal(err)
		}
		if l.disk.lease("10.80.1.5") == nil {
			t.Error("it is settled, and not on disk")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := l.desk.take(); len(got) != 2 || got[1].kind != engine.LeaseActive {
			t.Errorf("came %+v", got)
		}
	})
}
