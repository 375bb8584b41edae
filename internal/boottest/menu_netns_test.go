//go:build netns && boot

package boottest_test

import "testing"

// A UEFI machine is given a menu, and asks the boot server for what is chosen there.
func TestMenu(t *testing.T) {
	w := newWorld(t, "menu", "ipxe.efi")
	w.up()
	m := w.machine(w.floor, "bench11", "52:54:00:00:00:0b", uefi)
	m.boot()
	m.shows("Start PXE over IPv4", "Station IP address is 10.77.0.21", "NBP filename is ipxe.efi", "HELLO bench11")
	r := m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "ACK"}, step{What: "PXE-REQUEST"}, step{What: "PXE-ACK"}, step{What: "TFTP", Detail: "ipxe.efi"}, step{What: "SCRIPT"}, step{What: "DONE"})
}
