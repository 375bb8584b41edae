package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/event"
	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// No ACK leaves before its lease is on disk; offers, NAKs and silences wait for nothing.
func TestAckWaitsForTheDisk(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.sync = 50 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		began := time.Now()
		l.ask(l.query(engine.Request, "a", "10.80.1.5"), l.query(engine.Discover, "b", ""), l.query(engine.Request, "c", "10.99.0.1"),
			l.query(engine.Request, "d", "10.80.1.6"))
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || got[0].kind != engine.Offer || got[1].kind != engine.Nak || got[0].at != began {
			t.Errorf("at once came %+v", got)
		}
		time.Sleep(49 * time.Millisecond)
		l.none()
		if l.disk.lease("10.80.1.5") != nil {
			t.Fatal("the disk is faster than it should be")
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got = l.desk.take(); len(got) != 2 || got[0].kind != engine.Ack || got[1].kind != engine.Ack {
			t.Fatalf("after the commit came %+v", got)
		}
		for _, a := range got {
			if held := l.disk.lease(a.ip); held == nil || !held.Holds(time.Now().Unix()) {
				t.Errorf("%v was acknowledged, on disk is %+v", a.ip, held)
			}
		}
	})
}

// A retransmission writes nothing, but its ACK must not overtake the commit it rests on.
func TestRetransmissionWaitsForTheDisk(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.sync = 500 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		first := l.query(engine.Request, "a", "10.80.1.5")
		again := first
		l.ask(first)
		time.Sleep(100 * time.Millisecond)
		l.ask(again)
		l.none()
		time.Sleep(399 * time.Millisecond)
		l.none()
		time.Sleep(time.Second)
		synctest.Wait()
		if got := l.desk.take(); len(got) != 2 || got[0].kind != engine.Ack || got[1].kind != engine.Ack {
			t.Errorf("came %+v", got)
		}
	})
}

// What happened is written with the next commit, and soon when none comes: a stranger's DISCOVER delays nobody's ACK.
func TestNewsTravelWithOthers(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.sync = 50 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		before := l.disk.written()
		began := time.Now()
		l.ask(l.query(engine.Discover, "a", ""))
		time.Sleep(time.Millisecond)
		l.ask(l.query(engine.Request, "a", "10.80.1.5"))
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || got[1].kind != engine.Ack || got[1].at.Sub(began) != 51*time.Millisecond {
			t.Errorf("came %+v; the ACK should have waited for one commit, its own", got)
		}
		told := l.disk.told()
		if want := []event.Kind{event.ClientUnknown, event.LeaseGranted}; !slices.Equal(told[len(told)-2:], want) {
			t.Errorf("told %v, want %v at the end", told, want)
		}
		if n := l.disk.written() - before; n != 1 {
			t.Errorf("%d commits, want 1", n)
		}

		l.ask(l.query(engine.Discover, "b", ""))
		time.Sleep(time.Millisecond)
		l.ask(l.query(engine.Discover, "c", ""))
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		if told := l.disk.told(); told[len(told)-1] != event.ClientUnknown || told[len(told)-2] != event.ClientUnknown {
			t.Errorf("told %v a moment later, want two client.unknown at the end", told)
		}
		if n := l.disk.written() - before; n != 2 {
			t.Errorf("%d commits, want 2", n)
		}
		l.desk.take()
	})
}

func TestNothingIsAcknowledgedWhenTheDiskHangs(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.hang.Store(true) }, func(l *lab) {
		l.ask(l.query(engine.Request, "a", "10.80.1.5"))
		time.Sleep(time.Hour)
		l.none()
		l.ask(l.query(engine.Discover, "b", ""))
		if got := l.only(); got.kind != engine.Offer || got.ip == "10.80.1.5" {
			t.Errorf("came %+v", got)
		}
	})
}

// Change returns when what it changed is on disk, and not when it refused.
func TestChange(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.sync = 50 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		began := time.Now()
		enrol := func(s *engine.State, now time.Time) (engine.Commit, error) {
			value := hw("a")
			r, c, err := s.Enrol(engine.Reservation{
				ID: fmt.Sprint(l.k.NextReservationID()), Kind: engine.ByHardware, Value: string(value.Bytes()), Subnet: "yard",
				IP: ip("10.80.0.7"),
			}, now)
			if err == nil {
				s.PutReservation(r)
			}
			return c, err
		}
		if err := l.k.Change(l.ctx, enrol); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 50*time.Millisecond {
			t.Errorf("Change took %v, the disk takes 50ms", took)
		}
		var f *fault.Error
		if err := l.k.Change(l.ctx, enrol); !errors.As(err, &f) || f.Code != fault.Exists {
			t.Errorf("the second one says %v", err)
		}
		l.ask(l.query(engine.Discover, "a", ""))
		if got := l.only(); got.ip != "10.80.0.7" {
			t.Errorf("the enrolled machine got %+v", got)
		}
		l.disk.hang.Store(true)
		ctx, cancel := context.WithTimeout(l.ctx, time.Second)
		defer cancel()
		err := l.k.Change(ctx, func(*engine.State, time.Time) (engine.Commit, error) {
			return engine.Commit{Delete: []string{"77"}}, nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Change on a disk that hangs says %v", err)
		}
	})
}

