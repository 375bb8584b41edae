//go:build netns

package e2e_test

import (
	"strings"
	"testing"

	"rollcall/internal/dhcptest"
)

// Broken messages are dropped and counted under their reasons, and leave nothing behind: the next exchange is as any other.
func TestHostile(t *testing.T) {
	t.Parallel()
	const mac = "52:54:00:66:00:01"
	w := newWorld(t, "hostile")
	w.run("up")
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	normal := dhcptest.Discover(mac)
	with := func(at int, b ...byte) []byte {
		p := append([]byte(nil), normal...)
		copy(p[at:], b)
		return p
	}
	dropped, refused := "rollcall_frontend_dropped_total", "rollcall_leased_refusals_total"
	for _, c := range []struct {
		name    string
		payload []byte
		metric  string
		reason  string
	}{
		{"nothing at all", nil, dropped, "short"},
		{"a short message", normal[:200], dropped, "short"},
		{"no cookie", with(236, 0, 0, 0, 0), dropped, "no-cookie"},
		{"an option that runs over the end", append(normal[:240:240], 53, 1, 1, 12, 200, 'x'), dropped, "option-overrun"},
		{"hlen 17", with(2, 17), dropped, "hlen"},
		{"hlen 255", with(2, 255), dropped, "hlen"},
		{"op 2", with(0, 2), dropped, "op"},
		{"no message type", dhcptest.Discover(mac, dhcptest.Without(53)), refused, "bootp-off"},
		{"a message of a server", dhcptest.Discover(mac, dhcptest.Option(53, []byte{2})), dropped, "server-message"},
		{"a foreign server", dhcptest.Request(mac, "10.99.0.50", "10.99.0.2"), refused, "other-server"},
		{"a release of what it has not", dhcptest.Release(mac, "10.99.0.50", "10.99.0.1"), refused, "not-holder"},
	} {
		label := `reason="` + c.reason + `"`
		before := w.metric("up", c.metric, label)
		if err := via.send(c.payload); err != nil {
			t.Fatal(err)
		}
		w.wait(c.name+" counted as "+c.reason, soon, func() (bool, error) { return w.metric("up", c.metric, label) == before+1, nil })
	}
	for i := range 256 { // every cut of a message
		if err := via.send(normal[:min(i, len(normal))]); err != nil {
			t.Fatal(err)
		}
	}
	// Another machine than the one that has just been suspended for its flood.
	if a := stranger(via, 1).dora(t).YIAddr; !guest(a) {
		t.Errorf("after broken messages a stranger gets %s, want a guest address", a)
	}
}

// An address that a client declines, and that somebody else turns out to use, is set aside until the operator clears it.
func TestDecline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "decline")
	w.run("up")
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	m := stranger(via, 1)
	a := m.dora(t)
	addr := a.YIAddr.String()
	w.attach(w.floor, "squatter", "eth0", "52:54:00:aa:00:01", addr+"/24")
	if err := via.send(dhcptest.Decline(m.mac, addr, a.ServerID().String(), m.with()...)); err != nil {
		t.Fatal(err)
	}
	w.wait(addr+" in quarantine", soon, func() (bool, error) {
		return contains(w.must("quarantine", "list"), addr), nil
	})
	t.Log(w.must("quarantine", "list"))
	if l, err := w.lease(addr); err != nil || l.State != "declined" {
		t.Errorf("lease of the declined address: %+v, %v", l, err)
	}
	if b := m.dora(t).YIAddr; b == a.YIAddr {
		t.Errorf("the client is given %s again, which it declined", b)
	}
	w.must("quarantine", "clear", addr)
	if out := w.must("quarantine", "list"); contains(out, addr) {
		t.Errorf("%s is in quarantine after it was cleared:\n%s", addr, out)
	}
	if !contains(w.must("event", "list", "--kind", "address.*"), addr) {
		t.Errorf("no event tells of %s", addr)
	}
}

// A client that looks for itself before it uses an address declines one that somebody sits on, and gets another.
func TestDeclineOfClient(t *testing.T) {
	t.Parallel()
	const squat = "10.99.0.50"
	w := newWorld(t, "declined", func(s *settings) { s.Leased = []string{"probe: {enabled: false}"} })
	w.write(w.config(), strings.ReplaceAll(w.text(w.config()), "scan: true", "scan: false"))
	w.attach(w.floor, "squatter", "eth0", "52:54:00:aa:00:01", squat+"/24")
	w.run("up")
	c := w.udhcpc(w.client("udhcpc", "52:54:00:12:34:56"), "-a")
	if a := c.address("10.99.0.0/24", soon); a.String() == squat || !guest(a) {
		t.Errorf("the client has %s, want a guest address that is free", a)
	}
	if out := w.must("quarantine", "list"); !contains(out, squat) {
		t.Errorf("%s is not in quarantine:\n%s", squat, out)
	}
}
