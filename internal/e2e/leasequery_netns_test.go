//go:build netns

package e2e_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

// Message types of answers to leasequeries.
const (
	leaseUnassigned = 11
	leaseUnknown    = 12
	leaseActive     = 13
	leaseQueryDone  = 15
)

// A relay of the list asks about a lease by UDP, and about all of them by TCP; one that is not on it learns nothing, either way.
func TestLeaseQuery(t *testing.T) {
	t.Parallel()
	const asker, stranger1 = "10.20.0.3", "10.20.0.4"
	w := newWorld(t, "leasequery", func(s *settings) { s.Leased = []string{"leasequery: {allow: [" + asker + "]}"} })
	w.run("up")
	m := stranger(w.onLink(w.client("client", "52:54:00:00:07:01")), 1)
	a := m.dora(t).YIAddr.String()

	relay := w.attach(w.floor, "relay", "eth0", "52:54:00:00:00:03", asker+"/22")
	via := w.throughRelay(relay, asker)
	ask := func(mac string, mods ...dhcptest.Modifier) dhcptest.Reply {
		t.Helper()
		mods = append([]dhcptest.Modifier{dhcptest.XID(lastXID.Add(1)), dhcptest.PRL(51, 61, 82, 91)}, mods...)
		b, err := via.ask(dhcptest.LeaseQuery(mac, asker, mods...), soon)
		if err != nil || b == nil {
			t.Fatalf("no answer to a leasequery: %v", err)
		}
		return dhcptest.Parse(t, b)
	}
	for name, r := range map[string]dhcptest.Reply{"address": ask("", dhcptest.Ciaddr(a)), "hardware address": ask(m.mac)} {
		if r.Options[53][0] != leaseActive || r.CIAddr.String() != a || r.CHAddr != m.mac || r.Duration(51) <= 0 || len(r.Options[91]) != 4 ||
			r.ServerID() != netip.MustParseAddr("10.20.0.1") {
			t.Errorf("by %s: %+v; want an active lease of %s for %s", name, r, a, m.mac)
		}
	}
	if r := ask("", dhcptest.Ciaddr("10.99.0.250")); r.Options[53][0] != leaseUnassigned {
		t.Errorf("an address that nobody has: message type %d", r.Options[53][0])
	}
	if r := ask("", dhcptest.Ciaddr("192.0.2.1")); r.Options[53][0] != leaseUnknown || len(r.Options) != 1 {
		t.Errorf("an address of another network: %v; want the message type alone", r.Options)
	}
	for i := range 10 { // with growing lists, up to all there is
		var all []byte
		for code := 1; code < 1+i*254/9; code++ {
			all = append(all, byte(code))
		}
		if r := ask(m.mac, dhcptest.PRL(all...)); r.Options[53][0] != leaseActive {
			t.Errorf("a list of %d options: message type %d", len(all), r.Options[53][0])
		}
	}

	other := w.attach(w.floor, "other", "eth0", "52:54:00:00:00:04", stranger1+"/22")
	if b, err := w.throughRelay(other, stranger1).ask(dhcptest.LeaseQuery(m.mac, stranger1), 500*time.Millisecond); b != nil || err != nil {
		t.Errorf("another relay: reply of %d bytes, %v; want none", len(b), err)
	}
	if n := w.metric("up", "rollcall_leased_refusals_total", `reason="leasequery-refused"`); n != 1 {
		t.Errorf("%v queries refused, want 1", n)
	}

	bindings, end := w.bulkLeaseQuery(relay)
	if len(bindings) < 2 || end.Options[151] != nil {
		t.Errorf("%d bindings, status %v; want those of all addresses", len(bindings), end.Options[151])
	}
	found := 0
	for _, b := range bindings {
		active := b.Options[53][0] == leaseActive
		if b.CIAddr.String() != a && !active {
			continue
		}
		found++
		if !active || b.CHAddr != m.mac || b.Options[156][0] != 2 || b.Duration(51) <= 0 {
			t.Errorf("binding of %s: %+v", b.CIAddr, b)
		}
	}
	if found != 1 {
		t.Errorf("%d active leases, want that of %s alone", found, a)
	}
	const notAllowed = 4
	if bindings, end := w.bulkLeaseQuery(other); len(bindings) != 0 || end.Options[151][0] != notAllowed {
		t.Errorf("another requestor: %d bindings, status %v; want none, and that it may not ask", len(bindings), end.Options[151])
	}

	// Without the list, the port is closed at the next reload.
	w.configure(func(s *settings) { s.Leased = nil })
	w.must("reload")
	w.wait("the port is closed", soon, func() (bool, error) {
		c, err := w.dial(relay)
		if err == nil {
			c.Close()
		}
		return err != nil, nil
	})
	w.dissect()
}

func (w *world) dial(h *lab.Host) (c *net.TCPConn, err error) {
	doErr := h.Do(func() error {
		c, err = net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(netip.MustParseAddrPort("10.20.0.1:67")))
		return nil
	})
	if doErr != nil {
		return nil, doErr
	}
	return c, err
}

// bulkLeaseQuery asks for all addresses.
func (w *world) bulkLeaseQuery(h *lab.Host) (bindings []dhcptest.Reply, end dhcptest.Reply) {
	w.Helper()
	c, err := w.dial(h)
	if err != nil {
		w.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(soon)); err != nil {
		w.Fatal(err)
	}
	if _, err := c.Write(dhcptest.Framed(dhcptest.BulkLeaseQuery(""))); err != nil {
		w.Fatal(err)
	}
	for {
		var head [2]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			w.Fatalf("after %d messages: %v", len(bindings), err)
		}
		b := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(c, b); err != nil {
			w.Fatal(err)
		}
		m := dhcptest.Parse(w, b)
		if m.Options[53][0] == leaseQueryDone {
			return bindings, m
		}
		bindings = append(bindings, m)
	}
}
