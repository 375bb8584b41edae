//go:build netns

package boottest_test

import "testing"

// A UEFI machine without iPXE loads it by TFTP, from the address server alone, and iPXE gets the script.
func TestUEFI(t *testing.T) {
	w := newWorld(t, "uefi", "ipxe.efi")
	w.up()
	m := w.machine(w.floor, "bench2", "52:54:00:00:00:02", uefi)
	m.boot()
	m.shows("Start PXE over IPv4", "Station IP address is 10.77.0.12", "NBP filename is ipxe.efi", "NBP file downloaded successfully",
		"HELLO bench2 52:54:00:00:00:02 10.77.0.12")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "ACK"}, step{What: "TFTP", Detail: "ipxe.efi"}, step{What: "SCRIPT"}, step{What: "DONE"})
	if r.Firmware != "uefi-x64" || r.Address != "10.77.0.12" {
		t.Errorf("the machine is %s at %s, want uefi-x64 at 10.77.0.12", r.Firmware, r.Address)
	}
}
