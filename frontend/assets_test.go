package frontend_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend"
	"rollcall/internal/config"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// booting is a leased that has one machine, and hears of what is fetched and of which file servers there are.
type booting struct {
	leasedv1.UnimplementedDecisionServiceServer
	leasedv1.UnimplementedBootServiceServer
	hellos  chan *leasedv1.Hello
	fetches chan *leasedv1.Fetch
}

func (b *booting) Decide(st grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	for {
		req, err := st.Recv()
		if err != nil {
			return err
		}
		if h := req.GetHello(); h != nil {
			b.hellos <- h
		}
	}
}

func (b *booting) Report(_ context.Context, req *leasedv1.ReportRequest) (*leasedv1.ReportResponse, error) {
	for _, f := range req.GetFetches() {
		b.fetches <- f
	}
	return &leasedv1.ReportResponse{}, nil
}

func (b *booting) Machine(_ context.Context, req *leasedv1.MachineRequest) (*leasedv1.MachineResponse, error) {
	return &leasedv1.MachineResponse{Hardware: "52:54:00:00:00:01", Address: req.GetAddress(), Hostname: req.GetFrontend()}, nil
}

// A frontend that serves files tells leased so, asks it for the machines of scripts, and reports what was fetched.
func TestFrontendServesFiles(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	leased := &booting{hellos: make(chan *leasedv1.Hello, 16), fetches: make(chan *leasedv1.Fetch, 16)}
	api, err := rpc.NewServer(rpc.ServerConfig{Listen: []rpc.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "leased.sock")}},
		Allow: map[string][]rpc.Role{
			leasedv1.DecisionService_ServiceDesc.ServiceName: {rpc.Frontend}, leasedv1.BootService_ServiceDesc.ServiceName: {rpc.Frontend},
		},
	}, func(r grpc.ServiceRegistrar) {
		leasedv1.RegisterDecisionServiceServer(r, leased)
		leasedv1.RegisterBootServiceServer(r, leased)
	})
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "boot")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "host.ipxe.tmpl"), []byte("{{.MAC}} by {{.Hostname}}"), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := config.Frontend{
		Name: "fe1", Links: []config.Link{{Interface: "eth1"}}, Local: config.Local{Accept: true},
		Leased: config.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "leased.sock")},
		Listen: []config.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "frontend.sock")}},
		Assets: &config.Assets{Root: root, TFTP: []string{at}, HTTP: []string{at}, MaxClients: 4, MaxSize: 1 << 20},
	}
	ready := &obs.Ready{}
	s, err := frontend.New(frontend.Config{
		Frontend: cfg, System: &host{}, Registry: prometheus.NewRegistry(), Ready: ready,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- api.Run(ctx) }()
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	awaitReady(t, ready, map[string]string{"frontend: link eth1": ""})

	if h := <-leased.hellos; h.GetHttpPort() == 0 || !strings.HasSuffix(at, portText(h)) || h.GetTftp() {
		t.Errorf("hello %v, want the port of %s, and no TFTP, which is not on its own port", h, at)
	}
	resp, err := http.Get("http://" + at + "/host.ipxe")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != "52:54:00:00:00:01 by fe1" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	select {
	case f := <-leased.fetches:
		if f.GetPath() != "/host.ipxe" || f.GetPurpose() != leasedv1.Fetch_PURPOSE_SCRIPT || f.GetResult() != leasedv1.Fetch_RESULT_COMPLETE {
			t.Errorf("report %v", f)
		}
	case <-time.After(patience):
		t.Error("leased hears nothing of a transfer")
	}

	// A directory that is not there makes a reload fail as a whole.
	gone := *cfg.Assets
	gone.Root = filepath.Join(dir, "nothing")
	next := cfg
	next.Assets = &gone
	if _, err := s.Prepare(next); err == nil || !strings.Contains(err.Error(), "frontend.assets.root") {
		t.Errorf("Prepare: %v, want an error that names the key", err)
	}
}

func portText(h *leasedv1.Hello) string { return fmt.Sprintf(":%d", h.GetHttpPort()) }
