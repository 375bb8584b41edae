package obs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	headerTimeout = 5 * time.Second
	// drainTimeout is how long a scrape in flight may hold up the end of the process.
	drainTimeout = time.Second
)

// Server is the HTTP listener that operators and monitoring look at.
type Server struct {
	listen  string
	handler http.Handler
	log     *slog.Logger
	addr    atomic.Pointer[net.Addr]
	ready   chan struct{} // closed by Run when the listener is live
}

// NewServer returns a server for the address listen ("host:port"; port 0 lets the kernel choose). It does nothing until Run.
// A nil log discards.
func NewServer(listen string, reg prometheus.Gatherer, ready *Ready, log *slog.Logger) *Server {
	log = OrDiscard(log)
	return &Server{listen: listen, handler: newHandler(reg, ready, log), log: log, ready: make(chan struct{})}
}

// Ready returns a channel that is closed once the listener is live.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addr returns the address listened on, nil before the channel of Ready is closed.
func (s *Server) Addr() net.Addr {
	if a := s.addr.Load(); a != nil {
		return *a
	}
	return nil
}

// Run serves until ctx ends, gives requests in flight one second, and returns nil; it returns an error if it cannot listen. It is
// called at most once.
func (s *Server) Run(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listen for metrics and health on %s (observe.listen): %w", s.listen, err)
	}
	addr := ln.Addr()
	s.addr.Store(&addr)
	close(s.ready)

	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve metrics and health on %s: %w", addr, err)
	case <-ctx.Done():
	}

	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := srv.Shutdown(drain); errors.Is(err, context.DeadlineExceeded) {
		srv.Close() // a profile may run for minutes; it must not hold the process
	}
	<-served
	return nil
}
