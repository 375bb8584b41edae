//go:build netns && boot

package boottest_test

import "testing"

// A UEFI machine fetches iPXE by HTTP: it looks at the size first, and at the type of what it gets.
func TestHTTPBoot(t *testing.T) {
	w := newWorld(t, "http", "ipxe.efi")
	w.up()
	m := w.machine(w.floor, "bench4", "52:54:00:00:00:04", uefiHTTP)
	m.boot()
	m.shows("Start HTTP Boot over IPv4", "Station IP address is 10.77.0.14", "URI: http://10.77.0.1:8080/ipxe.efi", "HELLO bench4")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "ACK"}, step{What: "HTTP", Detail: "/ipxe.efi"}, step{What: "SCRIPT"}, step{What: "DONE"})
	if r.has("TFTP", "") {
		t.Errorf("a machine that boots by HTTP was sent to fetch by TFTP:\n%v", r)
	}
}
