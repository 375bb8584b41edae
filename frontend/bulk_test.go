package frontend_test

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"rollcall/frontend"
	"rollcall/internal/config"
	"rollcall/internal/dhcptest"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
)

// TestBulkLeaseQuery: the configuration switches it on and off, also in a reload.
func TestBulkLeaseQuery(t *testing.T) {
	dir := t.TempDir()
	cfg := config.Frontend{
		Name: "fe1", Leased: config.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "leased.sock")},
		Links:  []config.Link{{Interface: "eth1"}},
		Listen: []config.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "frontend.sock")}},
	}
	stop := runLeased(t, cfg.Leased.Address)
	defer stop()
	opened := make(chan net.Listener, 10)
	ready := &obs.Ready{}
	s, err := frontend.New(frontend.Config{
		Frontend: cfg, System: &host{infos: nil}, Ready: ready, ListenBulk: func() (net.Listener, error) {
			l, err := net.Listen("tcp4", "127.0.0.1:0")
			opened <- l
			return l, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	absent := map[string]string{"frontend: link eth1": "no such interface yet"}
	awaitReady(t, ready, absent)
	if len(opened) > 0 {
		t.Fatal("it listens although it is off")
	}
	reload := func(on bool) {
		t.Helper()
		cfg.BulkLeaseQuery = on
		apply, err := s.Prepare(cfg)
		if err != nil {
			t.Fatal(err)
		}
		apply()
	}
	reload(true)
	l := <-opened
	awaitReady(t, ready, absent)
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(dhcptest.Framed(dhcptest.BulkLeaseQuery(""))); err != nil {
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 2+240)); err != nil { // this leased knows of no such queries, and it says so
		t.Errorf("no answer: %v", err)
	}
	reload(false)
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("the connection did not end in order: %v", err)
	}
	if c, err := net.Dial("tcp4", l.Addr().String()); err == nil {
		c.Close()
		t.Error("it listens after it was switched off")
	}
}
