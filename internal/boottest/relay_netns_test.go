//go:build netns && boot

package boottest_test

import (
	"net"
	"net/netip"
	"os"
	"testing"
)

// A BIOS machine boots through dhcrelay and the router that it runs on, with a script that it fetches by TFTP.
func TestRelay(t *testing.T) {
	w := newWorld(t, "relay", "undionly.kpxe")
	far := w.segment("far")
	router := w.attach(w.floor, "router", "eth0", "52:54:00:00:01:03", "10.77.0.3/24")
	err := far.Plug(t.Context(), router, "eth1", net.HardwareAddr{0x52, 0x54, 0, 0, 1, 4}, netip.MustParsePrefix("10.78.0.1/24"))
	if err == nil {
		err = router.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644) })
	}
	if err != nil {
		t.Fatal(err)
	}
	w.ip(w.server, "route", "add", "10.78.0.0/24", "via", "10.77.0.3")
	w.need("isc-dhcp-relay", "/usr/sbin/dhcrelay")
	w.start(router, "dhcrelay", "dhcrelay", "-4", "-d", "-id", "eth1", "-iu", "eth0", "10.77.0.1")
	w.up()

	m := w.machine(far, "bench5", "52:54:00:00:00:05", bios)
	m.boot()
	m.shows("tftp://10.77.0.1/boot/52-54-00-00-00-05.ipxe... ok", "HELLO bench5 52:54:00:00:00:05 10.78.0.15")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "ACK"}, step{What: "SCRIPT"}, step{What: "DONE"})
}
