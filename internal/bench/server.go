package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rollcall/internal/bench/client"
	"rollcall/internal/bench/wire"
	"rollcall/internal/lab"
)

// kind is a server of the comparison.
type kind string

const (
	rollcall kind = "rollcall"
	kea      kind = "Kea"
	ceiling  kind = "ceiling"
)

const (
	startLimit = 90 * time.Second
	stopLimit  = 20 * time.Second
)

// pool is a subnet and its dynamic addresses, the same for every server.
type pool struct {
	subnet      netip.Prefix
	first, last netip.Addr
}

var (
	// small has room for the 60,000 clients of a load.
	small = pool{netip.MustParsePrefix("10.77.0.0/16"), netip.MustParseAddr("10.77.1.0"), netip.MustParseAddr("10.77.250.255")}
	// large has room for a million leases and the clients of a load.
	large = pool{netip.MustParsePrefix("10.64.0.0/10"), netip.MustParseAddr("10.80.0.0"), netip.MustParseAddr("10.97.255.255")}
	// fresh has room for loads whose clients are new every time.
	fresh = pool{netip.MustParsePrefix("10.64.0.0/10"), netip.MustParseAddr("10.80.0.0"), netip.MustParseAddr("10.87.255.255")}
)

// server is a running one.
type server struct {
	kind kind
	proc *lab.Process
	dir  string // its files
}

// start starts a server with nothing stored and waits until it answers a client.
func (b *bench) start(ctx context.Context, k kind, set setup) (*server, error) {
	dir, err := b.emptyDir(string(k))
	if err != nil {
		return nil, err
	}
	return b.startIn(ctx, dir, k, set)
}

// startIn starts a server on the files in dir.
func (b *bench) startIn(ctx context.Context, dir string, k kind, set setup) (*server, error) {
	var args []string
	var err error
	switch k {
	case rollcall:
		args, err = b.rollcallArgs(dir, set)
	case kea:
		args, err = keaArgs(dir, set)
	case ceiling:
		args = []string{b.self, ceilingFlag}
	}
	if err != nil {
		return nil, err
	}
	proc, err := b.wire.Server.Start(string(k), filepath.Join(dir, "server.log"), args...)
	if err != nil {
		return nil, err
	}
	s := &server{kind: k, proc: proc, dir: dir}
	if err := b.answers(ctx, s); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// answers waits until a server answers a client.
func (b *bench) answers(ctx context.Context, s *server) error {
	c, err := client.Open(b.wire.Relay, wire.RelayAddr, wire.ServerAddr, scoutMAC, 1)
	if err != nil {
		return err
	}
	defer c.Close()
	return lab.Wait(ctx, "first answer of "+string(s.kind), startLimit, func(ctx context.Context) (bool, error) {
		if err := s.alive(); err != nil {
			return true, err
		}
		_, err := c.Offered(ctx, 250*time.Millisecond)
		return err == nil, err
	})
}

// alive says why a server that should run does not.
func (s *server) alive() error {
	if err := s.proc.Failure(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.Join(s.proc.Tail(5), "; "))
	}
	return nil
}

// stop ends a server. That it had ended before is an error.
func (s *server) stop() error {
	return errors.Join(s.alive(), s.proc.Stop(stopLimit))
}

// emptyDir makes a directory of that name for the files of a server; what was there is removed.
func (b *bench) emptyDir(name string) (string, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700)
}
