package serve_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// fakeLeased hands every stream a frontend opens to the test.
type fakeLeased struct {
	leasedv1.UnimplementedDecisionServiceServer
	streams chan *stream
}

// stream is leased's end of a stream.
type stream struct {
	grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]
	t   *testing.T
	end chan error
}

func (l *fakeLeased) Decide(st grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	s := &stream{BidiStreamingServer: st, end: make(chan error, 1)}
	select {
	case l.streams <- s:
	case <-st.Context().Done():
		return st.Context().Err()
	}
	select {
	case err := <-s.end:
		return err
	case <-st.Context().Done():
		return st.Context().Err()
	}
}

// recv returns the next message.
func (s *stream) recv() *leasedv1.DecideRequest {
	s.t.Helper()
	req, err := s.Recv()
	if err != nil {
		s.t.Fatalf("leased: %v", err)
	}
	return req
}

// queries returns the next n queries, whatever their grouping.
func (s *stream) queries(n int) []*leasedv1.Query {
	s.t.Helper()
	var all []*leasedv1.Query
	for len(all) < n {
		all = append(all, s.recv().GetQueries()...)
	}
	return all
}

func (s *stream) answer(answers ...*leasedv1.Answer) {
	s.t.Helper()
	if err := s.Send(&leasedv1.DecideResponse{Answers: answers}); err != nil {
		s.t.Fatalf("leased: %v", err)
	}
}

// offer answers q with an OFFER of 10.20.0.77.
func offer(q *leasedv1.Query) *leasedv1.Answer {
	return &leasedv1.Answer{
		Id: q.GetId(), Kind: leasedv1.Answer_KIND_OFFER, Yiaddr: 0x0a14004d,
		Options: option.List(nil).AppendAddr(option.ServerID, netip.MustParseAddr("10.20.0.1")).AppendUint32(option.LeaseTime, 3600),
	}
}

// fixture is a frontend between a network and a leased, in a bubble.
type fixture struct {
	t        *testing.T
	server   *serve.Server
	leased   *fakeLeased
	registry *prometheus.Registry
	run      func() // starts the Server; accept does if the test has not
	stop     context.CancelFunc
	stopped  chan error // gets what Run returns
}

// start runs body with a Server whose stream is accepted by body, in a bubble.
func start(t *testing.T, relays serve.Relays, body func(f *fixture)) {
	t.Helper()
	startWith(t, serve.Config{Policy: serve.Policy{Local: true, Relays: relays}}, body)
}

// startSeeing is start with somebody who hears of other servers.
func startSeeing(t *testing.T, seen serve.Sightings, body func(f *fixture)) {
	t.Helper()
	startWith(t, serve.Config{Policy: serve.Policy{Local: true, Relays: anyRelay}, Sightings: seen}, body)
}

func startWith(t *testing.T, cfg serve.Config, body func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := bufconn.Listen(1 << 16)
		f := &fixture{t: t, leased: &fakeLeased{streams: make(chan *stream)}, registry: prometheus.NewRegistry()}
		srv := grpc.NewServer()
		leasedv1.RegisterDecisionServiceServer(srv, f.leased)
		go func() { _ = srv.Serve(listener) }()
		conn, err := grpc.NewClient("passthrough:///leased", grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Frontend, cfg.Client, cfg.Registry = "fe1", leasedv1.NewDecisionServiceClient(conn), f.registry
		// Nothing asserts what is logged, but all of it is formatted.
		cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
		f.server = serve.New(cfg)
		ctx, cancel := context.WithCancel(t.Context())
		f.stop = cancel
		f.run = sync.OnceFunc(func() {
			f.stopped = make(chan error, 1)
			go func() { f.stopped <- f.server.Run(ctx) }()
		})
		defer func() {
			cancel()
			if f.stopped != nil {
				if err := <-f.stopped; err != nil {
					t.Errorf("Run: %v", err)
				}
			}
			_ = conn.Close()
			srv.Stop()
			_ = listener.Close()
		}()
		body(f)
	})
}

// accept takes the next stream and its Hello. Links made before the first
// accept are in it.
func (f *fixture) accept() (*stream, *leasedv1.Hello) {
	f.t.Helper()
	f.run()
	s := <-f.leased.streams
	s.t = f.t
	req := s.recv()
	if req.GetHello() == nil || len(req.GetQueries()) > 0 {
		f.t.Fatalf("the first message is %v, want a Hello alone", req)
	}
	synctest.Wait()
	return s, req.GetHello()
}

// link serves an interface named name until its peer is closed.
func (f *fixture) link(name string, addrs ...string) (link.Conn, *link.Peer) {
	info := link.Info{Name: name, Up: true, Ethernet: true}
	for _, a := range addrs {
		info.Addrs = append(info.Addrs, netip.MustParsePrefix(a))
	}
	conn, peer := link.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- f.server.ServeLink(f.t.Context(), info, conn) }()
	f.t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	synctest.Wait()
	return conn, peer
}

// broadcast is a client's message as a link hands it over.
func broadcast(payload []byte) link.Received {
	return link.Received{Payload: payload, Src: netip.MustParseAddrPort("0.0.0.0:68"), Dst: netip.MustParseAddrPort("255.255.255.255:67")}
}

// value returns a counter or gauge; labels are name, value pairs.
func (f *fixture) value(name string, labels ...string) float64 {
	f.t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		f.t.Fatal(err)
	}
	sum, found := 0.0, false
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
	metrics:
		for _, m := range family.GetMetric() {
			for i := 0; i < len(labels); i += 2 {
				ok := false
				for _, l := range m.GetLabel() {
					ok = ok || l.GetName() == labels[i] && l.GetValue() == labels[i+1]
				}
				if !ok {
					continue metrics
				}
			}
			found = true
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	if !found {
		f.t.Errorf("no metric %s%v", name, labels)
	}
	return sum
}

func (f *fixture) want(n float64, name string, labels ...string) {
	f.t.Helper()
	if got := f.value(name, labels...); got != n {
		f.t.Errorf("%s%v is %v, want %v", name, labels, got, n)
	}
}

func (f *fixture) dropped(n float64, reason serve.Reason) {
	f.t.Helper()
	f.want(n, serve.MetricDropped, "reason", reason.String())
}

// sent returns the next reply that left by peer.
func sent(t *testing.T, peer *link.Peer) link.Send {
	t.Helper()
	select {
	case s := <-peer.Sent():
		return s
	case <-time.After(time.Minute): // of the bubble
		t.Fatal("no reply left")
	}
	panic("unreachable")
}
