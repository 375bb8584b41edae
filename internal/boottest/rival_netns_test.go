//go:build netns && boot

package boottest_test

import (
	"strings"
	"testing"
)

// UEFI prefers what a proxyDHCP server says to a boot file that comes with the address. A forgotten one, whose file is gone, is named;
// and what boot show says to do about it helps, with that server still there.
func TestForeignProxy(t *testing.T) {
	w := newWorld(t, "rival", "ipxe.efi")
	w.dnsmasq("rival", "10.77.0.66", "--dhcp-range=10.77.0.0,proxy", "--pxe-service=x86-64_EFI,Rival,gone.efi", "--enable-tftp", "--tftp-root="+t.TempDir())
	w.up()
	m := w.machine(w.floor, "bench9", "52:54:00:00:00:09", uefi)
	m.on()
	m.awaits(bootLimit, "PXE-E", "NBP file downloaded")
	r := m.failed("failed", "foreign-proxy-won", "")
	if !r.has("FOREIGN-PROXY", "10.77.0.66") || !strings.Contains(r.Cause, "10.77.0.66") {
		t.Errorf("boot show does not name the other server 10.77.0.66:\n%v", r)
	}
	if servers := w.must("boot", "servers"); !strings.Contains(servers, "10.77.0.66") {
		t.Errorf("boot servers does not name 10.77.0.66:\n%s", servers)
	}
	m.off()

	w.configure("style")
	w.must("reload")
	m.boot()
	m.shows("Server IP address is 10.77.0.1 ", "NBP filename is ipxe.efi", "HELLO bench9")
	m.show("it is done", done)
}
