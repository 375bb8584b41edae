package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"rollcall/internal/lab"
)

// The addresses of the two ends. The prefix is wide enough for every pool.
var (
	ServerAddr = netip.MustParseAddr("10.77.0.1")
	RelayAddr  = netip.MustParseAddr("10.77.255.254")
)

// Bits is the length of the prefix of both addresses.
const Bits = 10

// Names of the interfaces in their namespaces.
const (
	ServerInterface = "srv0"
	RelayInterface  = "cli0"
)

// prefix begins the name of every namespace of the benchmark; the process and the end follow.
const prefix = "rollcall-bench-"

// teardown bounds the removal.
const teardown = 10 * time.Second

// Wire is the link between a server and a load generator.
type Wire struct {
	Server, Relay *lab.Host
}

// Open removes what earlier processes left and makes a wire. It needs root and the
// ip command. Close removes the wire.
func Open(ctx context.Context) (*Wire, error) {
	if err := Sweep(ctx); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s%d-", prefix, os.Getpid())
	w := &Wire{
		Server: &lab.Host{Name: "server", Namespace: name + "srv", Interface: ServerInterface},
		Relay:  &lab.Host{Name: "relay", Namespace: name + "cli", Interface: RelayInterface},
	}
	s, r := w.Server.Namespace, w.Relay.Namespace
	err := ip(ctx,
		[]string{"netns", "add", s},
		[]string{"netns", "add", r},
		[]string{"link", "add", ServerInterface, "netns", s, "type", "veth", "peer", "name", RelayInterface, "netns", r},
		[]string{"-n", s, "addr", "add", netip.PrefixFrom(ServerAddr, Bits).String(), "dev", ServerInterface},
		[]string{"-n", r, "addr", "add", netip.PrefixFrom(RelayAddr, Bits).String(), "dev", RelayInterface},
		[]string{"-n", s, "link", "set", "lo", "up"},
		[]string{"-n", r, "link", "set", "lo", "up"},
		[]string{"-n", s, "link", "set", ServerInterface, "up"},
		[]string{"-n", r, "link", "set", RelayInterface, "up"},
	)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close removes the wire. Programs on it must have ended.
func (w *Wire) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), teardown)
	defer cancel()
	there, err := namespaces(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, ns := range there {
		if ns == w.Server.Namespace || ns == w.Relay.Namespace {
			errs = append(errs, ip(ctx, []string{"netns", "del", ns}))
		}
	}
	return errors.Join(errs...)
}

// Sweep removes the namespaces of benchmarks that are no more. The programs in them
// died with the process that had started them.
func Sweep(ctx context.Context) error {
	there, err := namespaces(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, ns := range there {
		if pid, ok := owner(ns); ok && !runs(pid) {
			errs = append(errs, ip(ctx, []string{"netns", "del", ns}))
		}
	}
	return errors.Join(errs...)
}

// owner returns the process that a namespace is named after.
func owner(namespace string) (pid string, ok bool) {
	rest, ok := strings.CutPrefix(namespace, prefix)
	pid, _, found := strings.Cut(rest, "-")
	return pid, ok && found
}

func runs(pid string) bool {
	_, err := os.Stat("/proc/" + pid)
	return err == nil
}

// namespaces returns the names of those that there are.
func namespaces(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "ip", "netns", "list").Output()
	if err != nil {
		return nil, fmt.Errorf("ip netns list: %w", err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 0 { // the name, and perhaps an id
			names = append(names, fields[0])
		}
	}
	return names, nil
}

// ip runs ip with each of the argument lists, and stops at the first that fails.
func ip(ctx context.Context, commands ...[]string) error {
	for _, args := range commands {
		var said bytes.Buffer
		cmd := exec.CommandContext(ctx, "ip", args...)
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(said.String()))
		}
	}
	return nil
}
