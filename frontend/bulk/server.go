package bulk

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

// retry is how long to wait before another attempt to listen.
const retry = 2 * time.Second

// Config is what a Server is made of.
type Config struct {
	// Client asks leased.
	Client leasedv1.LeaseQueryServiceClient
	// Listen opens the port; nil for TCP port 67 of all IPv4 addresses (RFC 6926 §6.3).
	Listen func() (net.Listener, error)
	// Logger and Registry may be nil.
	Logger   *slog.Logger
	Registry prometheus.Registerer
}

// Server listens while it is switched on. It is safe for concurrent use.
type Server struct {
	client  leasedv1.LeaseQueryServiceClient
	listen  func() (net.Listener, error)
	log     *slog.Logger
	metrics *metrics
	places  places
	changed chan struct{} // holds a token when on may have changed

	mu    sync.Mutex // guards what follows
	on    bool
	state error // why it does not listen; nil when it does
}

var errStarting = errors.New("does not listen yet")

// New returns a server that is switched off.
func New(cfg Config) *Server {
	s := &Server{
		client: cfg.Client, listen: cfg.Listen, log: obs.OrDiscard(cfg.Logger), metrics: newMetrics(cfg.Registry),
		changed: make(chan struct{}, 1), state: errStarting,
	}
	if s.listen == nil {
		s.listen = func() (net.Listener, error) { return net.Listen("tcp4", "0.0.0.0:67") }
	}
	return s
}

// Set switches it on or off. Off, it ends the queries under way and closes every connection.
func (s *Server) Set(on bool) {
	s.mu.Lock()
	s.on = on
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *Server) isOn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on
}

// Ready returns nil if it listens, or is switched off; else what is in the way.
func (s *Server) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on {
		return nil
	}
	return s.state
}

func (s *Server) setState(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = err
}

// Run serves until ctx ends and returns nil. A port that cannot be had, because another program has it, is tried again and again.
func (s *Server) Run(ctx context.Context) error {
	said := ""
	for ctx.Err() == nil {
		var again <-chan time.Time
		if s.isOn() {
			l, err := s.listen()
			if err == nil {
				said = ""
				s.serve(ctx, l)
				continue
			}
			s.setState(err)
			if err.Error() != said {
				said = err.Error()
				s.log.WarnContext(ctx, "bulk leasequery is not served", obs.KeyErr, err)
			}
			again = time.After(retry)
		}
		select {
		case <-ctx.Done():
		case <-s.changed:
		case <-again:
		}
	}
	return nil
}

// serve accepts connections until ctx ends, it is switched off or the listener fails, and returns when all of them are closed.
func (s *Server) serve(ctx context.Context, l net.Listener) {
	ctx, cancel := context.WithCancel(ctx)
	defer s.setState(errStarting)
	var conns sync.WaitGroup
	defer conns.Wait()
	defer cancel()
	s.setState(nil)
	s.log.InfoContext(ctx, "bulk leasequery is served", obs.KeyAddress, l.Addr().String())
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		s.accept(ctx, l, &conns)
	}()
	defer func() { l.Close(); <-accepted }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-accepted:
			return
		case <-s.changed:
			if !s.isOn() {
				return
			}
		}
	}
}

// accept starts a goroutine for each connection that has a place, until the listener is closed.
func (s *Server) accept(ctx context.Context, l net.Listener, conns *sync.WaitGroup) {
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed) || ctx.Err() != nil:
			if err == nil {
				nc.Close()
			}
			return
		case err != nil: // no file descriptors left, or the other side is gone already
			s.log.WarnContext(ctx, "cannot accept a connection for bulk leasequery", obs.KeyErr, err)
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		from := sourceOf(nc)
		if !s.places.take(from) {
			s.metrics.closed[ReasonTooMany].Inc()
			nc.Close()
			continue
		}
		conns.Go(func() {
			defer s.places.leave(from)
			s.metrics.connections.Inc()
			defer s.metrics.connections.Dec()
			c := newConn(ctx, s, nc)
			reason := c.serve()
			s.metrics.closed[reason].Inc()
			s.log.DebugContext(ctx, "connection for bulk leasequery closed", obs.KeyPeer, from.String(), obs.KeyReason, string(reason))
		})
	}
}
