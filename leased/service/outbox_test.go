package service

import (
	"context"
	"testing"
	"testing/synctest"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// Answers lie in memory that is used again: whoever sends them reuses his at once, and the box its own after each message.
func TestOutboxKeepsWhatItWasGiven(t *testing.T) {
	o := newOutbox()
	options := option.List{}.AppendString(option.HostName, "first")
	given := []keeper.Answer{{ID: 7, Decision: engine.Decision{Kind: engine.Ack, IP: 9, Options: options}}}
	for round := range 3 {
		o.Send(given)
		clear(given[0].Decision.Options)
		given[0] = keeper.Answer{ID: 8, Decision: engine.Decision{Kind: engine.Drop, IP: 9, Reason: engine.Unserved}}
		o.Send(given)
		full := o.take()
		a := full.message.Answers
		if len(a) != 2 || a[0].GetId() != 7 || a[0].GetYiaddr() != 9 || len(a[0].GetOptions()) != 8 || string(a[0].Options[3:]) != "first" {
			t.Errorf("round %d: first answer of %d: %v", round, len(a), a[0])
		}
		if a[1].GetId() != 8 || a[1].GetYiaddr() != 0 || len(a[1].GetOptions()) != 0 || a[1].GetReason() != string(engine.Unserved) {
			t.Errorf("round %d: second answer: %v", round, a[1])
		}
		full.reset()
		options = option.List{}.AppendString(option.HostName, "first")
		given[0] = keeper.Answer{ID: 7, Decision: engine.Decision{Kind: engine.Ack, IP: 9, Options: options}}
	}
	given[0].Decision.Options = nil // growing for longer options is not what is counted
	if n := testing.AllocsPerRun(100, func() { o.Send(given); o.take().reset() }); n != 0 {
		t.Errorf("%v allocations for an answer, want 0", n)
	}
}

// A frontend that asks and does not listen is not heard any more, until it takes its answers or leaves.
func TestOutboxIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := newOutbox()
		var got error
		waiting := false
		wait := func() {
			waiting = true
			go func() {
				got = o.room(ctx)
				waiting = false
			}()
			synctest.Wait()
		}
		o.Send(make([]keeper.Answer, maxUnsent-1))
		if wait(); waiting || got != nil {
			t.Errorf("with room: waiting %v, %v", waiting, got)
		}
		o.Send(make([]keeper.Answer, 1))
		if wait(); !waiting {
			t.Error("without room it does not wait")
		}
		if n := len(o.take().message.Answers); n != maxUnsent {
			t.Errorf("took %d answers, want %d", n, maxUnsent)
		}
		if synctest.Wait(); waiting || got != nil {
			t.Errorf("with room again: waiting %v, %v", waiting, got)
		}
		o.Send(make([]keeper.Answer, maxUnsent))
		wait()
		cancel()
		if synctest.Wait(); waiting || got == nil {
			t.Errorf("after the end: waiting %v, %v", waiting, got)
		}
	})
}
