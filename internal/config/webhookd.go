package config

import "time"

// Webhookd is the section of `rollcall webhookd`.
type Webhookd struct {
	// Leased is where leased is reached. Default: the first unix socket in [Leased.Listen], or unix:///run/rollcall/leased.sock
	// when the file has no section for leased.
	Leased Endpoint
	// Listen is where the delivery API is served. Default unix:///run/rollcall/webhookd.sock.
	Listen []Endpoint
	// TLS is nil when every endpoint is a unix socket.
	TLS *TLS
	// Endpoints receive the events. Names are unique.
	Endpoints []WebhookEndpoint
}

// WebhookEndpoint is one receiver of events.
type WebhookEndpoint struct {
	// Name identifies the endpoint in the delivery API; renaming it makes it a new one.
	Name string
	// URL is http or https.
	URL string
	// SecretFiles hold the signing secrets, one each; at least one. Deliveries are signed with every one of them, so that
	// a secret can be replaced without a gap.
	SecretFiles []string
	// Events are kinds, or patterns such as "lease.*". Empty: all.
	Events []string
	// Timeout is for one attempt, from connecting to the last byte of the answer. Default 10s, 100ms to 5m.
	Timeout time.Duration
	// MaxAge is how long a delivery is tried again before it becomes a dead letter. Default 72h, 1s to 30d.
	MaxAge time.Duration
	// Pos is where the endpoint is named.
	Pos Pos
}
