//go:build netns

package e2e_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
)

// Every VLAN of a link has a subnet of its own, beside the untagged ones, and a client is answered with the tags that it asked
// with. A VLAN that is not served is met with silence, and that is counted, until a reload serves it.
func TestVLANs(t *testing.T) {
	t.Parallel()
	const (
		voice  = `{name: voice, prefix: 10.100.0.0/24, links: [eth1.100], lease: {time: 10s}, pools: [{range: 10.100.0.100-10.100.0.200}]}`
		rooms  = `{name: rooms, prefix: 10.107.0.0/24, links: [eth1.200.7], pools: [{range: 10.107.0.100-10.107.0.200}]}`
		annex  = `{name: annex, prefix: 10.130.0.0/24, links: [eth1.300], pools: [{range: 10.130.0.100-10.130.0.200}]}`
		client = "52:54:00:10:00:01"
	)
	w := newWorld(t, "vlan", func(s *settings) {
		s.Interfaces = []string{"eth1\n      vlans: [100, 200]"}
		s.Subnets = []string{voice, rooms, annex}
	})
	h := w.client("tagged", "52:54:00:00:00:02")
	w.run("up")
	for i, c := range []struct {
		tags   tags
		within string
	}{
		{nil, "10.99.0.0/24"},
		{vlan(100), "10.100.0.0/24"},
		{tags{0x81, 0, 0xe0, 100}, "10.100.0.0/24"}, // priority 7
		{vlan(200, 7), "10.107.0.0/24"},
		{tags{0x88, 0xa8, 0, 200, 0x81, 0, 0, 7}, "10.107.0.0/24"},
		{vlan(200), "10.99.0.0/24"}, // no subnet of its own
	} {
		m := stranger(w.onSegment(h, c.tags), i+1)
		if a := m.dora(t).YIAddr; !netip.MustParsePrefix(c.within).Contains(a) {
			t.Errorf("with tags %x: %s, want an address in %s", c.tags, a, c.within)
		}
	}

	// One that knows the server's hardware address renews by unicast.
	via := w.onSegment(h, vlan(100))
	m := stranger(via, 50)
	a := m.dora(t).YIAddr
	via.send = w.unicasts(h, vlan(100), a)
	if b, err := m.ask(dhcptest.Renew(m.mac, a.String(), m.with()...)); err != nil {
		t.Error(err)
	} else if r := dhcptest.Parse(t, b); r.Type != "ACK" || r.YIAddr != a {
		t.Errorf("the renewal of %s in a VLAN is answered by %s of %s", a, r.Type, r.YIAddr)
	}

	// A real client behind a switch, which renews too: by broadcast, for nobody answers its ARP.
	c := w.dhclient(w.accessPort(w.client("phone", client), vlan(100)))
	c.address("10.100.0.0/24", soon)
	// On busy cores it may come too late to renew; then it gets the lease anew, and renews that one.
	w.awaitLease("renewal in a VLAN", client, 3*soon, func(l lease) bool { return l.Subnet == "voice" && l.Renewals > 0 })

	out := w.must("explain", "--mac", "52:54:00:12:34:56", "--link", "eth1.200.7")
	for _, want := range []string{"on link eth1.200.7", "names link eth1.200.7", "rooms", "10.107.0."} {
		if !strings.Contains(out, want) {
			t.Errorf("explain does not say %q:\n%s", want, out)
		}
	}

	other := stranger(w.onSegment(h, vlan(300)), 100)
	if b, err := other.via.ask(dhcptest.Discover(other.mac, other.with()...), 500*time.Millisecond); b != nil || err != nil {
		t.Errorf("a VLAN that is not served: reply of %d bytes, %v; want none", len(b), err)
	}
	if n := w.metric("up", "rollcall_frontend_dropped_total", `reason="vlan"`, `link="eth1"`); n != 1 {
		t.Errorf("%v frames dropped for their VLAN, want 1", n)
	}
	w.configure(func(s *settings) { s.Interfaces = []string{"eth1\n      vlans: any"} })
	w.must("reload")
	if a := other.dora(t).YIAddr; !netip.MustParsePrefix("10.130.0.0/24").Contains(a) {
		t.Errorf("after a reload, %s; want an address in 10.130.0.0/24", a)
	}
}

// The tags of a link stand on its answers to untagged clients, and on those alone.
func TestTagsOfALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "tags", func(s *settings) {
		s.Interfaces = []string{"eth1\n      tags: [{vid: 7, pcp: 5}]"}
	})
	h := w.client("switch", "52:54:00:00:00:02")
	w.run("up")
	untagged, answers := w.onSegment(h, nil), w.onSegment(h, tags{0x81, 0, 0xa0, 7})
	answers.send = untagged.send // the switch takes tags off in one direction only
	if a := stranger(answers, 1).dora(t).YIAddr; !guest(a) {
		t.Errorf("%s, want an address of the lobby", a)
	}
	m := stranger(untagged, 2)
	if b, err := untagged.ask(dhcptest.Discover(m.mac, m.with()...), 500*time.Millisecond); b != nil || err != nil {
		t.Errorf("an answer of %d bytes without the tags, %v", len(b), err)
	}
}

// With local clients refused, a machine behind a relay is served, and renews past the relay; one on the link is not.
func TestRelaysAlone(t *testing.T) {
	t.Parallel()
	const mac = "52:54:00:30:00:01"
	w := newWorld(t, "relays", func(s *settings) {
		s.Interfaces = []string{"eth1\n  local: {accept: false}"}
		s.Subnets = []string{far}
	})
	router, beyond := w.relay()
	w.start(router, "dhcrelay", "dhcrelay", "-4", "-d", "-id", "eth1", "-iu", "eth0", "10.20.0.1")
	w.run("up")
	c := w.dhclient(w.attach(beyond, "dhclient", "eth0", mac))
	c.address("10.30.0.0/24", soon)
	w.awaitLease("renewal past the relay", mac, soon, func(l lease) bool { return l.Renewals == 1 })

	m := stranger(w.onLink(w.client("local", "52:54:00:00:00:02")), 1)
	if b, err := m.via.ask(dhcptest.Discover(m.mac, m.with()...), 500*time.Millisecond); b != nil || err != nil {
		t.Errorf("a client on the link: reply of %d bytes, %v; want none", len(b), err)
	}
	if n := w.metric("up", "rollcall_frontend_dropped_total", `reason="local-refused"`); n == 0 {
		t.Error("nothing is counted as local-refused")
	}
}
