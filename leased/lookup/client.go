package lookup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	contentType = "application/json"
	userAgent   = "rollcall-leased"
	// maxAnswer is the largest answer. It is far more than any machine needs.
	maxAnswer      = 64 << 10
	maxHeader      = 64 << 10
	maxRedirects   = 3
	connectTimeout = 5 * time.Second
	idleTimeout    = time.Minute
)

// outcome is what became of a question, a label of metrics.
type outcome string

const (
	outcomeKnown       outcome = "known"
	outcomeUnknown     outcome = "unknown"
	outcomeTimeout     outcome = "timeout"
	outcomeUnreachable outcome = "unreachable"
	outcomeStatus      outcome = "status"     // of HTTP, that is neither 2xx nor 404
	outcomeMalformed   outcome = "malformed"  // no JSON object
	outcomeImpossible  outcome = "impossible" // names what does not exist, or contradicts itself
)

// down reports whether it is the service that failed, and not its answer.
func (o outcome) down() bool {
	return o == outcomeTimeout || o == outcomeUnreachable || o == outcomeStatus
}

// client asks one service.
type client struct {
	method  string
	url     url.URL
	header  http.Header
	timeout time.Duration
	http    http.Client
}

func newClient(s *Settings, transport http.RoundTripper) *client {
	set := s.leased.Lookup
	c := &client{method: set.Method, header: s.header(), timeout: set.Timeout}
	u, err := url.Parse(set.URL)
	if err != nil {
		panic("lookup: " + err.Error()) // the configuration has seen to it
	}
	c.url = *u
	if transport == nil {
		dialer := net.Dialer{Timeout: min(connectTimeout, set.Timeout)}
		transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    min(connectTimeout, set.Timeout),
			MaxConnsPerHost:        set.Concurrent,
			MaxIdleConnsPerHost:    set.Concurrent,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true, // a DialContext of our own would switch it off
		}
	}
	c.http = http.Client{Transport: transport, CheckRedirect: redirect}
	return c
}

// redirect follows within the host, with what was sent. What is secret in headers goes nowhere else.
func redirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	if len(before) > maxRedirects || next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme || next.Method != first.Method {
		return http.ErrUseLastResponse
	}
	return nil
}

// result is what came of one request.
type result struct {
	outcome outcome
	objects []object      // where it is known: one, or one for each network
	problem string        // else, in words
	pause   time.Duration // the service wants to be left alone
}

// ask makes one request. It takes no longer than the timeout.
func (c *client) ask(ctx context.Context, q *question) result {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var body io.Reader
	target := c.url
	if c.method == http.MethodPost {
		body = bytes.NewReader(q.body())
	} else {
		query := target.Query()
		q.query(query)
		target.RawQuery = query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.method, target.String(), body)
	if err != nil {
		return result{outcome: outcomeUnreachable, problem: err.Error()}
	}
	req.Header = c.header.Clone()
	resp, err := c.http.Do(req)
	if err != nil {
		return c.failed(err)
	}
	defer resp.Body.Close()
	// One byte more than allowed, so that it shows.
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusNoContent:
		return result{outcome: outcomeUnknown, problem: resp.Status}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return refused(resp)
	case err != nil:
		return c.failed(err)
	}
	return parse(data)
}

// failed says why there was no answer.
func (c *client) failed(err error) result {
	var netErr net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout() {
		return result{outcome: outcomeTimeout, problem: "no answer within " + c.timeout.String()}
	}
	var urlErr *url.Error // repeats method and URL, which everybody knows
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	return result{outcome: outcomeUnreachable, problem: err.Error()}
}

// refused says what a status means that is no answer.
func refused(resp *http.Response) result {
	r := result{outcome: outcomeStatus, problem: "it answered " + clip(resp.Status)}
	if to, err := resp.Location(); err == nil {
		r.problem = fmt.Sprintf("it redirects to %s, which is not followed", clip(to.Redacted()))
	}
	if after := resp.Header.Get("Retry-After"); after != "" && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable) {
		r.pause = retryAfter(after, time.Now())
	}
	return r
}

// retryAfter reads the header of that name (RFC 9110 §10.2.3), seconds or a date; 0 if it makes no sense.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(maxRetryAfter, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}
