//go:build netns

package e2e_test

import (
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"rollcall/internal/lab"
)

// far is a subnet behind a relay.
const far = `{name: far, prefix: 10.30.0.0/24, lease: {time: 10s}, options: {routers: [10.30.0.1]}, pools: [{range: 10.30.0.100-10.30.0.200}]}`

// relay adds a router between the floor, where it is 10.20.0.3, and a segment of its own, where it is 10.30.0.1.
func (w *world) relay() (router *lab.Host, beyond *lab.Segment) {
	w.Helper()
	beyond = w.segment("far")
	router = w.attach(w.floor, "relay", "eth0", "52:54:00:00:00:03", "10.20.0.3/22")
	err := beyond.Plug(w.Context(), router, "eth1", net.HardwareAddr{0x52, 0x54, 0, 0, 0, 4}, netip.MustParsePrefix("10.30.0.1/24"))
	if err != nil {
		w.Fatal(err)
	}
	err = router.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644) })
	if err != nil {
		w.Fatal(err)
	}
	w.ip(w.server.Namespace, "route", "add", "10.30.0.0/24", "via", "10.20.0.3")
	return router, beyond
}

// A stranger behind dhcrelay gets an address of the relay's subnet, and renews it by itself, past the relay.
func TestRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "relay", func(s *settings) { s.Subnets = []string{far} })
	router, beyond := w.relay()
	w.start(router, "dhcrelay", "dhcrelay", "-4", "-d", "-id", "eth1", "-iu", "eth0", "10.20.0.1")
	w.run("up")

	const mac = "52:54:00:30:00:01"
	c := w.dhclient(w.attach(beyond, "dhclient", "eth0", mac))
	a := c.address("10.30.0.0/24", soon)
	l, err := w.lease(mac)
	if err != nil {
		t.Fatal(err)
	}
	if l.Address != a.String() || l.Subnet != "far" || l.Relay != "10.30.0.1" {
		t.Errorf("lease behind the relay: %+v; want %s of subnet far through 10.30.0.1", l, a)
	}
	w.awaitLease("renewal past the relay", mac, soon, func(l lease) bool { return l.Renewals == 1 })
	if n := w.metric("up", "rollcall_frontend_received_total", `type="REQUEST"`); n < 2 {
		t.Errorf("%v REQUESTs, want one to select and one to renew", n)
	}

	// A relay whose address selects no subnet is met with silence, and the reason is counted.
	via := w.throughRelay(w.attach(w.floor, "lost", "eth0", "52:54:00:00:00:05", "10.20.0.5/22", "10.66.0.1/24"), "10.66.0.1")
	if b, err := via.ask(discoverThrough("52:54:00:66:00:01", "10.66.0.1"), 500*time.Millisecond); b != nil || err != nil {
		t.Errorf("a relay of no subnet: reply of %d bytes, %v; want none", len(b), err)
	}
	if n := w.metric("up", "rollcall_leased_refusals_total", `reason="no-subnet"`); n != 1 {
		t.Errorf("%v queries refused for no-subnet, want 1", n)
	}
}
