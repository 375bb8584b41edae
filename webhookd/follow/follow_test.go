package follow_test

import (
	"errors"
	"fmt"
	"testing"

	leasedv1 "rollcall/proto/leased/v1"
	"rollcall/webhookd/follow"
	"rollcall/webhookd/queue"
)

func TestFirstStartBeginsWithTheOldestEvent(t *testing.T) {
	l := newLeased()
	l.log("client.unknown", "m1", "m2", "m3")
	l.forget(1)
	r := newRig(t, l, wants("desk"))
	r.untilQueued("desk", "2 client.unknown m2", "3 client.unknown m3")
	l.log("link.up", "")
	r.untilQueued("desk", "2 client.unknown m2", "3 client.unknown m3", "4 link.up ")
}

func TestEndpointsGetWhatTheyWant(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk", "client.unknown"), wants("billing", "lease.*", "client.unknown"))
	l.log("client.unknown", "m1")
	l.log("lease.granted", "m1")
	l.log("pool.low", "")
	r.untilQueued("billing", "1 client.unknown m1", "2 lease.granted m1")
	r.untilQueued("desk", "1 client.unknown m1")
}

func TestKindThatLeasedDoesNotKnowStopsNobody(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk", "client.unknown"), wants("future", "boot.warp"))
	l.log("client.unknown", "m1")
	l.log("lease.granted", "m1")
	l.log("client.unknown", "m2")
	r.untilQueued("desk", "1 client.unknown m1", "3 client.unknown m2")
}

func TestNothingIsMissedWhileWebhookdIsAway(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk", "client.unknown"))
	l.log("client.unknown", "m1")
	l.log("lease.granted", "m1")
	r.untilQueued("desk", "1 client.unknown m1")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	l.log("client.unknown", "m2")
	r.start(wants("desk", "client.unknown"))
	r.untilQueued("desk", "1 client.unknown m1", "3 client.unknown m2")
}

func TestBrokenStreamIsMadeAgain(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk"))
	var want []string
	for i := range 5 {
		l.log("client.unknown", "m")
		want = append(want, fmt.Sprintf("%d client.unknown m", i+1))
		l.hangUp()
	}
	r.untilQueued("desk", want...)
	r.until("ready", func() bool { return r.follower.Ready() == nil })
}

func TestReadyWithoutAnyEvent(t *testing.T) {
	if err := follow.New(follow.Config{}).Ready(); err == nil {
		t.Error("ready before leased was heard of")
	}
	r := newRig(t, newLeased(), wants("desk"))
	r.until("ready", func() bool { return r.follower.Ready() == nil })
}

func TestNewEndpointGetsNoPast(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk", "client.unknown"))
	l.log("client.unknown", "m1")
	l.log("lease.granted", "m1", "m2") // passed over
	r.untilQueued("desk", "1 client.unknown m1")
	r.follower.Apply([]follow.Endpoint{wants("desk", "client.unknown"), wants("late", "lease.granted")})
	r.until("asked for both kinds", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.watches[len(l.watches)-1].GetKinds()) == 2
	})
	l.log("lease.granted", "m3")
	r.untilQueued("late", "4 lease.granted m3")
	r.untilQueued("desk", "1 client.unknown m1")
}

func TestWithoutEndpointsNothingIsSent(t *testing.T) {
	l := newLeased()
	l.log("client.unknown", "m1", "m2")
	r := newRig(t, l)
	r.until("at the end of the log", func() bool { return r.queue.Cursor().Sequence() == 2 && r.follower.Ready() == nil })
	l.mu.Lock()
	watches := len(l.watches)
	l.mu.Unlock()
	if watches != 0 {
		t.Errorf("the log was watched %d times for nobody", watches)
	}
	r.follower.Apply([]follow.Endpoint{wants("desk")})
	l.log("client.unknown", "m3")
	r.untilQueued("desk", "3 client.unknown m3")
}

func TestCursorTooOldGoesOnWithTheOldest(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk"))
	l.log("client.unknown", "m1")
	r.untilQueued("desk", "1 client.unknown m1")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	l.log("client.unknown", "m2", "m3", "m4", "m5")
	l.forget(3)
	r.start(wants("desk"))
	r.untilQueued("desk", "1 client.unknown m1", "4 client.unknown m4", "5 client.unknown m5")
}

func TestLogThatStartsOverIsFollowedFromItsBeginning(t *testing.T) {
	l := newLeased()
	r := newRig(t, l, wants("desk"))
	l.log("client.unknown", "m1", "m2")
	r.untilQueued("desk", "1 client.unknown m1", "2 client.unknown m2")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	l.lose()
	l.log("client.unknown", "m3")
	r.start(wants("desk"))
	r.untilQueued("desk", "1 client.unknown m1", "2 client.unknown m2", "1 client.unknown m3")
	l.log("client.unknown", "m4")
	r.untilQueued("desk", "1 client.unknown m1", "2 client.unknown m2", "1 client.unknown m3", "2 client.unknown m4")
}

func TestQueueErrorEndsTheFollower(t *testing.T) {
	l := newLeased()
	q, err := queue.Open(t.TempDir()+"/webhookd.db", queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if err := run(q.Run)(); err != nil { // has stopped
		t.Fatal(err)
	}
	r := newRig(t, l)
	f := follow.New(follow.Config{Client: r.dial(), Queue: q, Document: func(*leasedv1.Event) ([]byte, error) { return nil, nil }})
	f.Apply([]follow.Endpoint{wants("desk")})
	l.log("client.unknown", "m1")
	if err := f.Run(t.Context()); !errors.Is(err, queue.ErrStopped) {
		t.Errorf("Run = %v, want ErrStopped", err)
	}
}
