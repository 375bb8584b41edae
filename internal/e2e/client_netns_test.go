//go:build netns

package e2e_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"rollcall/internal/lab"
)

// client is a real DHCP client on a host.
type client struct {
	*world
	host *lab.Host
	proc *lab.Process
}

// testdata returns the absolute name of a file in testdata.
func (w *world) testdata(name string) string {
	w.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		w.Fatal(err)
	}
	return path
}

// dhclient runs ISC's client. Its release is another run of it with -r.
func (w *world) dhclient(h *lab.Host) *client {
	w.Helper()
	return &client{w, h, w.start(h, h.Name, append([]string{"dhclient", "-d", "-v"}, w.dhclientArgs(h)...)...)}
}

func (w *world) dhclientArgs(h *lab.Host) []string {
	w.Helper()
	return []string{"-4", "-cf", w.testdata("dhclient.conf"), "-sf", w.testdata("client.sh"),
		"-lf", w.path(h.Name + ".leases"), "-pf", w.path(h.Name + ".pid"), h.Interface}
}

// udhcpc runs busybox's client. It renews on SIGUSR1 and releases on SIGUSR2; no lease is shorter than two minutes to it, and T1
// is always half of it.
func (w *world) udhcpc(h *lab.Host, further ...string) *client {
	w.Helper()
	args := []string{"udhcpc", "-f", "-i", h.Interface, "-t", "10", "-T", "1", "-A", "1", "-s", w.testdata("client.sh"), "-x", "hostname:" + h.Name}
	return &client{w, h, w.start(h, h.Name, append(args, further...)...)}
}

// dhcpcd runs Roy Marples' client, with directories for its state that only it sees. It sets its address itself.
func (w *world) dhcpcd(h *lab.Host) *client {
	w.Helper()
	conf := w.path(h.Name + ".conf")
	w.write(conf, "ipv4only\nnoipv4ll\nnoarp\noption subnet_mask, routers, domain_name, domain_name_servers\ntimeout 10\n")
	return &client{w, h, w.start(h, h.Name, "sh", "-c",
		"mount -t tmpfs none /var/lib/dhcpcd && mount -t tmpfs none /run && mkdir /run/dhcpcd && exec dhcpcd -B -d -c /bin/true -f "+conf+" "+h.Interface)}
}

// dhcpcdDo gives an order to a running dhcpcd, where it sees its state.
func (c *client) dhcpcdDo(order string) {
	c.Helper()
	cmd := exec.Command("nsenter", "-t", strconv.Itoa(c.proc.PID()), "-m", "-n", "dhcpcd", order, c.host.Interface)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.Fatalf("dhcpcd %s: %v: %s", order, err, out)
	}
}

// signal sends a signal to the client.
func (c *client) signal(s syscall.Signal) {
	c.Helper()
	if err := c.proc.Signal(s); err != nil {
		c.Fatal(err)
	}
}

// address waits until the client's interface has one address within a prefix, and returns it.
func (c *client) address(within string, limit time.Duration) (a netip.Addr) {
	c.Helper()
	prefix := netip.MustParsePrefix(within)
	c.wait(c.host.Name+" has an address in "+within, limit, func() (bool, error) {
		addrs, err := c.host.Addrs()
		if err != nil || len(addrs) != 1 {
			return false, errors.Join(err, fmt.Errorf("addresses %v", addrs))
		}
		a = addrs[0].Addr()
		return prefix.Contains(a) && addrs[0].Bits() == prefix.Bits(), fmt.Errorf("address %v", addrs[0])
	})
	return a
}

// noAddress waits until the client's interface has none.
func (c *client) noAddress() {
	c.Helper()
	c.wait(c.host.Name+" has no address", soon, func() (bool, error) {
		addrs, err := c.host.Addrs()
		return err == nil && len(addrs) == 0, errors.Join(err, fmt.Errorf("addresses %v", addrs))
	})
}

// guest reports whether an address is one of the lobby's pool.
func guest(a netip.Addr) bool {
	return !a.Less(netip.MustParseAddr("10.99.0.50")) && !netip.MustParseAddr("10.99.0.250").Less(a)
}

// renew orders a client to renew until its lease is renewed: an order may come in the second in which it got the lease, which then
// does not change.
func (c *client) renew(mac string, order func()) (renewed lease) {
	c.Helper()
	before, err := c.lease(mac)
	if err != nil {
		c.Fatal(err)
	}
	next := time.Now()
	return c.awaitLease("renewal of "+c.host.Name, mac, soon, func(l lease) bool {
		if l.State == "active" && l.Address == before.Address && l.Started.Equal(before.Started) && l.Expires.After(before.Expires) {
			return true
		}
		if time.Now().After(next) {
			order()
			next = time.Now().Add(2 * time.Second)
		}
		return false
	})
}

// dhclientOption returns an option as dhclient wrote it to its lease file last.
func (w *world) dhclientOption(h *lab.Host, name string) (value string, err error) {
	b, err := os.ReadFile(w.path(h.Name + ".leases"))
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "option "+name+" "); ok {
			value = strings.TrimSuffix(v, ";")
		}
	}
	return value, err
}
