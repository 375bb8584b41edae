//go:build netns

package e2e_test

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"rollcall/internal/lab"
)

// Three clients nobody knows and one on the roll: each leases, renews and releases, whether the services share a process or not.
func TestClients(t *testing.T) {
	for name, verbs := range map[string][]string{
		"up":        {"up"},
		"processes": {"frontend", "webhookd", "leased"}, // in any order
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, name, func(s *settings) { s.GuestTime = 20 * time.Second })
			processes := w.run(verbs...)
			t.Run("clients", func(t *testing.T) {
				for _, c := range []struct {
					name, mac string
					life      func(*world, *lab.Host)
				}{
					{"dhclient", "52:54:00:12:34:01", dhclientLife},
					{"udhcpc", "52:54:00:12:34:02", udhcpcLife},
					{"dhcpcd", "52:54:00:12:34:03", dhcpcdLife},
					{"known", knownMAC, knownLife},
				} {
					h := w.client(c.name, c.mac)
					t.Run(c.name, func(t *testing.T) {
						t.Parallel()
						w := *w
						w.T = t
						c.life(&w, h)
					})
				}
			})
			for i := len(processes) - 1; i >= 0; i-- {
				w.stop(processes[i])
			}
		})
	}
}

func dhclientLife(w *world, h *lab.Host) {
	mac := h.HW.String()
	c := w.dhclient(h)
	a := c.address("10.99.0.0/24", soon)
	if !guest(a) {
		w.Errorf("dhclient has %s, want a guest address", a)
	}
	// 97.5 % of 20 s, in whole seconds.
	for _, option := range []string{"dhcp-renewal-time", "dhcp-rebinding-time"} {
		w.wait(option+" in the lease file", soon, func() (bool, error) {
			got, err := w.dhclientOption(c.host, option)
			return got == "19", errors.Join(err, fmt.Errorf("it is %q, want 19", got))
		})
	}
	w.awaitLease("renewal of dhclient at T1", mac, 25*time.Second, func(l lease) bool { return l.Renewals == 1 && l.State == "active" })
	if b := c.address("10.99.0.0/24", soon); b != a {
		w.Errorf("dhclient has %s after its renewal, want %s still", b, a)
	}
	args := append([]string{"netns", "exec", c.host.Namespace, "dhclient", "-r", "-v"}, w.dhclientArgs(c.host)...)
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		w.Fatalf("dhclient -r: %v: %s", err, out)
	}
	w.awaitLease("release of dhclient", a.String(), soon, func(l lease) bool { return l.State == "released" })
	c.noAddress()
}

func udhcpcLife(w *world, h *lab.Host) {
	mac := h.HW.String()
	c := w.udhcpc(h)
	a := c.address("10.99.0.0/24", soon)
	c.renew(mac, func() { c.signal(syscall.SIGUSR1) })
	// It sends a client identifier, which whoever asks for its hardware address need not know.
	if got := (machine{mac: mac}).explained(w); got != a.String() {
		w.Errorf("explain says that udhcpc would get %s, want %s, which it has", got, a)
	}
	c.signal(syscall.SIGUSR2)
	w.awaitLease("release of udhcpc", a.String(), soon, func(l lease) bool { return l.State == "released" })
	c.noAddress()
}

func dhcpcdLife(w *world, h *lab.Host) {
	mac := h.HW.String()
	c := w.dhcpcd(h)
	a := c.address("10.99.0.0/24", soon)
	c.renew(mac, func() { c.dhcpcdDo("-N") })
	c.dhcpcdDo("-k")
	w.awaitLease("release of dhcpcd", a.String(), soon, func(l lease) bool { return l.State == "released" })
	c.noAddress()
}

func knownLife(w *world, h *lab.Host) {
	c := w.udhcpc(h)
	if a := c.address("10.20.0.0/22", soon); a.String() != knownAddr {
		w.Errorf("the known machine has %s, want %s", a, knownAddr)
	}
	l := c.renew(knownMAC, func() { c.signal(syscall.SIGUSR1) })
	if l.Address != knownAddr || !l.Reserved || l.Hostname != "testbox" || l.Subnet != "hall" {
		w.Errorf("lease of the known machine: %+v", l)
	}
	c.signal(syscall.SIGUSR2)
	w.awaitLease("release of the known machine", knownAddr, soon, func(l lease) bool { return l.State == "released" })
}
