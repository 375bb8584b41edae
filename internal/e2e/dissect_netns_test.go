//go:build netns

package e2e_test

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

// farther is a subnet behind a relay behind a relay.
const farther = `{name: farther, prefix: 10.31.0.0/24, lease: {time: 10s}, options: {routers: [10.31.0.1]}, pools: [{range: 10.31.0.100-10.31.0.200}]}`

// plenty are options of many forms, for whoever asks for them.
const plenty = `options: {time-offset: 3600, ntp-servers: [10.20.0.3, 10.20.0.4], interface-mtu: 1400, ip-forwarding: false, domain-search: [lan.example.org, example.org],
    classless-static-routes: ["10.0.0.0/8 via 10.20.0.1", "0.0.0.0/0 via 10.20.0.1"], static-routes: ["10.30.0.0 10.20.0.3"], path-mtu-plateau-table: [68, 1500],
    captive-portal: "https://portal.example.org/", tftp-server-address: [10.20.0.9], vendor-specific: {1: hex:0a0b, 7: text}, vi-vendor-specific: {3561: {1: "https://acs.example.org/"}},
    sip-servers: [sip.example.org], root-path: "10.20.0.9:/srv", option-224: hex:00112233}`

// What clients and relays say to the server, and what it answers, is as an independent dissector would have it.
func TestDissect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "dissect", func(s *settings) {
		s.Subnets = []string{far, farther}
		s.Leased = []string{plenty, `boot: {server: 10.20.0.9, server_name: boot1, file: pxelinux.0}`}
	})
	relay, beyond := w.relay()
	farRelay, farBeyond := w.secondRelay(relay, beyond)
	w.start(relay, "dhcrelay", "dhcrelay", "-4", "-d", "-a", "-m", "forward", "-id", "eth1", "-iu", "eth0", "10.20.0.1")
	w.start(farRelay, "far-dhcrelay", "dhcrelay", "-4", "-d", "-a", "-id", "eth1", "-iu", "eth0", "10.30.0.1")
	w.run("up")

	clients := []struct {
		c      *client
		within string
	}{
		{w.dhclient(w.client("dhclient", "52:54:00:40:00:01")), "10.99.0.0/24"},
		{w.udhcpc(w.client("udhcpc", "52:54:00:40:00:02")), "10.99.0.0/24"},
		{w.dhcpcd(w.client("dhcpcd", "52:54:00:40:00:03")), "10.99.0.0/24"},
		{w.dhclient(w.attach(farBeyond, "far-dhclient", "eth0", "52:54:00:40:00:04")), "10.31.0.0/24"},
		{w.udhcpc(w.attach(farBeyond, "far-udhcpc", "eth0", "52:54:00:40:00:05")), "10.31.0.0/24"},
	}
	for _, x := range clients {
		x.c.address(x.within, soon)
	}
	w.awaitLease("renewal past both relays", "52:54:00:40:00:04", soon, func(l lease) bool { return l.Renewals >= 1 })
	// A client with an address of its own asks for everything there is (RFC 2131 §3.4).
	h := w.attach(w.floor, "inform", "eth0", "52:54:00:40:00:06", "10.20.1.1/22")
	var all []byte
	for code := byte(1); code < 255; code++ {
		all = append(all, code)
	}
	m := machine{via: w.onLink(h), mac: h.HW.String()}
	b, err := m.ask(dhcptest.Inform(m.mac, "10.20.1.1", m.with(dhcptest.PRL(all...), dhcptest.MaxSize(1500))...))
	if err != nil {
		t.Fatal(err)
	}
	if r := dhcptest.Parse(t, b); r.Type != "ACK" || !r.YIAddr.IsUnspecified() || r.ServerID().String() != "10.20.0.1" {
		t.Errorf("INFORM is answered by %s of %s, yiaddr %s", r.Type, r.ServerID(), r.YIAddr)
	}
	w.dissect()
}

// secondRelay adds a router behind the first one, where it is 10.30.0.2, and a segment of its own, where it is 10.31.0.1.
func (w *world) secondRelay(first *lab.Host, between *lab.Segment) (router *lab.Host, beyond *lab.Segment) {
	w.Helper()
	beyond = w.segment("farther")
	router = w.attach(between, "relay2", "eth0", "52:54:00:00:00:13", "10.30.0.2/24")
	err := beyond.Plug(w.Context(), router, "eth1", net.HardwareAddr{0x52, 0x54, 0, 0, 0, 0x14}, netip.MustParsePrefix("10.31.0.1/24"))
	if err != nil {
		w.Fatal(err)
	}
	err = router.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644) })
	if err != nil {
		w.Fatal(err)
	}
	w.ip(router.Namespace, "route", "add", "default", "via", "10.30.0.1")
	w.ip(first.Namespace, "route", "add", "10.31.0.0/24", "via", "10.30.0.2")
	w.ip(w.server.Namespace, "route", "add", "10.31.0.0/24", "via", "10.20.0.3")
	return router, beyond
}

// dissect has tshark read what was on the server's link: it must find nothing malformed, and nothing to warn of.
func (w *world) dissect() {
	w.Helper()
	if err := w.wire.Stop(grace); err != nil {
		w.Fatal(err)
	}
	tshark := func(filter string) (lines []string) {
		w.Helper()
		cmd := exec.Command("tshark", "-n", "-r", w.path("wire.pcap"), "-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info",
			"-e", "_ws.expert.message")
		cmd.Env = append(os.Environ(), "HOME="+w.Dir)
		said, err := cmd.Output()
		if err != nil {
			w.Fatalf("tshark: %v", err)
		}
		for line := range strings.Lines(string(said)) {
			lines = append(lines, strings.TrimSpace(line))
		}
		return lines
	}
	if n := len(tshark("dhcp")); n < 20 {
		w.Errorf("the capture has %d DHCP messages", n)
	}
	const warning = "0x600000"
	for _, line := range tshark("_ws.malformed || udp.srcport == 67 && _ws.expert.severity >= " + warning) {
		w.Errorf("tshark finds fault with frame %s", line)
	}
}
