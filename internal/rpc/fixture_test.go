package rpc_test

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// leased serves the services of the tests, each call by the function of the same name.
type leased struct {
	get    func(context.Context) error
	watch  func(grpc.ServerStreamingServer[leasedv1.WatchResponse]) error
	decide func(grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error
}

func (s *leased) register(r grpc.ServiceRegistrar) {
	leasedv1.RegisterLeaseServiceServer(r, leaseService{s: s})
	leasedv1.RegisterEventServiceServer(r, eventService{s: s})
	leasedv1.RegisterDecisionServiceServer(r, decisionService{s: s})
}

type leaseService struct {
	leasedv1.UnimplementedLeaseServiceServer
	s *leased
}

func (l leaseService) Get(ctx context.Context, _ *leasedv1.LeaseServiceGetRequest) (*leasedv1.LeaseServiceGetResponse, error) {
	if l.s.get != nil {
		if err := l.s.get(ctx); err != nil {
			return nil, err
		}
	}
	return &leasedv1.LeaseServiceGetResponse{}, nil
}

func (leaseService) Release(context.Context, *leasedv1.ReleaseRequest) (*leasedv1.ReleaseResponse, error) {
	return &leasedv1.ReleaseResponse{}, nil
}

type eventService struct {
	leasedv1.UnimplementedEventServiceServer
	s *leased
}

func (e eventService) Watch(_ *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	return e.s.watch(stream)
}

type decisionService struct {
	leasedv1.UnimplementedDecisionServiceServer
	s *leased
}

func (d decisionService) Decide(stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	return d.s.decide(stream)
}

// allow lists who may call the services of the tests.
func allow() map[string][]rpc.Role {
	return map[string][]rpc.Role{
		"leased.v1.LeaseService":         {rpc.Reader, rpc.Operator},
		"leased.v1.LeaseService/Release": {rpc.Operator},
		"leased.v1.EventService":         {rpc.Notifier, rpc.Reader, rpc.Operator},
		"leased.v1.DecisionService":      {rpc.Frontend},
	}
}

// run serves until the test ends, or until the returned function is called; that one waits for the end and returns Run's error.
func run(t *testing.T, cfg rpc.ServerConfig, services *leased) (s *rpc.Server, stop func() error) {
	t.Helper()
	if cfg.Allow == nil {
		cfg.Allow = allow()
	}
	s, err := rpc.NewServer(cfg, services.register)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	var runErr error
	go func() {
		defer close(ended)
		runErr = s.Run(ctx)
	}()
	stop = func() error {
		cancel()
		<-ended
		return runErr
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	select {
	case <-s.Ready():
	case <-ended:
		t.Fatalf("Run: %v", runErr)
	}
	return s, stop
}

// dial connects to ep until the test ends.
func dial(t *testing.T, ep rpc.Endpoint, tls *rpc.TLS, opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := rpc.Dial(ep, tls, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// inMemory serves services over a pipe and returns a connection to them.
func inMemory(t *testing.T, cfg rpc.ServerConfig, services *leased) (conn *grpc.ClientConn, s *rpc.Server, stop func() error) {
	t.Helper()
	ln := bufconn.Listen(1 << 16)
	cfg.Listener = ln
	s, stop = run(t, cfg, services)
	conn = dial(t, rpc.Endpoint{Network: rpc.NetworkUnix, Address: "/memory"}, nil,
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return ln.DialContext(ctx) }))
	return conn, s, stop
}

// get calls the unary method of the tests.
func get(ctx context.Context, conn *grpc.ClientConn, opts ...grpc.CallOption) error {
	_, err := leasedv1.NewLeaseServiceClient(conn).Get(ctx, &leasedv1.LeaseServiceGetRequest{}, opts...)
	return err
}

// watch opens the stream of the tests and returns the first error.
func watch(ctx context.Context, conn *grpc.ClientConn) error {
	stream, err := leasedv1.NewEventServiceClient(conn).Watch(ctx, &leasedv1.WatchRequest{})
	for err == nil {
		_, err = stream.Recv()
	}
	return err
}
