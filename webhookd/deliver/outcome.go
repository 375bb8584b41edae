package deliver

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// Outcome is what came of one attempt. It is a label of metrics.
type Outcome string

// The outcomes.
const (
	Delivered   Outcome = "delivered"    // 2xx
	Redirected  Outcome = "redirected"   // 3xx
	Refused     Outcome = "refused"      // 4xx, but for the two that follow
	Gone        Outcome = "gone"         // 410
	Throttled   Outcome = "throttled"    // 429
	ServerError Outcome = "server_error" // 5xx, but for the next
	Overloaded  Outcome = "overloaded"   // 502, 503, 504
	Timeout     Outcome = "timeout"      // no answer in time
	Unreachable Outcome = "unreachable"  // no connection, or one that broke
)

// Outcomes returns every outcome.
func Outcomes() []Outcome {
	return []Outcome{Delivered, Redirected, Refused, Gone, Throttled, ServerError, Overloaded, Timeout, Unreachable}
}

// result is one attempt.
type result struct {
	outcome    Outcome
	problem    string // "" if delivered
	retryAfter time.Duration
}

// holds reports whether the endpoint as a whole, and not this delivery, seems to be in trouble.
func (o Outcome) holds() bool {
	switch o {
	case Throttled, Overloaded, Timeout, Unreachable:
		return true
	}
	return false
}

// judge says what a status code means (Standard Webhooks 1.0, "Delivery success and failure").
func judge(status int) Outcome {
	switch {
	case status >= 200 && status < 300:
		return Delivered
	case status == http.StatusGone:
		return Gone
	case status == http.StatusTooManyRequests:
		return Throttled
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return Overloaded
	case status >= 400 && status < 500:
		return Refused
	case status >= 300 && status < 400:
		return Redirected
	}
	return ServerError
}

// describe says what an answer was, with the beginning of its body cleaned for terminals and logs.
func describe(resp *http.Response, body []byte) string {
	say := fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	if judge(resp.StatusCode) == Redirected {
		return clean(say+" to "+resp.Header.Get("Location")) + "; redirects are not followed, change the endpoint's url"
	}
	if text := clean(string(body)); text != "" {
		say += ": " + text
	}
	return say
}

// clean makes one short printable line of what a receiver sent.
func clean(s string) string {
	const limit = 200
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
