package deliver

import (
	"bytes"
	"slices"
	"time"
)

// Endpoint is a receiver of webhooks.
type Endpoint struct {
	// Name is that of its deliveries in the queue.
	Name string
	// URL is http or https.
	URL string
	// Secrets are what every attempt is signed with; at least one.
	Secrets []Secret
	// Timeout is for one attempt, from connecting to the last octet of the answer.
	Timeout time.Duration
	// MaxAge is the retry window.
	MaxAge time.Duration
}

func (e *Endpoint) equal(o *Endpoint) bool {
	return e.Name == o.Name && e.URL == o.URL && e.Timeout == o.Timeout && e.MaxAge == o.MaxAge &&
		slices.EqualFunc(e.Secrets, o.Secrets, func(a, b Secret) bool { return bytes.Equal(a, b) })
}
