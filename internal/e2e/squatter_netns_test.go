//go:build netns

package e2e_test

import (
	"testing"

	"rollcall/internal/dhcptest"
)

// A host that sits on an address of the pool is found at start and listed, and nobody is ever offered its address.
func TestSquatter(t *testing.T) {
	t.Parallel()
	const squat, mac = "10.99.0.60", "52:54:00:aa:00:01"
	w := newWorld(t, "squatter")
	w.attach(w.floor, "squatter", "eth0", mac, squat+"/24")
	w.run("up")
	l := w.awaitLease("lease of the squatter", squat, soon, func(l lease) bool { return l.FoundByARP })
	if l.Hardware != mac || l.State != "active" {
		t.Errorf("lease of the squatter: %+v, want active of %s", l, mac)
	}
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	const strangers = 200
	offered := make(map[string]string)
	for i := range strangers {
		m := stranger(via, i)
		a := m.discover(t, dhcptest.Requested(squat)).YIAddr.String()
		if a == squat {
			t.Fatalf("%s is offered %s, where a host sits", m.mac, squat)
		}
		if other, ok := offered[a]; ok {
			t.Fatalf("%s is offered %s, which %s is offered too", m.mac, a, other)
		}
		offered[a] = m.mac
	}
	// The pool has 201 addresses, so all of the others are offered now.
	m := stranger(via, strangers)
	if b, err := via.ask(dhcptest.Discover(m.mac, m.with(dhcptest.Requested(squat))...), patience); b != nil || err != nil {
		t.Errorf("an offer from a pool without a free address: %x, %v", b, err)
	}
	if n := w.metric("up", "rollcall_leased_refusals_total", `reason="pool-exhausted"`); n == 0 {
		t.Error("no refusal is counted as pool-exhausted")
	}
}
