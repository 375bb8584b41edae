// Package obs is how rollcall is watched: the keys of log records, the logger, the metrics registry, readiness and the HTTP
// listener that shows them.
//
// It holds no state of the services and decides nothing. It has no globals: a logger and a registry are made once, in the
// process's wiring, and passed to whoever needs them. A nil *slog.Logger means "discard" (see [OrDiscard]) and a nil
// prometheus.Registerer means "do not register" (promauto.With(nil) does exactly that), so libraries and tests need neither.
//
// # Levels
//
// Debug is for every packet, Info for changes of state, Warn for what an operator should look at and Error for our own defects.
//
// # Metrics
//
// Names start with rollcall_ and end in their unit (_total, _seconds, _bytes); label values come from closed sets and never
// from a client. Instants go through [Seconds].
//
// # The listener
//
// GET /metrics, /healthz, /readyz and /debug/pprof/. It has no authentication, so it belongs on loopback or a management
// network. It never touches a DHCP answer: when it cannot be served, only [Server.Run] fails.
//
// Everything here is safe for concurrent use.
package obs