// A commit that another writer was faster than was never there: its leases are taken back and its queries decided again, once,
// and nobody hears of it twice.
func TestLostCommit(t *testing.T) {
	inLab(t, func(_ *lab, s *engine.Settings) {
		s.FloodActions, s.FloodRefill, s.FloodSuspend = 4, 1000, 150
	}, func(l *lab) {
		now := time.Now().Unix()
		l.disk.loseNext(&engine.Lease{
			IP: ip("10.80.1.5"), State: engine.Active, HW: hw("z"), Subnet: "yard", Started: now, CLTT: now, Expires: now + 600, Revision: 4,
		})
		l.ask(l.query(engine.Request, "a", "10.80.1.5"), l.query(engine.Request, "b", "10.80.1.6"), l.query(engine.Discover, "c", ""))
		synctest.Wait()
		got := map[uint32]answer{}
		for _, a := range l.desk.take() {
			if _, twice := got[a.id]; twice {
				t.Errorf("query %d was answered twice", a.id)
			}
			got[a.id] = a
		}
		if got[1].kind != engine.Nak || got[1].why != engine.AddressTaken {
			t.Errorf("the client that lost got %+v", got[1])
		}
		if got[2].kind != engine.Ack || got[2].ip != "10.80.1.6" {
			t.Errorf("the client beside it got %+v", got[2])
		}
		if held := l.disk.lease("10.80.1.6"); held == nil || held.HW != hw("b") {
			t.Errorf("10.80.1.6 was acknowledged, on disk is %+v", held)
		}
		if got[3].kind != engine.Offer {
			t.Errorf("the third got %+v", got[3])
		}
		// Each was counted once: three more are within the means of four.
		for range 3 {
			l.ask(l.query(engine.Discover, "b", ""))
			if a := l.only(); a.why == engine.Suspended {
				t.Error("a lost commit was counted against its client")
			}
		}
		l.disk.loseNext()
		err := l.k.Change(l.ctx, func(s *engine.State, now time.Time) (engine.Commit, error) {
			c := engine.EndLease(s.Lease(ip("10.80.1.6")), now, "")
			s.Put(&c)
			return c, nil
		})
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Conflict {
			t.Errorf("a change that lost says %v", err)
		}
	})
}

// Batches that were accepted are answered before Run returns; later ones are refused.
func TestShutdown(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.disk.sync = 20 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		inside, proceed := make(chan struct{}), make(chan struct{})
		go func() {
			_ = l.k.View(l.ctx, func(*engine.State, time.Time) { close(inside); <-proceed })
		}()
		<-inside
		for i := range 8 {
			l.ask(l.query(engine.Request, fmt.Sprint(i), fmt.Sprintf("10.80.1.%d", i)))
		}
		l.stop()
		close(proceed)
		if err := <-l.ended; err != nil {
			t.Errorf("Run says %v", err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := l.desk.take(); len(got) != 8 {
			t.Errorf("%d of 8 accepted queries were answered", len(got))
		}
		for range 100 { // whatever select would choose
			var f *fault.Error
			if err := l.k.Ask(l.ctx, l.batch(l.query(engine.Discover, "a", ""))); !errors.As(err, &f) || f.Code != fault.Unavailable {
				t.Fatalf("Ask after the end says %v", err)
			}
		}
		if err := l.k.View(l.ctx, func(*engine.State, time.Time) {}); err == nil {
			t.Error("View after the end says nothing")
		}
		if err := l.k.Change(l.ctx, func(*engine.State, time.Time) (engine.Commit, error) { return engine.Commit{}, nil }); err == nil {
			t.Error("Change after the end says nothing")
		}
	})
}

// Ask blocks while the keeper is behind, and goes on when it has caught up, or when its caller gives up.
func TestAskBlocks(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		inside, proceed := make(chan struct{}), make(chan struct{})
		go func() {
			_ = l.k.View(l.ctx, func(*engine.State, time.Time) { close(inside); <-proceed })
		}()
		<-inside
		accepted := 0
		ctx, cancel := context.WithTimeout(l.ctx, time.Second)
		defer cancel()
		var err error
		var last *keeper.Batch
		for err == nil && accepted < 10_000 {
			last = l.batch(l.query(engine.Discover, fmt.Sprint(accepted), ""))
			if err = l.k.Ask(ctx, last); err == nil {
				accepted++
			}
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%d batches were accepted, then %v", accepted, err)
		}
		asked := make(chan error)
		go func() { asked <- l.k.Ask(l.ctx, last) }()
		synctest.Wait()
		select {
		case err := <-asked:
			t.Fatalf("Ask did not wait: %v", err)
		default:
		}
		close(proceed)
		if err := <-asked; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got := len(l.desk.take()); got != accepted+1 {
			t.Errorf("%d answers to %d batches", got, accepted+1)
		}
	})
}
