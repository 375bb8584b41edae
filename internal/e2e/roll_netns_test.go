//go:build netns

package e2e_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

// A machine renews every second while it is registered, changed, moved, deleted and registered again. Each change is in force with
// its very next message, and its own log has nothing else.
func TestRoll(t *testing.T) {
	t.Parallel()
	const mac = "52:54:00:12:34:57"
	w := newWorld(t, "roll", func(s *settings) { s.Leased = []string{"limits: {actions: 0}"} })
	server := w.run("up")[0]
	r := w.renewer(mac)
	r.seconds(2)
	first := r.address.String()
	r.said("stranger", guestACK)

	steps := []struct {
		what   string
		change func()
		want   []string
	}{
		{
			"registered",
			func() {
				w.must("reservation", "add", "--from-lease", first, "--subnet", "hall", "--address", "10.20.0.201", "--hostname", "one")
			},
			[]string{"NAK", "ACK 10.20.0.201 one, router 10.20.0.1"},
		},
		{
			"changed",
			func() {
				w.must("reservation", "set", mac, "--hostname", "two", "--option", "routers=10.20.0.9", "--boot-file", "new.efi")
			},
			[]string{"ACK 10.20.0.201 two, router 10.20.0.9, file new.efi"},
		},
		{
			"given another address",
			func() { w.must("reservation", "set", mac, "--address", "10.20.0.202", "--no-boot", "file") },
			[]string{"NAK", "ACK 10.20.0.202 two, router 10.20.0.9"},
		},
		{
			"moved to another subnet",
			func() {
				w.must("reservation", "set", mac, "--subnet", "lobby", "--address", "10.99.0.7", "--no-option", "routers")
			},
			[]string{"NAK", "ACK 10.99.0.7 two, router 10.99.0.1"},
		},
		{
			"moved back",
			func() { w.must("reservation", "set", mac, "--subnet", "hall", "--address", "10.20.0.203") },
			[]string{"NAK", "ACK 10.20.0.203 two, router 10.20.0.1"},
		},
		{
			"kept over a crash",
			func() {
				server.Kill()
				w.run("up")
			},
			[]string{"ACK 10.20.0.203 two, router 10.20.0.1"},
		},
		{
			"deleted",
			func() { w.must("reservation", "delete", mac) },
			[]string{"NAK", guestACK},
		},
		{
			"registered again",
			func() {
				w.must("reservation", "add", "--mac", mac, "--subnet", "hall", "--address", "10.20.0.203", "--hostname", "three")
			},
			[]string{"NAK", "ACK 10.20.0.203 three, router 10.20.0.1"},
		},
		{
			"declared in the configuration instead",
			func() {
				w.must("reservation", "delete", mac)
				w.configure(func(s *settings) {
					s.Reservations = []string{`{mac: "` + mac + `", subnet: hall, address: 10.20.0.203, hostname: four}`}
				})
				w.must("reload")
			},
			[]string{"ACK 10.20.0.203 four, router 10.20.0.1"},
		},
		{
			"taken out of the configuration",
			func() {
				w.configure(func(s *settings) { s.Reservations = nil })
				w.must("reload")
			},
			[]string{"NAK", guestACK},
		},
	}
	for _, step := range steps {
		step.change()
		r.seconds(2)
		r.said(step.what, step.want...)
	}
	for _, a := range []string{"10.20.0.201", "10.20.0.202", "10.99.0.7"} {
		if l, err := w.lease(a); err != nil || l.State != "released" {
			t.Errorf("the lease of %s is %s (%v), want it released: the machine has moved on", a, l.State, err)
		}
	}
}

// guestACK is what the log has for an address of the lobby's pool, whichever it is, and the host name that goes with it.
const guestACK = "ACK guest, router 10.99.0.1"

// renewer is a synthetic client with an address on its interface, which it renews by unicast (RFC 2131 §4.4.5) and gives up when it
// is refused.
type renewer struct {
	machine
	*world
	host    *lab.Host
	address netip.Addr
	unicast func(payload []byte) error // from that address
	log     []string                   // since it was last looked at
}

// renewer starts a client, which has no address yet.
func (w *world) renewer(mac string) *renewer {
	w.Helper()
	h := w.client("renewer", mac)
	return &renewer{machine: machine{w.onLink(h), mac, nil}, world: w, host: h}
}

// seconds lets it renew once a second, so many times.
func (r *renewer) seconds(n int) {
	r.Helper()
	for range n {
		next := time.Now().Add(time.Second)
		r.turn()
		time.Sleep(time.Until(next))
	}
}

// turn is one message of the client and what follows from it.
func (r *renewer) turn() {
	r.Helper()
	if !r.address.IsValid() {
		r.take(r.dora(r))
		return
	}
	renew := dhcptest.Renew(r.mac, r.address.String(), r.with(dhcptest.PRL(1, 3, 12))...)
	broadcast := r.via.send
	r.via.send = r.unicast
	b, err := r.via.ask(renew, soon)
	r.via.send = broadcast
	if err != nil || b == nil {
		r.Fatalf("renewal of %v by unicast: no answer (%v)", r.address, err)
	}
	reply := dhcptest.Parse(r, b)
	if reply.Type == "ACK" {
		r.take(reply)
		return
	}
	r.log = append(r.log, reply.Type)
	r.address = netip.Addr{}
	r.ip(r.host.Namespace, "addr", "flush", "dev", r.host.Interface)
	r.take(r.dora(r))
}

// take puts an acknowledged address on the interface.
func (r *renewer) take(reply dhcptest.Reply) {
	r.Helper()
	if reply.YIAddr != r.address {
		r.address = reply.YIAddr
		r.ip(r.host.Namespace, "addr", "add", r.address.String()+"/16", "dev", r.host.Interface)
		r.unicast = r.unicasts(r.host, nil, r.address)
	}
	line := fmt.Sprintf("%s %v %s", reply.Type, r.address, reply.Options[12])
	if guest(r.address) && string(reply.Options[12]) == "guest-"+strings.ReplaceAll(r.address.String(), ".", "-") {
		line = reply.Type + " guest"
	}
	for _, a := range reply.Addrs(3) {
		line += ", router " + a.String()
	}
	if reply.File != "" {
		line += ", file " + reply.File
	}
	r.log = append(r.log, line)
}

// said compares its log, in which what is repeated stands once, and begins a new one.
func (r *renewer) said(when string, want ...string) {
	r.Helper()
	if diff := cmp.Diff(want, slices.Compact(r.log)); diff != "" {
		r.Errorf("%s (-want +got):\n%s", when, diff)
	}
	r.log = nil
}
