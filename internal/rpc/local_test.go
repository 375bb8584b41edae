package rpc_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
)

// dialLocal connects to ep as a part of the process does that shares local with the server.
func dialLocal(t *testing.T, local *rpc.Local, ep rpc.Endpoint, tls *rpc.TLS) *grpc.ClientConn {
	t.Helper()
	conn, err := local.Dial(ep, tls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestLocalNeedsNoSocket(t *testing.T) {
	local, ep := new(rpc.Local), socket(t)
	run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}, Local: local}, &leased{})
	if err := get(t.Context(), dial(t, ep, nil)); err != nil {
		t.Errorf("over the socket: %v", err)
	}
	if err := os.Remove(ep.Address); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context(), dialLocal(t, local, ep, nil)); err != nil {
		t.Errorf("in the process: %v", err)
	}
	for name, conn := range map[string]*grpc.ClientConn{
		"without a Local":   dial(t, ep, nil),
		"with another one":  dialLocal(t, new(rpc.Local), ep, nil),
		"to somewhere else": dialLocal(t, local, socket(t), nil),
	} {
		if err := get(t.Context(), conn); fault.ReasonOf(err) != rpc.ReasonUnreachable {
			t.Errorf("%s: %v, want %s", name, err, rpc.ReasonUnreachable)
		}
	}
}

// TestLocalHasEveryRole dials a TCP endpoint with a certificate that nobody has given a role.
func TestLocalHasEveryRole(t *testing.T) {
	ca, local := newAuthority(t), new(rpc.Local)
	ep := rpc.Endpoint{Network: rpc.NetworkTCP, Address: "127.0.0.1:0"} // nobody else can dial that
	run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}, TLS: ca.issue(t, "leased.example.org"), Local: local}, &leased{})
	if _, err := local.Dial(ep, nil); err == nil {
		t.Error("a configuration that is wrong between processes is right within one")
	}
	conn := dialLocal(t, local, ep, ca.issue(t, "stranger"))
	if err := release(t, conn); err != nil {
		t.Error(err)
	}
}

func TestLocalConnectionComesBackWithTheServer(t *testing.T) {
	local, ep := new(rpc.Local), socket(t)
	conn := dialLocal(t, local, ep, nil)
	compare(t, unreachable(ep), get(t.Context(), conn))
	for range 3 {
		_, stop := run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}, Local: local}, &leased{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		if err := get(ctx, conn, grpc.WaitForReady(true)); err != nil {
			t.Errorf("with a server: %v", err)
		}
		cancel()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if err := get(t.Context(), conn); fault.ReasonOf(err) != rpc.ReasonUnreachable {
			t.Errorf("without a server: %v", err)
		}
	}
}

func TestLocalIsForServersThatListen(t *testing.T) {
	local, ep, other := new(rpc.Local), socket(t), socket(t)
	if err := os.Mkdir(filepath.Dir(other.Address), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other.Address, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{ep}, Local: local}, &leased{})
	for name, listen := range map[string][]rpc.Endpoint{"an endpoint that is taken": {ep}, "one that cannot be opened": {other}} {
		second, err := rpc.NewServer(rpc.ServerConfig{Listen: listen, Local: local, Allow: allow()}, (&leased{}).register)
		if err != nil {
			t.Fatal(err)
		}
		if err := second.Run(t.Context()); err == nil {
			t.Errorf("%s: a server runs", name)
		}
	}
	if err := os.Remove(ep.Address); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context(), dialLocal(t, local, ep, nil)); err != nil {
		t.Errorf("the first server no longer answers: %v", err)
	}
	compare(t, unreachable(other), get(t.Context(), dialLocal(t, local, other, nil)))
}
