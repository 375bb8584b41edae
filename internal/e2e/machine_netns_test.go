//go:build netns

package e2e_test

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
)

const (
	// patience is how long a synthetic client waits for a reply before it asks again, and tries how often it does.
	patience = time.Second
	tries    = 20
)

var lastXID atomic.Uint32

// machine is a synthetic client.
type machine struct {
	via  *transport
	mac  string
	mods []dhcptest.Modifier // of every message, such as the relay it comes through
}

// stranger is the i-th machine that nobody knows.
func stranger(via *transport, i int, mods ...dhcptest.Modifier) machine {
	return machine{via, fmt.Sprintf("52:54:01:%02x:%02x:%02x", byte(i>>16), byte(i>>8), byte(i)), mods}
}

// with returns the modifiers of a message of the machine, with a new transaction id.
func (m machine) with(mods ...dhcptest.Modifier) []dhcptest.Modifier {
	all := append([]dhcptest.Modifier{dhcptest.XID(lastXID.Add(1))}, m.mods...)
	return append(all, mods...)
}

// ask sends a message until it is answered.
func (m machine) ask(payload []byte) ([]byte, error) {
	for range tries {
		if b, err := m.via.ask(payload, patience); b != nil || err != nil {
			return b, err
		}
	}
	return nil, fmt.Errorf("%s: no reply in %v", m.mac, tries*patience)
}

// discover returns the offer that the machine gets.
func (m machine) discover(t testing.TB, mods ...dhcptest.Modifier) dhcptest.Reply {
	t.Helper()
	b, err := m.ask(dhcptest.Discover(m.mac, m.with(mods...)...))
	if err != nil {
		t.Fatal(err)
	}
	r := dhcptest.Parse(t, b)
	if r.Type != "OFFER" {
		t.Fatalf("%s: DISCOVER is answered by %s", m.mac, r.Type)
	}
	return r
}

// dora takes what it is offered and returns the acknowledgement.
func (m machine) dora(t testing.TB) dhcptest.Reply {
	t.Helper()
	offer := m.discover(t)
	b, err := m.ask(dhcptest.Request(m.mac, offer.YIAddr.String(), offer.ServerID().String(), m.with()...))
	if err != nil {
		t.Fatal(err)
	}
	r := dhcptest.Parse(t, b)
	if r.Type != "ACK" {
		t.Fatalf("%s: REQUEST for %s is answered by %s", m.mac, offer.YIAddr, r.Type)
	}
	return r
}

// lease is dora for goroutines other than the test's: it returns the address acknowledged, or none when stop is closed first. It
// begins anew when it is refused.
func (m machine) lease(stop <-chan struct{}) (netip.Addr, error) {
	for {
		kind, offered, server, err := m.insist(stop, dhcptest.Discover(m.mac, m.with()...))
		if err != nil || kind == 0 {
			return netip.Addr{}, err
		}
		kind, acked, _, err := m.insist(stop, dhcptest.Request(m.mac, offered.String(), server.String(), m.with()...))
		if err != nil || kind == 0 {
			return netip.Addr{}, err
		}
		if kind == ack {
			return acked, nil
		}
	}
}

// insist sends a message until it is answered, and returns the essence of the answer. Its kind is 0 when stop is closed first.
func (m machine) insist(stop <-chan struct{}, payload []byte) (kind byte, yiaddr, server netip.Addr, err error) {
	for {
		select {
		case <-stop:
			return 0, yiaddr, server, nil
		default:
		}
		b, err := m.via.ask(payload, patience/2)
		if b != nil || err != nil {
			kind, yiaddr, server = essence(b)
			return kind, yiaddr, server, err
		}
	}
}

const ack = 5 // DHCPACK, of option 53

// essence is what a client needs of a reply: its type, yiaddr and the server identifier.
func essence(b []byte) (kind byte, yiaddr, server netip.Addr) {
	if len(b) < 240 {
		return 0, yiaddr, server
	}
	yiaddr = netip.AddrFrom4([4]byte(b[16:20]))
	for o := b[240:]; len(o) > 2 && int(o[1])+2 <= len(o); {
		switch {
		case o[0] == 0:
			o = o[1:]
			continue
		case o[0] == 53:
			kind = o[2]
		case o[0] == 54 && o[1] == 4:
			server = netip.AddrFrom4([4]byte(o[2:6]))
		}
		o = o[2+int(o[1]):]
	}
	return kind, yiaddr, server
}

// discoverThrough is a DISCOVER that a relay passed on.
func discoverThrough(mac, giaddr string) []byte {
	return dhcptest.Discover(mac, dhcptest.XID(lastXID.Add(1)), dhcptest.Giaddr(giaddr))
}
