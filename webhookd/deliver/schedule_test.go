package deliver_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/webhookd/deliver"
)

func TestDelayDoublesUpToItsLimit(t *testing.T) {
	const almostOne = 0.9999999
	for _, c := range []struct {
		attempts int
		want     time.Duration
	}{{1, time.Second}, {2, 2 * time.Second}, {5, 16 * time.Second}, {10, 512 * time.Second}, {11, 10 * time.Minute}, {1 << 30, 10 * time.Minute}} {
		if got := deliver.Delay(almostOne, c.attempts, 10*time.Minute).Round(time.Millisecond); got != c.want {
			t.Errorf("at most %v after %d attempts, want %v", got, c.attempts, c.want)
		}
		if got := deliver.Delay(0, c.attempts, 10*time.Minute); got != 100*time.Millisecond {
			t.Errorf("at least %v after %d attempts, want 100ms", got, c.attempts)
		}
	}
}

// A receiver that never answers well is tried for the whole window, often at first, and for the last time at its end.
func TestRetriesFillTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window = 72 * time.Hour
		random := rand.New(rand.NewPCG(1, 2))
		queued := time.Now()
		attempts := 1
		var longest time.Duration
		for {
			now := time.Now()
			next, ok := deliver.Next(random.Float64(), attempts, queued, now, window, 0)
			if !ok {
				break
			}
			if attempts == 1 && next.Sub(now) > time.Second {
				t.Errorf("the first retry waits %v", next.Sub(now))
			}
			longest = max(longest, next.Sub(now))
			time.Sleep(time.Until(next))
			attempts++
		}
		if got := time.Since(queued); got != window {
			t.Errorf("the last attempt is made after %v, want %v", got, window)
		}
		if longest > 10*time.Minute {
			t.Errorf("the longest pause is %v", longest)
		}
		if attempts < 700 || attempts > 1100 { // 5 minutes apart on average
			t.Errorf("%d attempts in %v", attempts, window)
		}
	})
}

func TestNextHonoursRetryAfter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	if next, ok := deliver.Next(0.5, 1, now, now, time.Hour, 2*time.Minute); !ok || !next.Equal(now.Add(2*time.Minute)) {
		t.Errorf("next = %v, %v; want after the two minutes asked for", next, ok)
	}
	if next, ok := deliver.Next(0.5, 11, now, now, time.Hour, time.Second); !ok || !next.Equal(now.Add(5*time.Minute)) {
		t.Errorf("next = %v, %v; a short Retry-After must not hasten the backoff", next, ok)
	}
	if next, ok := deliver.Next(0.5, 1, now, now, time.Minute, time.Hour); !ok || !next.Equal(now.Add(time.Minute)) {
		t.Errorf("next = %v, %v; want the end of the window", next, ok)
	}
	if _, ok := deliver.Next(0.5, 1, now, now.Add(time.Minute), time.Minute, 0); ok {
		t.Error("the window is over and there is a next attempt")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for value, want := range map[string]time.Duration{
		"":                     0,
		"0":                    0,
		"120":                  2 * time.Minute,
		"86400":                time.Hour,
		"18446744073709551615": time.Hour,
		"-5":                   0,
		"soon":                 0,
		now.Add(90 * time.Second).UTC().Format(http.TimeFormat): 90 * time.Second,
		now.Add(-time.Hour).UTC().Format(http.TimeFormat):       0,
		now.Add(72 * time.Hour).UTC().Format(http.TimeFormat):   time.Hour,
	} {
		if got := deliver.RetryAfter(value, now); got != want {
			t.Errorf("Retry-After: %s gives %v, want %v", value, got, want)
		}
	}
}
