//go:build netns && boot

package boottest_test

import "testing"

// Beside dnsmasq, which gives the addresses and knows of no boot file, a UEFI machine asks on port 4011 what to boot.
func TestProxy(t *testing.T) {
	w := newWorld(t, "proxy", "ipxe.efi")
	w.dnsmasq("addresses", "10.77.0.2", "--dhcp-range=10.77.0.100,10.77.0.120", "--leasefile-ro")
	w.up()
	m := w.machine(w.floor, "guest3", "52:54:00:00:00:03", uefi)
	m.boot()
	m.shows("Start PXE over IPv4", "Station IP address is 10.77.0.1", "Server IP address is 10.77.0.1", "NBP filename is ipxe.efi",
		"NBP file downloaded successfully", "HELLO", "52:54:00:00:00:03 10.77.0.1")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "PXE-REQUEST"}, step{What: "PXE-ACK"}, step{What: "TFTP", Detail: "ipxe.efi"}, step{What: "SCRIPT"}, step{What: "DONE"})
	if r.has("ACK", "") {
		t.Errorf("rollcall acknowledged an address that is not its own to give:\n%v", r)
	}
}
