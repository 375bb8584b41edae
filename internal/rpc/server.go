package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"rollcall/internal/obs"
)

const (
	// drainTimeout is below the two seconds that internal/daemon gives a task, so a watcher never makes a shutdown look stuck.
	drainTimeout = 1500 * time.Millisecond

	keepaliveTime    = 30 * time.Second
	keepaliveTimeout = 10 * time.Second
	// keepaliveMin forgives clients that ping three times as often as ours do.
	keepaliveMin = 10 * time.Second
)

// ServerConfig is what a [Server] needs.
type ServerConfig struct {
	// Listen are the endpoints. TCP ones need TLS.
	Listen []Endpoint
	// TLS is nil if every endpoint is a unix socket.
	TLS *TLS
	// Log is for failures that callers must not see, and at debug level for every call. Nil discards.
	Log *slog.Logger
	// Allow names the roles that may call each service, by full gRPC name such as "leased.v1.LeaseService". Each registered
	// service must be there. An entry for a method, such as "leased.v1.LeaseService/Release", replaces that of its service. An
	// empty list means unix sockets only.
	Allow map[string][]Role
	// Registry gets the metrics; nil is a no-op. Servers may share one.
	Registry prometheus.Registerer
	// Codec reads and writes messages in the encoding of protocol buffers; nil is gRPC's own.
	Codec encoding.CodecV2
	// Local connects callers of the same process that have it too; nil leaves them the sockets.
	Local *Local
	// Listener is one more listener, already open, whose peers have every role: for tests, an in-memory one. Nil is none.
	Listener net.Listener
}

// Server is the gRPC server of one service.
type Server struct {
	cfg     ServerConfig
	log     *slog.Logger
	grpc    *grpc.Server
	health  *health.Server
	roster  roster
	metrics *serverMetrics
	addrs   []net.Addr    // set by Run before it closes ready
	ready   chan struct{} // closed by Run when every listener is live
	// stopping is closed by Run when it begins to stop; it ends the watches.
	stopping chan struct{}
}

// NewServer builds a server whose services are those that register registers, plus health and reflection. It opens nothing. It
// returns an error for a TCP endpoint without TLS, for TLS files that cannot be used, and for a service that no allowlist names.
func NewServer(cfg ServerConfig, register func(grpc.ServiceRegistrar)) (*Server, error) {
	s := &Server{
		cfg: cfg, log: obs.OrDiscard(cfg.Log), health: health.NewServer(), metrics: newServerMetrics(cfg.Registry),
		ready: make(chan struct{}), stopping: make(chan struct{}),
	}
	if len(cfg.Listen) == 0 && cfg.Listener == nil {
		return nil, errors.New("no endpoint to listen on")
	}
	creds := serverCreds{refused: s.refused}
	for _, ep := range cfg.Listen {
		if ep.Network == NetworkTCP && cfg.TLS == nil {
			return nil, fmt.Errorf("listen on %s: %w", ep, errNoTLS)
		}
	}
	if cfg.TLS != nil {
		var err error
		if s.roster, err = newRoster(cfg.TLS.Roles); err != nil {
			return nil, err
		}
		warn := func(err error) {
			s.log.Warn("TLS files changed but cannot be used, keeping the old ones", obs.KeyErr, err)
		}
		if creds.keys, err = newKeyring(*cfg.TLS, warn); err != nil {
			return nil, err
		}
	}
	options := []grpc.ServerOption{
		grpc.Creds(creds),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveMin, PermitWithoutStream: true}),
		grpc.StaticStreamWindowSize(streamWindow),
		grpc.StaticConnWindowSize(connWindow),
		grpc.WaitForHandlers(true), // what handlers use is closed after Run returns
	}
	if cfg.Codec != nil {
		options = append(options, grpc.ForceServerCodecV2(cfg.Codec))
	}
	s.grpc = grpc.NewServer(options...)
	register(s.grpc)
	services := s.grpc.GetServiceInfo()
	if err := checkAllow(cfg.Allow, services); err != nil {
		return nil, err
	}
	for name := range services {
		s.SetServing(name, true)
	}
	healthv1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	return s, nil
}

// refused counts a peer that failed the handshake. Anybody can cause that at any rate, so it is logged at debug level only.
func (s *Server) refused(from net.Addr, err error) {
	s.metrics.refused.Inc()
	s.log.Debug("TLS handshake failed", obs.KeyPeer, from, obs.KeyErr, err)
}

// Ready returns a channel that is closed once every listener is live.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addrs returns the addresses listened on, in the order of Listen, with the port that the kernel chose where the configuration
// says 0. It may be called once the channel of Ready is closed.
func (s *Server) Addrs() []net.Addr { return s.addrs }

// SetServing tells health checks whether a service serves; "" stands for the server as a whole. All do from the start.
func (s *Server) SetServing(service string, ok bool) {
	state := healthv1.HealthCheckResponse_NOT_SERVING
	if ok {
		state = healthv1.HealthCheckResponse_SERVING
	}
	s.health.SetServingStatus(service, state)
}

// Run opens the endpoints and serves until ctx ends, then stops as the package comment says and returns nil. It returns an error
// if an endpoint cannot be opened, having closed the others, or fails later. It is called at most once.
func (s *Server) Run(ctx context.Context) error {
	listeners, err := s.open(ctx)
	if err != nil {
		s.grpc.Stop()
		return err
	}
	served := make(chan error, len(listeners))
	for i, ln := range listeners {
		if i < len(s.cfg.Listen) {
			s.addrs = append(s.addrs, ln.Addr())
		}
		go func() { served <- s.grpc.Serve(ln) }()
	}
	close(s.ready)
	select {
	case err = <-served:
		err = fmt.Errorf("serve gRPC: %w", err)
	case <-ctx.Done():
	}
	s.stop()
	return err
}

func (s *Server) open(ctx context.Context) ([]net.Listener, error) {
	var listeners, local []net.Listener
	if s.cfg.Local != nil {
		// Before the sockets, or a caller of this process that comes early stays on one.
		local = append(local, localListener{s.cfg.Local.open(s.cfg.Listen), peerProcess})
	}
	if s.cfg.Listener != nil {
		local = append(local, localListener{s.cfg.Listener, peerProcess})
	}
	for _, ep := range s.cfg.Listen {
		ln, err := listen(ctx, ep)
		if err != nil {
			for _, ln := range append(listeners, local...) {
				ln.Close()
			}
			return nil, err
		}
		listeners = append(listeners, ln)
	}
	return append(listeners, local...), nil
}

// stop ends everything in the order of the package comment.
func (s *Server) stop() {
	s.health.Shutdown()
	close(s.stopping)
	timer := time.AfterFunc(drainTimeout, s.grpc.Stop)
	defer timer.Stop()
	s.grpc.GracefulStop() // returns early when Stop does its work
}
