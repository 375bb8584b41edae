package rpc_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
)

// socket returns an endpoint in a directory that does not exist yet.
func socket(t *testing.T) rpc.Endpoint {
	t.Helper()
	dir, err := os.MkdirTemp("", "rpc") // t.TempDir may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return rpc.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "run", "leased.sock")}
}

// leaveSocket makes the directory and, in it, a socket as a killed process leaves it.
func leaveSocket(t *testing.T, ep rpc.Endpoint) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(ep.Address), 0o755); err != nil {
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: ep.Address, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
}

func TestUnixSocket(t *testing.T) {
	ep := socket(t)
	_, stop := run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}}, &leased{})
	info, err := os.Stat(ep.Address)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o660 {
		t.Errorf("the socket has mode %o, want 660", mode)
	}
	if err := get(t.Context(), dial(t, ep, nil)); err != nil {
		t.Error(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(ep.Address); !os.IsNotExist(err) {
		t.Errorf("the socket is still there after the end: %v", err)
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	ep := socket(t)
	leaveSocket(t, ep)
	run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}}, &leased{})
	if err := get(t.Context(), dial(t, ep, nil)); err != nil {
		t.Error(err)
	}
}

func TestSocketInUseIsLeftAlone(t *testing.T) {
	ep := socket(t)
	cfg := rpc.ServerConfig{Listen: []rpc.Endpoint{ep}, Allow: allow()}
	run(t, cfg, &leased{})
	second, err := rpc.NewServer(cfg, (&leased{}).register)
	if err != nil {
		t.Fatal(err)
	}
	err = second.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "another process listens here") || !strings.Contains(err.Error(), ep.String()) {
		t.Errorf("Run = %v, want that another process listens", err)
	}
	if err := get(t.Context(), dial(t, ep, nil)); err != nil {
		t.Errorf("the first server no longer answers: %v", err)
	}
}

func TestFileThatIsNoSocketIsLeftAlone(t *testing.T) {
	ep := socket(t)
	if err := os.Mkdir(filepath.Dir(ep.Address), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ep.Address, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := socket(t)
	s, err := rpc.NewServer(rpc.ServerConfig{Listen: []rpc.Endpoint{other, ep}, Allow: allow()}, (&leased{}).register)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "is not a socket") {
		t.Errorf("Run = %v, want that the file is no socket", err)
	}
	if got, _ := os.ReadFile(ep.Address); string(got) != "precious" {
		t.Error("the file is gone")
	}
	if _, err := os.Lstat(other.Address); !os.IsNotExist(err) {
		t.Errorf("the socket opened before is still there: %v", err)
	}
}

// unreachable is what a caller must see while nobody serves ep.
func unreachable(ep rpc.Endpoint) *fault.Error {
	return fault.New(fault.Unavailable, rpc.ReasonUnreachable, "%s",
		"cannot reach leased at "+ep.String()+": is `rollcall leased` (or `rollcall up`) running?")
}

func TestUnreachableSaysWhatToStart(t *testing.T) {
	absent, stale := socket(t), socket(t)
	leaveSocket(t, stale)
	for _, ep := range []rpc.Endpoint{absent, stale} {
		conn := dial(t, ep, nil)
		compare(t, unreachable(ep), get(t.Context(), conn))
		compare(t, unreachable(ep), watch(t.Context(), conn))
	}
}

func TestConnectionComesBackWithTheServer(t *testing.T) {
	ep := socket(t)
	_, stop := run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}}, &leased{})
	conn := dial(t, ep, nil)
	if err := get(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context(), conn); fault.ReasonOf(err) != rpc.ReasonUnreachable {
		t.Errorf("without a server: %v", err)
	}
	run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}}, &leased{})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := get(ctx, conn, grpc.WaitForReady(true)); err != nil {
		t.Errorf("after the server is back: %v", err)
	}
}
