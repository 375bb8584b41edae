//go:build netns

package e2e_test

import (
	"testing"
	"time"
)

// A guest that is enrolled is refused at its next renewal and moves to its own address.
func TestEnrol(t *testing.T) {
	t.Parallel()
	const mac, own = "52:54:00:12:34:56", "10.20.0.201"
	w := newWorld(t, "enrol", func(s *settings) { s.GuestTime = 10 * time.Second })
	desk := w.receive(nil)
	w.configure(func(s *settings) { s.Endpoints = []endpoint{{"desk", desk.URL, "client.unknown, lease.granted", ""}} })
	w.run("leased", "frontend", "webhookd")
	c := w.dhclient(w.client("dhclient", mac))
	guest := c.address("10.99.0.0/24", soon)
	if d := desk.await("lease.granted", mac); d.Address != guest.String() {
		t.Errorf("the desk hears of %s, the client has %s", d.Address, guest)
	}
	t.Log(w.must("reservation", "add", "--from-lease", guest.String(), "--address", own, "--subnet", "hall", "--hostname", "newcomer"))

	w.wait("refusal of the renewal", 2*w.GuestTime, func() (bool, error) { return c.proc.Said("DHCPNAK from") })
	if a := c.address("10.20.0.0/22", soon); a.String() != own {
		t.Errorf("the enrolled machine has %s, want %s", a, own)
	}
	w.awaitLease("end of the guest lease", guest.String(), soon, func(l lease) bool { return l.State == "released" })
	l := w.awaitLease("lease of its own", own, soon, func(l lease) bool { return l.State == "active" })
	if l.Hardware != mac || !l.Reserved || l.Hostname != "newcomer" {
		t.Errorf("lease of its own: %+v", l)
	}
	w.wait("the webhook of the move", soon, func() (bool, error) {
		for _, d := range desk.deliveries() {
			if d.Kind == "lease.granted" && d.Hardware == mac && d.Address == own {
				return true, nil
			}
		}
		return false, nil
	})
}
