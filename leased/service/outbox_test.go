package service

import (
	"context"
	"testing"
	"testing/synctest"

	"rollcall/leased/keeper"
)

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
		if n := len(o.take(nil)); n != maxUnsent {
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
