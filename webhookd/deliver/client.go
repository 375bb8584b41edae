package deliver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rollcall/webhookd/queue"
)

const (
	workers        = 8 // attempts side by side, and connections, for each endpoint
	connectTimeout = 5 * time.Second
	idleTimeout    = time.Minute
	maxHeader      = 64 << 10
	// maxAnswer is how much of an answer is read, so that its connection can be used again; an endless one is cut off.
	maxAnswer = 64 << 10
	quoted    = 1 << 10 // how much of it may be looked at
)

const (
	contentType = "application/cloudevents+json"
	userAgent   = "rollcall-webhookd"
)

// client posts to one endpoint.
type client struct {
	ep   Endpoint
	http http.Client
}

func newClient(ep Endpoint) *client {
	dialer := net.Dialer{Timeout: min(connectTimeout, ep.Timeout)}
	return &client{ep: ep, http: http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    min(connectTimeout, ep.Timeout),
			ResponseHeaderTimeout:  ep.Timeout,
			MaxConnsPerHost:        workers,
			MaxIdleConnsPerHost:    workers,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true, // a DialContext of our own would switch it off
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// post makes one attempt. It takes no longer than the endpoint's timeout.
func (c *client) post(ctx context.Context, d *queue.Delivery) result {
	ctx, cancel := context.WithTimeout(ctx, c.ep.Timeout)
	defer cancel()
	now := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.ep.URL, bytes.NewReader(d.Body))
	if err != nil {
		return result{outcome: Unreachable, problem: clean(err.Error())}
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", sign(c.ep.Secrets, d.ID, now, d.Body))

	resp, err := c.http.Do(req)
	if err != nil {
		return c.failed(err)
	}
	defer resp.Body.Close()
	var head bytes.Buffer
	io.CopyN(&head, resp.Body, quoted)                        // the status counts, whatever becomes of the body
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // likewise
	res := result{outcome: judge(resp.StatusCode)}
	if res.outcome != Delivered {
		res.problem = describe(resp, head.Bytes())
		res.retryAfter = RetryAfter(resp.Header.Get("Retry-After"), time.Now())
	}
	return res
}

// failed says why there was no answer.
func (c *client) failed(err error) result {
	var netErr net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout() {
		return result{outcome: Timeout, problem: "no answer within " + c.ep.Timeout.String()}
	}
	var urlErr *url.Error // repeats method and URL, which may hold a password
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	return result{outcome: Unreachable, problem: clean(err.Error())}
}

// close gives back idle connections.
func (c *client) close() { c.http.CloseIdleConnections() }
