//go:build netns

package e2e_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"rollcall/internal/dhcptest"
)

// What an endpoint refused for too long is put aside, and is sent again when the operator says so.
func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "replay", func(s *settings) { s.Subnets = []string{crowd} })
	var works atomic.Bool
	desk := w.receive(func(rw http.ResponseWriter, _ *http.Request) {
		if !works.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	w.configure(func(s *settings) {
		s.Endpoints = []endpoint{{"desk", desk.URL, "client.unknown", "max_age: 1s"}}
	})
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	w.run("up")
	m := stranger(via, 1, dhcptest.Giaddr(crowdRelay))
	m.dora(t)
	desk.await("client.unknown", m.mac)
	w.wait("the delivery among the dead letters", soon, func() (bool, error) {
		return contains(w.must("delivery", "list", "--state", "dead"), "desk", "client.unknown"), nil
	})
	t.Log(w.must("delivery", "list"))
	works.Store(true)
	before := desk.count()
	t.Log(w.must("delivery", "replay", "--endpoint", "desk"))
	w.wait("the delivery again", soon, func() (bool, error) { return desk.count() > before, nil })
	w.wait("no dead letters", soon, func() (bool, error) {
		return !contains(w.must("delivery", "list", "--state", "dead"), "client.unknown"), nil
	})
}

// A machine that floods is ignored, listed and lifted, by the operator or by being put on the roll.
func TestFlood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "flood", func(s *settings) { s.Subnets = []string{crowd} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	w.run("up")
	m := stranger(via, 1, dhcptest.Giaddr(crowdRelay))
	flood := func() {
		t.Helper()
		for range 30 {
			if err := via.send(dhcptest.Discover(m.mac, m.with()...)); err != nil {
				t.Fatal(err)
			}
		}
		w.wait("the machine among the suspended", soon, func() (bool, error) {
			return contains(w.must("client", "list", "--suspended"), m.mac), nil
		})
	}
	flood()
	if b, err := via.ask(dhcptest.Discover(m.mac, m.with()...), patience/2); b != nil || err != nil {
		t.Errorf("a suspended machine is answered: %d bytes, %v", len(b), err)
	}
	t.Log(w.must("client", "list"))
	t.Log(w.must("explain", "--mac", m.mac, "--giaddr", crowdRelay))
	w.must("client", "resume", m.mac)
	m.dora(t)
	flood()
	w.must("reservation", "add", "--mac", m.mac, "--subnet", "crowd", "--address", "10.40.0.77")
	if a := m.dora(t).YIAddr; a.String() != "10.40.0.77" {
		t.Errorf("the machine that was put on the roll gets %s, want 10.40.0.77", a)
	}
}
