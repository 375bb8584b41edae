//go:build netns

package conformance_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/internal/lab"
)

// world is a server's host and one that stands for all clients and relays, with two cables between them. Making one takes
// longer than a case, so worlds are used again.
type world struct {
	server, crowd *lab.Host
	http          *http.Client
	ports         map[string]*port // by the server's interface

	mu        sync.Mutex
	addresses map[netip.Addr]bool // of the server
	occupied  map[netip.Addr]occupant
	replies   map[uint32]chan *reply
	wrong     []string
}

// occupant answers ARP at an address.
type occupant struct {
	hw    net.HardwareAddr
	after time.Duration
}

var (
	worldsMu     sync.Mutex
	worlds, idle []*world // all there are, and those that no case has
)

func takeWorld() (*world, error) {
	worldsMu.Lock()
	if n := len(idle); n > 0 {
		w := idle[n-1]
		idle = idle[:n-1]
		worldsMu.Unlock()
		return w, nil
	}
	w := newWorld(fmt.Sprintf("rollcall-c%d-%d", os.Getpid(), len(worlds)+1))
	worlds = append(worlds, w)
	worldsMu.Unlock()
	return w, w.build()
}

func (w *world) giveBack() error {
	w.mu.Lock()
	wrong := w.wrong
	w.wrong, w.replies, w.occupied = nil, map[uint32]chan *reply{}, nil
	w.mu.Unlock()
	worldsMu.Lock()
	idle = append(idle, w)
	worldsMu.Unlock()
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

// closeWorlds removes all worlds, for good.
func closeWorlds() {
	worldsMu.Lock()
	for _, w := range worlds {
		_ = ip("netns", "del", w.server.Namespace) // it may never have been added
		_ = ip("netns", "del", w.crowd.Namespace)
	}
}

func ip(args ...string) error {
	if said, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, said)
	}
	return nil
}

// crowdRouter is where the server sends what is not on its links.
const crowdRouter = "192.168.50.254"

var interfaces = []string{"eth1", "eth2"}

func newWorld(prefix string) *world {
	w := &world{
		server:  &lab.Host{Name: "server", Namespace: prefix + "-s", Interface: "eth1"},
		crowd:   &lab.Host{Name: "crowd", Namespace: prefix + "-c", Interface: "eth1"},
		ports:   map[string]*port{},
		replies: map[uint32]chan *reply{},
	}
	w.http = &http.Client{Timeout: soon, Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (conn net.Conn, err error) {
			err = w.server.Do(func() error {
				conn, err = new(net.Dialer).DialContext(ctx, network, address)
				return err
			})
			return conn, err
		},
	}}
	return w
}

// build adds the namespaces and the cables between them.
func (w *world) build() error {
	s, c := w.server.Namespace, w.crowd.Namespace
	err := errors.Join(ip("netns", "add", s), ip("netns", "add", c), ip("-n", s, "link", "set", "lo", "up"))
	for i, name := range interfaces {
		if err != nil {
			return err
		}
		err = errors.Join(
			ip("-n", s, "link", "add", name, "address", fmt.Sprintf("52:54:00:00:00:%02x", i+1), "type", "veth",
				"peer", "name", name, "address", fmt.Sprintf("52:54:00:00:01:%02x", i+1), "netns", c),
			ip("-n", c, "link", "set", name, "up"), ip("-n", s, "link", "set", name, "up"))
		if err == nil {
			w.ports[name], err = w.plug(name)
		}
	}
	return err
}

// dress gives the server the addresses of a case, and the crowd its occupants.
func (w *world) dress(c *kase) error {
	var errs []error
	addresses := map[netip.Addr]bool{}
	for _, name := range interfaces {
		errs = append(errs, ip("-n", w.server.Namespace, "addr", "flush", "dev", name))
		for _, a := range c.Links[name] {
			errs = append(errs, ip("-n", w.server.Namespace, "addr", "add", a, "dev", name))
			if p, err := netip.ParsePrefix(a); err == nil {
				addresses[p.Addr()] = true
			}
		}
	}
	errs = append(errs, ip("-n", w.server.Namespace, "route", "replace", "default", "via", crowdRouter, "dev", "eth1", "onlink"))
	occupied := map[netip.Addr]occupant{}
	for address, who := range c.Occupied {
		name, late := strings.CutSuffix(who, " late")
		hw, err := net.ParseMAC(machine(name))
		a, err2 := netip.ParseAddr(address)
		errs = append(errs, err, err2)
		o := occupant{hw: hw}
		if late {
			o.after = 2 * probing
		}
		occupied[a] = o
	}
	w.mu.Lock()
	w.addresses, w.occupied = addresses, occupied
	w.mu.Unlock()
	return errors.Join(errs...)
}

