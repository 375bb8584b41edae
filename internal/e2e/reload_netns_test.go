//go:build netns

package e2e_test

import (
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"rollcall/internal/dhcptest"
)

// A new configuration is in force without a packet lost; a faulty one is refused by line, and the old one stays.
func TestReload(t *testing.T) {
	t.Parallel()
	const (
		annex   = `{name: annex, prefix: 10.50.0.0/24, pools: [{range: 10.50.0.100-10.50.0.200}]}`
		broken  = `{name: annex, prefix: 10.50.0.0/24, pools: [{range: 10.50.0.100-10.50.1.200}]}`
		newMAC  = "52:54:00:50:00:01"
		newAddr = "10.20.0.77"
	)
	for name, verbs := range map[string][]string{"reload-up": {"up"}, "reload-three": {"leased", "webhookd", "frontend"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, name, func(s *settings) {
				s.Subnets = []string{crowd}
				s.Leased = []string{"limits: {actions: 0}"} // for one client that renews all the time
			})
			h := w.crowdHost(netip.MustParsePrefix("10.50.0.1/24"))
			via := w.throughRelay(h, crowdRelay)
			processes := w.run(verbs...)
			renewed, end := w.renewing(stranger(via, 1, dhcptest.Giaddr(crowdRelay)))
			more := func() {
				t.Helper()
				n := renewed.Load() + 20
				w.wait("further renewals", soon, func() (bool, error) { return renewed.Load() >= n, nil })
			}
			more()

			w.configure(func(s *settings) {
				s.Subnets = append(s.Subnets, annex)
				s.Reservations = []string{`{mac: "` + newMAC + `", subnet: hall, address: ` + newAddr + `}`}
			})
			t.Log(w.must("reload"))
			if a := stranger(w.throughRelay(h, "10.50.0.1"), 2, dhcptest.Giaddr("10.50.0.1")).dora(t).YIAddr; !netip.MustParsePrefix("10.50.0.0/24").Contains(a) {
				t.Errorf("%s from the new subnet, want an address in 10.50.0.0/24", a)
			}
			if a := (machine{via, newMAC, nil}).explained(w); a != newAddr {
				t.Errorf("the machine that is on the roll now gets %s, want %s", a, newAddr)
			}
			more()

			w.configure(func(s *settings) { s.Subnets[1] = broken })
			said := w.cli("reload")
			t.Logf("status %d\n%s", said.status, said.err)
			place := regexp.MustCompile(`rollcall\.yaml:\d+:\d+: `)
			if said.status == 0 || !place.MatchString(said.err) || !strings.Contains(said.err, "10.50.0.0/24") {
				t.Errorf("reload of a faulty file: status %d: %s; want the line of the pool", said.status, said.err)
			}
			if said = w.cli("check"); said.status != 2 || !place.MatchString(said.out+said.err) {
				t.Errorf("check of a faulty file: status %d: %s%s", said.status, said.out, said.err)
			}
			for _, p := range processes {
				if err := p.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
			}
			more()
			if a := (machine{via, newMAC, nil}).explained(w); a != newAddr {
				t.Errorf("after a faulty file the machine gets %s, want %s as before", a, newAddr)
			}

			w.configure(func(s *settings) { s.Subnets = []string{crowd}; s.Reservations = nil })
			for _, p := range processes {
				if err := p.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
			}
			w.wait("the reservation to be gone after SIGHUP", soon, func() (bool, error) {
				return machine{via, newMAC, nil}.explained(w) != newAddr, nil
			})
			more()
			if lost := end(); lost != 0 {
				t.Errorf("%d of %d renewals were not answered", lost, renewed.Load())
			}
		})
	}
}

// explained returns the address that explain says the machine gets. It needs no configuration, which may be faulty.
func (m machine) explained(w *world) string {
	w.Helper()
	for line := range strings.Lines(w.must("explain", "--mac", m.mac, "--leased", "unix://"+w.path("leased.sock"))) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "address" {
			return f[1]
		}
	}
	return ""
}

// renewing lets a machine lease and then renew without a pause. end stops it and returns how many renewals were not answered.
func (w *world) renewing(m machine) (renewed *atomic.Int64, end func() (lost int64)) {
	w.Helper()
	a := m.dora(w).YIAddr.String()
	renewed = new(atomic.Int64)
	var lost atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			b, err := m.via.ask(dhcptest.Renew(m.mac, a, m.with()...), patience)
			if kind, yiaddr, _ := essence(b); err != nil || kind != ack || yiaddr.String() != a {
				lost.Add(1)
			} else {
				renewed.Add(1)
			}
		}
	}()
	return renewed, func() int64 { close(stop); <-done; return lost.Load() }
}
