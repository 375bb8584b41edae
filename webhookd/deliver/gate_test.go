package deliver

import (
	"testing"
	"time"
)

// The gate is pure but for its jitter, so its rules are tested from inside, with times that the test makes up.
func TestGate(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	bad, poison := result{outcome: Unreachable, problem: "refused"}, result{outcome: ServerError, problem: "500"}
	enter := func(g *gate, at time.Time) bool {
		ok, _ := g.enter(at)
		return ok
	}

	t.Run("one attempt at a time while held back", func(t *testing.T) {
		var g gate
		for range 3 {
			if !enter(&g, start) {
				t.Fatal("an endpoint nothing is known of is held back")
			}
		}
		if got := g.ended(bad, start, start.Add(time.Second)); got != closed {
			t.Fatalf("the first failure to connect gives %v, want closed", got)
		}
		if enter(&g, start.Add(time.Hour)) {
			t.Error("an attempt beside those under way")
		}
		first := g.until
		for range 2 { // began before the gate closed, so they say nothing new
			if got := g.ended(bad, start, start.Add(2*time.Second)); got != unchanged || g.until != first {
				t.Errorf("a late failure gives %v and %v", got, g.until.Sub(first))
			}
		}
		if enter(&g, start.Add(time.Second)) {
			t.Error("an attempt without a pause")
		}
		if !enter(&g, g.until) || enter(&g, g.until) {
			t.Error("not exactly one attempt after the pause")
		}
		if got := g.ended(result{outcome: Delivered}, first, first); got != opened {
			t.Errorf("a success gives %v, want opened", got)
		}
		if _, shut := g.shut(); shut {
			t.Error("held back after a success")
		}
	})

	t.Run("pauses end within a minute", func(t *testing.T) {
		var g gate
		at := start
		for range 50 {
			if !enter(&g, at) {
				t.Fatal("still held back after its pause")
			}
			g.ended(bad, at, at)
			if wait := g.until.Sub(at); wait > maxHold {
				t.Fatalf("a pause of %v", wait)
			}
			at = g.until
		}
	})

	t.Run("single failures of deliveries change nothing", func(t *testing.T) {
		var g gate
		for i := range 3 * failuresToHold {
			r := poison
			if i%failuresToHold == 0 {
				r = result{outcome: Delivered}
			}
			enter(&g, start)
			if got := g.ended(r, start, start); got != unchanged {
				t.Fatalf("result %d gives %v", i, got)
			}
		}
		enter(&g, start)
		if got := g.ended(poison, start, start); got != closed {
			t.Errorf("the tenth failure in a row gives %v, want closed", got)
		}
	})

	t.Run("gone until reopened", func(t *testing.T) {
		var g gate
		enter(&g, start)
		if got := g.ended(result{outcome: Gone}, start, start); got != closed {
			t.Errorf("410 gives %v, want closed", got)
		}
		if enter(&g, start.Add(1000*time.Hour)) {
			t.Error("an attempt after 410")
		}
		if !g.reopen() || g.reopen() || !enter(&g, start) {
			t.Error("not reopened once")
		}
	})
}

func TestEveryStatusHasOneOutcome(t *testing.T) {
	for status, want := range map[int]Outcome{
		200: Delivered, 204: Delivered, 299: Delivered, 101: ServerError, 301: Redirected, 400: Refused, 401: Refused, 404: Refused,
		410: Gone, 429: Throttled, 500: ServerError, 502: Overloaded, 503: Overloaded, 504: Overloaded, 599: ServerError, 999: ServerError,
	} {
		if got := judge(status); got != want {
			t.Errorf("status %d is %s, want %s", status, got, want)
		}
	}
}
