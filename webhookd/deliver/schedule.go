package deliver

import (
	"net/http"
	"strconv"
	"time"
)

// How long a failed delivery, and an endpoint that is held back, waits for its next attempt.
const (
	firstDelay    = time.Second      // upper bound of the first wait; it doubles with every attempt
	leastDelay    = firstDelay / 10  // so that luck never makes a busy loop
	maxDelay      = 10 * time.Minute // upper bound for a delivery
	maxHold       = time.Minute      // upper bound for an endpoint, so that its recovery is soon noticed
	maxRetryAfter = time.Hour        // a receiver may not silence us for longer
)

// Delay returns how long to wait after a number of failed attempts, from 1: a random time up to a bound that doubles from one
// second to limit ("full jitter"). random is in [0, 1).
func Delay(random float64, attempts int, limit time.Duration) time.Duration {
	bound := limit
	if shift := attempts - 1; shift < 30 {
		bound = min(limit, firstDelay<<max(shift, 0))
	}
	return max(leastDelay, time.Duration(random*float64(bound)))
}

// Next says when a delivery is tried again after its latest attempt, the attempts-th, failed at now. It is not before retryAfter
// has passed. ok is false when the retry window, maxAge from queued, is over; the last attempt is made at its very end.
func Next(random float64, attempts int, queued, now time.Time, maxAge, retryAfter time.Duration) (next time.Time, ok bool) {
	end := queued.Add(maxAge)
	if !now.Before(end) {
		return time.Time{}, false
	}
	next = now.Add(max(Delay(random, attempts, maxDelay), retryAfter))
	if next.After(end) {
		next = end
	}
	return next, true
}

// RetryAfter reads the header of that name (RFC 9110 §10.2.3), seconds or a date; 0 if there is none or it makes no sense. It is
// at most an hour.
func RetryAfter(value string, now time.Time) time.Duration {
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}
