//go:build netns

package e2e_test

import (
	"net/netip"
	"testing"
)

// An interface may be missing at start, appear, vanish and come back: readiness names it, and it is served when it is there.
func TestInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "interface")
	plug := func() {
		t.Helper()
		err := w.floor.Plug(t.Context(), w.server, "eth1", w.server.HW, netip.MustParsePrefix("10.20.0.1/22"), netip.MustParsePrefix("10.99.0.1/24"))
		if err != nil {
			t.Fatal(err)
		}
	}
	unplug := func() { t.Helper(); w.ip(w.server.Namespace, "link", "del", "eth1") }

	unplug()
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	p := w.launch("up")
	w.awaitNotReady("up", "eth1")
	for i := range 3 {
		plug()
		w.awaitReady("up")
		if a := stranger(via, i).dora(t).YIAddr; !guest(a) {
			t.Errorf("the interface came, and a stranger got %s; want a guest address", a)
		}
		unplug()
		w.awaitNotReady("up", "eth1")
	}
	plug()
	w.awaitReady("up")

	// Down and without its addresses is no better than away.
	w.ip(w.server.Namespace, "link", "set", "eth1", "down")
	w.awaitNotReady("up", "eth1")
	w.ip(w.server.Namespace, "link", "set", "eth1", "up")
	w.awaitReady("up")
	stranger(via, 10).dora(t)
	w.stop(p)
}
