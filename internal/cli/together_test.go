package cli_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/rpc"
	controlv1 "rollcall/proto/control/v1"
)

// TestTogether runs all services in one process: they reach each other without a socket, and everybody else by one.
func TestTogether(t *testing.T) {
	p := start(t, shortDir(t), "up")
	p.untilReady(t, "frontend: leased", "webhookd: leased")
	leased := filepath.Join(p.dir, "leased.sock")
	if n := connected(t, leased); n != 0 {
		t.Errorf("%d connections to %s from within the process, want none", n, leased)
	}
	conn := p.dial(t, leased)
	if _, err := controlv1.NewControlServiceClient(conn).Status(t.Context(), &controlv1.StatusRequest{}); err != nil {
		t.Errorf("from outside: %v", err)
	}
	if n := connected(t, leased); n != 1 {
		t.Errorf("%d connections to %s with one from outside", n, leased)
	}
}

// dial connects to a socket until the test ends.
func (p *process) dial(t *testing.T, path string) *grpc.ClientConn {
	t.Helper()
	conn, err := rpc.Dial(rpc.Endpoint{Network: rpc.NetworkUnix, Address: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// untilReady waits for readiness checks to be good.
func (p *process) untilReady(t *testing.T, names ...string) {
	t.Helper()
	control := controlv1.NewControlServiceClient(p.dial(t, filepath.Join(p.dir, "frontend.sock")))
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		status, err := control.Status(t.Context(), &controlv1.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		ready := make(map[string]bool)
		for _, c := range status.GetChecks() {
			ready[c.GetName()] = c.GetFault() == ""
		}
		good := 0
		for _, name := range names {
			if ready[name] {
				good++
			}
		}
		if good == len(names) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("not ready: %v", status)
		}
	}
}

// connected counts the connections that the server at a unix socket has, from what the kernel says in /proc/net/unix: its last
// column is the path, the sixth the state, 03 once connected.
func connected(t *testing.T, path string) (n int) {
	t.Helper()
	table, err := os.Open("/proc/net/unix")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for lines := bufio.NewScanner(table); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 8 && f[7] == path && f[5] == "03" {
			n++
		}
	}
	return n
}