// heed sorts what the server sent: a reply to who waits for it, a question by ARP to whoever has the address.
func (w *world) heed(p *port, f []byte, tags []uint16) {
	if len(f) >= 42 && binary.BigEndian.Uint16(f[12:]) == etherARP {
		w.heedARP(p, f)
		return
	}
	r, wrong := undress(f, tags)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case wrong != "":
		w.wrong = append(w.wrong, fmt.Sprintf("a frame of the server: %s: %x", wrong, f))
	case r == nil || len(r.payload) < 8:
	default:
		select {
		case w.box(binary.BigEndian.Uint32(r.payload[4:])) <- r:
		default:
			w.wrong = append(w.wrong, fmt.Sprintf("too many replies: %x", r.payload))
		}
	}
}

// heedARP answers questions of the server's kernel for any address, for the crowd is everybody; and its probes only where
// the case has put somebody.
func (w *world) heedARP(p *port, f []byte) {
	if binary.BigEndian.Uint16(f[20:]) != 1 {
		return
	}
	sender, target := netip.AddrFrom4([4]byte(f[28:])), netip.AddrFrom4([4]byte(f[38:]))
	w.mu.Lock()
	o, sits := w.occupied[target]
	own, probed := w.addresses[target], len(w.occupied) > 0
	w.mu.Unlock()
	hw := p.hw
	switch {
	case own, target == sender:
		return
	case sits:
		hw = o.hw
	case sender.IsUnspecified() || probed && target.String() != crowdRouter && !fenced(target):
		return
	}
	answer := slices.Concat(f[6:12], hw, f[12:20], []byte{0, 2}, hw, f[38:42], f[22:32])
	time.AfterFunc(o.after, func() { _ = p.write(answer) })
}

// fenced reports whether the address is one of the fence, which the crowd answers for while it is probed too.
func fenced(a netip.Addr) bool { return a.As4()[3] >= 240 }

// box is where replies to a transaction wait. The caller holds mu.
func (w *world) box(xid uint32) chan *reply {
	ch := w.replies[xid]
	if ch == nil {
		ch = make(chan *reply, 8)
		w.replies[xid] = ch
	}
	return ch
}

// await returns the next reply to a transaction, nil if none comes in time.
func (w *world) await(xid uint32, limit time.Duration) *reply {
	w.mu.Lock()
	ch := w.box(xid)
	w.mu.Unlock()
	select {
	case r := <-ch:
		return r
	default:
	}
	if limit == 0 {
		return nil
	}
	select {
	case r := <-ch:
		return r
	case <-time.After(limit):
		return nil
	}
}

// drain forgets replies to a transaction that is used again.
func (w *world) drain(xid uint32) {
	for w.await(xid, 0) != nil {
	}
}

// leftover returns replies that nobody took, but for those to fences.
func (w *world) leftover() (all []*reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for xid, ch := range maps.All(w.replies) {
		for len(ch) > 0 {
			if r := <-ch; xid>>24 != 0xfe {
				all = append(all, r)
			}
		}
	}
	return all
}

// dialFrom connects from an address of the crowd, which has it for as long.
func (w *world) dialFrom(from, to string) (conn net.Conn, err error) {
	if err := ip("-n", w.crowd.Namespace, "addr", "replace", from+"/24", "dev", "eth1"); err != nil {
		return nil, err
	}
	err = w.crowd.Do(func() error {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: soon}
		conn, err = d.Dial("tcp4", to)
		return err
	})
	return conn, err
}
