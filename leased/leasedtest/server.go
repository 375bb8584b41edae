package leasedtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/rpc"
	"rollcall/leased"
)

// Patience is how long anything may take before a test gives up on it.
const Patience = 20 * time.Second

// Floor is the example of the documentation: registered machines live in the hall, everyone else in the lobby, which has room
// for 200. SOCKET becomes the socket of the test. Nothing is asked by ARP.
const Floor = `
leased:
  listen: ["unix://SOCKET"]
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  options: {domain-name: lan.example.org}
  subnets:
    - name: hall
      prefix: 10.20.0.0/22
      shared_network: floor
      lease: {time: 8h}
      options: {routers: [10.20.0.1], domain-name-servers: [10.20.0.2]}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      lease: {time: 2m, t1: 97.5%, t2: 97.5%}
      options: {routers: [10.99.0.1], domain-name-servers: [10.99.0.1]}
      pools:
        - range: 10.99.0.50-10.99.0.249
          for: unknown
          hostname: guest-{ip}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200, hostname: testbox}
`

// Dir returns a new directory whose name is short enough for a socket in it.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "leased")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// Read reads a configuration, with the socket of leased in dir.
func Read(t testing.TB, dir, text string) *config.Leased {
	t.Helper()
	text = strings.ReplaceAll(text, "SOCKET", filepath.Join(dir, "leased.sock"))
	c, err := config.Parse(filepath.Join(dir, "rollcall.yaml"), []byte(text))
	if err != nil {
		t.Fatalf("the test's configuration:\n%v", err)
	}
	return c.Leased
}

// Server is a leased that runs.
type Server struct {
	Service *leased.Service
	// Conn is a connection to its first endpoint, which is a unix socket.
	Conn *grpc.ClientConn

	t     testing.TB
	stop  context.CancelFunc
	ended chan struct{}
	err   error
}

// Start runs a leased with a new directory until the test ends.
func Start(t testing.TB, text string) *Server {
	t.Helper()
	dir := Dir(t)
	return Run(t, leased.Config{Leased: Read(t, dir, text), DataDir: dir})
}

// Run runs a leased until Stop or the end of the test.
func Run(t testing.TB, cfg leased.Config) *Server {
	t.Helper()
	service, err := leased.New(cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{Service: service, t: t, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		s.err = service.Run(ctx)
	}()
	t.Cleanup(s.Stop)
	select {
	case <-service.Ready():
	case <-s.ended:
		t.Fatalf("Run: %v", s.err)
	case <-time.After(Patience):
		t.Fatal("leased does not listen")
	}
	s.Conn, err = rpc.Dial(cfg.Leased.Listen[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Conn.Close() })
	return s
}

// Stop ends it in order and waits for that. More than once is once.
func (s *Server) Stop() {
	s.t.Helper()
	s.stop()
	<-s.ended
	if s.err != nil {
		s.t.Errorf("Run: %v", s.err)
		s.err = nil
	}
}

// Context returns the context of one call: it ends with the test, or when patience does.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return ctx
}
