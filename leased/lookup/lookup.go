// Package lookup asks an HTTP service about machines without reservation, and keeps what it says. It is never in the packet's way: what
// is not known is asked for in the background, and the next packet of the machine finds the answer.
package lookup

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// Config is what a Lookup is made of.
type Config struct {
	Settings config.Lookup
	// Subnets are those that answers may name, Names those of options.
	Subnets []config.Subnet
	Names   *option.Names
	// Client may be nil; its Timeout is not used.
	Client *http.Client
	// Log and Registry may be nil.
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Clock is time.Now, unless a test says otherwise.
	Clock func() time.Time
}

// Lookup is the asking and the memory. Its methods may be called from any goroutine.
type Lookup struct{}

// New returns a Lookup that asks nothing before Run.
func New(cfg Config) *Lookup { return &Lookup{} }

// Run asks until ctx ends.
func (l *Lookup) Run(ctx context.Context) error { return nil }

// Find returns what is known of the machine that sent q: at once, and without waiting. What is not known, or old, is asked for.
// extra is the whole answer of the service as JSON, nil where there is none.
func (l *Lookup) Find(now time.Time, q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte) {
	return engine.Assignment{}, nil
}

// Reconfigure puts new settings in force. What is remembered stays where the service is asked the same way as before.
func (l *Lookup) Reconfigure(cfg Config) {}
