package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
)

// teardown bounds the removal of a Segment.
const teardown = 10 * time.Second

// carrierLimit is how long the kernel may take to bring an interface up.
const carrierLimit = 5 * time.Second

// bridgeName is the name of the bridge inside its namespace.
const bridgeName = "br0"

// Segment is a link of its own: a bridge, in a network namespace, that joins the
// interfaces of [Host]s.
type Segment struct {
	prefix string
	hub    string   // namespace of the bridge
	ports  int      // of the bridge, ever
	spaces []string // all namespaces that were created
}

// NewSegment creates an empty segment. The namespaces of the segment have names
// that begin with prefix and a dash; prefix must be unique on the machine. Close
// removes it.
func NewSegment(ctx context.Context, prefix string) (*Segment, error) {
	s := &Segment{prefix: prefix}
	hub, err := s.space(ctx, "link")
	if err != nil {
		return nil, err
	}
	s.hub = hub
	// A bridge that neither learns spanning trees nor waits forwards from the
	// first frame on.
	if err := run(ctx,
		[]string{"-n", hub, "link", "add", bridgeName, "type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0"},
		[]string{"-n", hub, "link", "set", bridgeName, "up"},
	); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Attach adds a host whose only interface, besides loopback, is ifname with the
// hardware address hw and the addresses addrs. The interface is up.
func (s *Segment) Attach(ctx context.Context, name, ifname string, hw net.HardwareAddr, addrs ...netip.Prefix) (*Host, error) {
	ns, err := s.space(ctx, name)
	if err != nil {
		return nil, err
	}
	h := &Host{Name: name, Namespace: ns, Interface: ifname, HW: hw}
	if err := run(ctx, []string{"-n", ns, "link", "set", "lo", "up"}); err != nil {
		return h, err
	}
	return h, s.Plug(ctx, h, ifname, hw, addrs...)
}

// Plug gives a host, of this segment or another one, a further interface that is on
// this segment, up, and has the addresses addrs.
func (s *Segment) Plug(ctx context.Context, h *Host, ifname string, hw net.HardwareAddr, addrs ...netip.Prefix) error {
	s.ports++
	port := fmt.Sprintf("port%d", s.ports)
	steps := [][]string{
		{"-n", s.hub, "link", "add", port, "type", "veth", "peer", "name", ifname, "address", hw.String(), "netns", h.Namespace},
		{"-n", s.hub, "link", "set", port, "master", bridgeName, "up"},
	}
	for _, a := range addrs {
		steps = append(steps, []string{"-n", h.Namespace, "addr", "add", a.String(), "dev", ifname})
	}
	steps = append(steps, []string{"-n", h.Namespace, "link", "set", ifname, "up"})
	if err := run(ctx, steps...); err != nil {
		return err
	}
	// The kernel sees a carrier a moment later, up to a second, and until then both
	// ends lose what is sent, without a word.
	for _, end := range []struct{ namespace, ifname string }{{s.hub, port}, {h.Namespace, ifname}} {
		if err := carries(ctx, end.namespace, end.ifname); err != nil {
			return err
		}
	}
	return nil
}

// carries waits until an interface is operational (RFC 2863 ifOperStatus).
func carries(ctx context.Context, namespace, ifname string) error {
	space := &Host{Namespace: namespace}
	return Wait(ctx, "carrier of "+ifname+" in "+namespace, carrierLimit, func(context.Context) (up bool, err error) {
		err = space.Do(func() error {
			l, err := netlink.LinkByName(ifname)
			up = err == nil && l.Attrs().OperState == netlink.OperUp
			return err
		})
		return up, err
	})
}

// Close removes the segment with everything on it. Programs that still run in its
// namespaces keep theirs alive, nameless, until they end.
func (s *Segment) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), teardown)
	defer cancel()
	var errs []error
	for _, ns := range s.spaces {
		errs = append(errs, run(ctx, []string{"netns", "del", ns}))
	}
	s.spaces = nil
	return errors.Join(errs...)
}

// space creates a namespace.
func (s *Segment) space(ctx context.Context, name string) (string, error) {
	ns := s.prefix + "-" + name
	if err := run(ctx, []string{"netns", "add", ns}); err != nil {
		return "", err
	}
	s.spaces = append(s.spaces, ns)
	return ns, nil
}

// run runs ip with each of the argument lists, and stops at the first that fails.
func run(ctx context.Context, commands ...[]string) error {
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
