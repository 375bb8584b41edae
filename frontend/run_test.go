package frontend_test

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend"
	"rollcall/frontend/link"
	"rollcall/internal/config"
	"rollcall/internal/dhcptest"
	"rollcall/internal/fault"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

const patience = 5 * time.Second

// host is a host whose interfaces are pipes.
type host struct {
	mu    sync.Mutex
	infos []link.Info
	peers map[string]*link.Peer
	opens int
}

func (h *host) Interfaces() ([]link.Info, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.infos), nil
}

func (h *host) Subscribe(<-chan struct{}) (<-chan struct{}, error) { return make(chan struct{}), nil }

func (h *host) Open(_ link.Config, info link.Info) (link.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	conn, peer := link.Pipe()
	if h.peers == nil {
		h.peers = make(map[string]*link.Peer)
	}
	h.peers[info.Name] = peer
	h.opens++
	return conn, nil
}

func (h *host) peer(name string) *link.Peer {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.peers[name]
}

func up(name, addr string) link.Info {
	return link.Info{Name: name, Index: 1, Up: true, Ethernet: true, Addrs: []netip.Prefix{netip.MustParsePrefix(addr)}}
}

// offerAll is a leased that offers everybody 10.20.0.77.
type offerAll struct {
	leasedv1.UnimplementedDecisionServiceServer
}

func (offerAll) Decide(st grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	for {
		req, err := st.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		resp := &leasedv1.DecideResponse{}
		for _, q := range req.GetQueries() {
			resp.Answers = append(resp.Answers, &leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_OFFER, Yiaddr: 0x0a14004d,
				Options: option.List(nil).AppendAddr(option.ServerID, netip.MustParseAddr("10.20.0.1"))})
		}
		if err := st.Send(resp); err != nil {
			return err
		}
	}
}

// runLeased serves offerAll at path until stop is called.
func runLeased(t testing.TB, path string) (stop func()) {
	t.Helper()
	s, err := rpc.NewServer(rpc.ServerConfig{
		Listen: []rpc.Endpoint{{Network: rpc.NetworkUnix, Address: path}},
		Allow:  map[string][]rpc.Role{leasedv1.DecisionService_ServiceDesc.ServiceName: {rpc.Frontend}},
	}, func(r grpc.ServiceRegistrar) { leasedv1.RegisterDecisionServiceServer(r, offerAll{}) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// awaitReady waits until the readiness checks say want: names that fail, with
// a part of what they say.
func awaitReady(t *testing.T, ready *obs.Ready, want map[string]string) {
	t.Helper()
	var got []obs.Result
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		got = ready.Check()
		failing := 0
		ok := true
		for _, r := range got {
			if r.Err == nil {
				continue
			}
			failing++
			part, expected := want[r.Name]
			ok = ok && expected && strings.Contains(r.Err.Error(), part)
		}
		if ok && failing == len(want) {
			return
		}
	}
	t.Fatalf("readiness %v, want failing %v", got, want)
}

func exchange(t *testing.T, peer *link.Peer) {
	t.Helper()
	if !peer.Deliver(link.Received{Payload: dhcptest.Discover("02:00:00:00:00:09"),
		Src: netip.MustParseAddrPort("0.0.0.0:68"), Dst: netip.MustParseAddrPort("255.255.255.255:67")}) {
		t.Fatal("the link was closed")
	}
	select {
	case s := <-peer.Sent():
		if got := dhcptest.Parse(t, s.Payload).YIAddr; got != netip.MustParseAddr("10.20.0.77") {
			t.Errorf("offered %v", got)
		}
	case <-time.After(patience):
		t.Fatal("no reply")
	}
}

func TestFrontend(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "leased.sock")
	cfg := config.Frontend{
		Name:   "fe1",
		Links:  []config.Link{{Interface: "eth1"}, {Interface: "eth9"}},
		Local:  config.Local{Accept: true},
		Relays: config.Relays{Accept: true},
		Leased: config.Endpoint{Network: rpc.NetworkUnix, Address: socket},
		Listen: []config.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "frontend.sock")}},
	}
	h := &host{infos: []link.Info{up("eth1", "10.20.0.1/22"), up("eth2", "10.21.0.1/24")}}
	ready := &obs.Ready{}
	s, err := frontend.New(frontend.Config{Frontend: cfg, System: h, Registry: prometheus.NewRegistry(), Ready: ready})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		began := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopping took %v although nothing was due", took)
		}
	}()

	const eth9, leased = "frontend: link eth9", "frontend: leased"
	absent := map[string]string{eth9: "no such interface yet"}
	awaitReady(t, ready, map[string]string{eth9: absent[eth9], leased: socket})
	stop := runLeased(t, socket)
	awaitReady(t, ready, absent)
	peer := h.peer("eth1")
	exchange(t, peer)

	// leased goes away and comes back.
	stop()
	awaitReady(t, ready, map[string]string{eth9: absent[eth9], leased: ""})
	stop = runLeased(t, socket)
	defer stop()
	awaitReady(t, ready, absent)
	exchange(t, peer)

	// A link leaves the configuration, another comes; eth1 stays as it is.
	cfg.Links = []config.Link{{Interface: "eth1"}, {Interface: "eth2"}}
	apply, err := s.Prepare(cfg)
	if err != nil {
		t.Fatal(err)
	}
	apply()
	awaitReady(t, ready, nil)
	exchange(t, h.peer("eth2"))
	exchange(t, peer)
	if h.opens != 2 {
		t.Errorf("%d sockets opened, want one for each link", h.opens)
	}

	// What needs a restart is refused as a whole.
	cfg.Links = nil
	cfg.Leased.Address += "x"
	_, err = s.Prepare(cfg)
	var f *fault.Error
	if !errors.As(err, &f) || f.Reason != config.ReasonNeedsRestart || !strings.Contains(err.Error(), "frontend.leased") {
		t.Errorf("Prepare: %v, want %s naming the key", err, config.ReasonNeedsRestart)
	}
	exchange(t, peer)
}
