//go:build netns

package e2e_test

import (
	"strings"
	"testing"
	"time"

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

// Where no scan has looked, a host that sits on an address is found by the probe before the address is offered, or when the operator
// has the pool scanned.
func TestUnscannedSquatter(t *testing.T) {
	t.Parallel()
	const first, second = "10.99.0.50", "10.99.0.61"
	w := newWorld(t, "unscanned", func(s *settings) { s.GuestTime = 5 * time.Second })
	w.write(w.config(), strings.ReplaceAll(w.text(w.config()), "scan: true", "scan: false"))
	w.attach(w.floor, "first", "eth0", "52:54:00:aa:00:01", first+"/24")
	w.attach(w.floor, "second", "eth0", "52:54:00:aa:00:02", second+"/24")
	w.run("up")
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	if a := stranger(via, 1).dora(t).YIAddr; a.String() == first || !guest(a) {
		t.Errorf("a stranger gets %s while a host sits on %s", a, first)
	}
	if out := w.must("quarantine", "list"); !contains(out, first, "52:54:00:aa:00:01") {
		t.Errorf("%s is not in quarantine for who answered the probe:\n%s", first, out)
	}
	if out := w.must("event", "list", "--kind", "address.conflict"); !contains(out, first) {
		t.Errorf("no event tells of the conflict over %s:\n%s", first, out)
	}
	t.Log(w.must("pool", "scan"))
	l := w.awaitLease("lease of a host found by the scan", second, soon, func(l lease) bool { return l.FoundByARP })
	if l.Hardware != "52:54:00:aa:00:02" {
		t.Errorf("lease of %s: %+v", second, l)
	}
	t.Log(w.must("pool", "list"), w.must("lease", "list"))

	// The host never renews what it never asked for; its address is not given away for that.
	w.awaitLease("end of the lease of a host that does not renew", second, soon, func(l lease) bool { return l.State == "expired" })
	for i := range 3 {
		if a := stranger(via, 2+i).discover(t, dhcptest.Requested(second)).YIAddr; a.String() == second {
			t.Errorf("after its lease by ARP ended, %s is offered while the host still sits there", second)
		}
	}
}
