//go:build netns

package e2e_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"rollcall/internal/dhcptest"
)

// An interface may be missing at start, appear, vanish and come back: readiness names it, and it is served when it is there.
func TestInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "interface")
	plug := func() {
		t.Helper()
		err := w.floor.Plug(t.Context(), w.server, "eth1", w.server.HW, netip.MustParsePrefix("10.20.0.1/22"), netip.MustParsePrefix("10.99.0.1/24"))
		if err != nil {
			t.Fatal(err)
		}
	}
	unplug := func() { t.Helper(); w.ip(w.server.Namespace, "link", "del", "eth1") }

	unplug()
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	p := w.launch("up")
	w.awaitNotReady("up", "eth1")
	for i := range 3 {
		plug()
		w.awaitReady("up")
		if a := stranger(via, i).dora(t).YIAddr; !guest(a) {
			t.Errorf("the interface came, and a stranger got %s; want a guest address", a)
		}
		unplug()
		w.awaitNotReady("up", "eth1")
	}
	plug()
	w.awaitReady("up")

	// Down and without its addresses is no better than away.
	w.ip(w.server.Namespace, "link", "set", "eth1", "down")
	w.awaitNotReady("up", "eth1")
	w.ip(w.server.Namespace, "link", "set", "eth1", "up")
	w.awaitReady("up")
	stranger(via, 10).dora(t)
	if out := w.must("event", "list", "--kind", "link.*"); !contains(out, "link.up", "link.down", "eth1") {
		t.Errorf("no events tell of the link:\n%s", out)
	}
	w.stop(p)
}

// An interface that gets its addresses late is served when it has them: strangers wait for the lobby's.
func TestLateAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "address")
	w.ip(w.server.Namespace, "addr", "flush", "dev", "eth1")
	p := w.launch("up")
	c := w.dhclient(w.client("dhclient", "52:54:00:12:34:56"))
	w.wait("DISCOVERs without an answer", soon, func() (bool, error) {
		n, err := w.tryMetric("up", "rollcall_frontend_received_total", `type="DISCOVER"`)
		return n >= 2, err
	})
	if addrs, err := c.host.Addrs(); err != nil || len(addrs) > 0 {
		t.Errorf("a server without an address gave out %v, %v", addrs, err)
	}
	w.ip(w.server.Namespace, "addr", "add", "10.99.0.1/24", "dev", "eth1")
	if a := c.address("10.99.0.0/24", soon); !guest(a) {
		t.Errorf("a stranger gets %s, want a guest address", a)
	}
	w.awaitReady("up")
	w.stop(p)
}

// Two frontends on two links ask one leased; each machine gets an address of its own link.
func TestTwoFrontends(t *testing.T) {
	t.Parallel()
	const annex = `{name: annex, prefix: 10.60.0.0/24, lease: {time: 1h}, pools: [{range: 10.60.0.100-10.60.0.200}]}`
	w := newWorld(t, "two", func(s *settings) { s.Subnets = []string{annex} })
	beyond := w.segment("annex")
	there := w.attach(beyond, "server2", "eth1", "52:54:00:00:00:02", "10.60.0.1/24")
	w.run("leased", "frontend")
	other := w.path("other.yaml")
	w.write(other, strings.ReplaceAll(w.text(w.config()), w.path("frontend.sock"), w.path("frontend2.sock")))
	second := w.launchOn(there, "frontend2", "frontend", other)

	here := w.onLink(w.client("crowd", "52:54:00:00:00:98"))
	far := w.onLink(w.attach(beyond, "crowd2", "eth0", "52:54:00:00:00:99"))
	for i := range 5 {
		if a := stranger(far, 100+i).dora(t); !netip.MustParsePrefix("10.60.0.0/24").Contains(a.YIAddr) || a.ServerID().String() != "10.60.0.1" {
			t.Errorf("on the second link a stranger gets %s from %s; want an address of 10.60.0.0/24 from 10.60.0.1", a.YIAddr, a.ServerID())
		}
		if a := stranger(here, i).dora(t); !guest(a.YIAddr) || a.ServerID().String() != "10.99.0.1" {
			t.Errorf("on the first link a stranger gets %s from %s; want a guest address from 10.99.0.1", a.YIAddr, a.ServerID())
		}
	}
	w.stop(second)
	stranger(here, 50).dora(t)
}

// An interface that a reload adds is served, and one that it takes away no longer matters.
func TestReloadLinks(t *testing.T) {
	t.Parallel()
	const annex = `{name: annex, prefix: 10.60.0.0/24, lease: {time: 1h}, pools: [{range: 10.60.0.100-10.60.0.200}]}`
	w := newWorld(t, "links")
	w.run("up")
	here := w.onLink(w.client("crowd", "52:54:00:00:00:98"))
	stranger(here, 1).dora(t)
	w.configure(func(s *settings) { s.Interfaces, s.Subnets = []string{"eth1", "eth2"}, []string{annex} })
	w.must("reload")
	w.awaitNotReady("up", "eth2")
	beyond := w.segment("annex")
	err := beyond.Plug(t.Context(), w.server, "eth2", net.HardwareAddr{0x52, 0x54, 0, 0, 0, 2}, netip.MustParsePrefix("10.60.0.1/24"))
	if err != nil {
		t.Fatal(err)
	}
	w.awaitReady("up")
	far := w.onLink(w.attach(beyond, "crowd2", "eth0", "52:54:00:00:00:99"))
	if a := stranger(far, 2).dora(t).YIAddr; !netip.MustParsePrefix("10.60.0.0/24").Contains(a) {
		t.Errorf("on the added interface a stranger gets %s, want an address of 10.60.0.0/24", a)
	}
	stranger(here, 3).dora(t)
	w.configure(func(s *settings) { s.Interfaces, s.Subnets = []string{"eth1"}, nil })
	w.must("reload")
	m := stranger(far, 4)
	if b, err := far.ask(dhcptest.Discover(m.mac, m.with()...), patience/2); b != nil || err != nil {
		t.Errorf("an interface that was taken away is served: %d bytes, %v", len(b), err)
	}
	w.ip(w.server.Namespace, "link", "del", "eth2")
	stranger(here, 5).dora(t)
	w.awaitReady("up")
}
