//go:build netns

package boottest_test

import "testing"

// A BIOS machine whose card has iPXE gets its script at once, and never iPXE's own binary.
func TestBIOS(t *testing.T) {
	w := newWorld(t, "bios", "undionly.kpxe")
	w.up()
	m := w.machine(w.floor, "bench1", "52:54:00:00:00:01", bios)
	m.boot()
	m.shows("HELLO bench1 52:54:00:00:00:01 10.77.0.11")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "OFFER", Detail: "10.77.0.11"}, step{What: "ACK"}, step{What: "SCRIPT", Detail: ".ipxe"}, step{What: "DONE"})
	if r.Firmware != "bios" || r.Address != "10.77.0.11" {
		t.Errorf("the machine is %s at %s, want bios at 10.77.0.11", r.Firmware, r.Address)
	}
	if r.has("TFTP", "") {
		t.Errorf("iPXE was sent to fetch by TFTP:\n%v", r)
	}
}

// done is a boot that the machine has ended by itself.
func done(r course) bool { return r.State == "booted" && r.has("DONE", "") }
