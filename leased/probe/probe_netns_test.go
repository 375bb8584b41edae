//go:build netns

package probe_test

import (
	"context"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"rollcall/leased/probe"
)

// space is an unnamed network namespace; it is gone when the test is over.
type space struct {
	handle netns.NsHandle
	*netlink.Handle
}

func newSpace(t *testing.T) *space {
	t.Helper()
	s := new(space)
	inThread(func() {
		var err error
		if s.handle, err = netns.New(); err != nil {
			t.Errorf("create a network namespace (root is needed): %v", err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	var err error
	if s.Handle, err = netlink.NewHandleAt(s.handle); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Handle.Close()
		s.handle.Close()
	})
	return s
}

// inThread runs f in a thread of its own, which ends with it: a thread whose
// namespace was changed is of no use to others.
func inThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		f()
	}()
	<-done
}

// in runs f in the namespace.
func (s *space) in(f func() error) (err error) {
	inThread(func() {
		if err = netns.Set(s.handle); err == nil {
			err = f()
		}
	})
	return err
}

// segment is a bridge with hosts on it.
type segment struct {
	t      *testing.T
	hub    *space
	bridge netlink.Link
	ports  int
}

func newSegment(t *testing.T) *segment {
	t.Helper()
	s := &segment{t: t, hub: newSpace(t)}
	s.must(s.hub.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br0"}}))
	s.bridge = s.link(s.hub, "br0")
	return s
}

func (s *segment) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *segment) link(in *space, name string) netlink.Link {
	s.t.Helper()
	l, err := in.LinkByName(name)
	s.must(err)
	s.must(in.LinkSetUp(l))
	return l
}

// host adds a namespace whose eth0 has the addresses, and returns its hardware
// address too.
func (s *segment) host(addrs ...string) (*space, net.HardwareAddr) {
	s.t.Helper()
	h := newSpace(s.t)
	s.ports++
	port := "port" + string(rune('a'+s.ports))
	s.must(s.hub.LinkAdd(&netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: port},
		PeerName:      "eth0",
		PeerNamespace: netlink.NsFd(h.handle),
	}))
	s.must(s.hub.LinkSetMaster(s.link(s.hub, port), s.bridge))
	eth := s.link(h, "eth0")
	for _, a := range addrs {
		parsed, err := netlink.ParseAddr(a)
		s.must(err)
		s.must(h.AddrAdd(eth, parsed))
	}
	s.carries(s.hub, port)
	s.carries(h, "eth0")
	return h, eth.Attrs().HardwareAddr
}

// carries waits until the kernel has seen the carrier of an interface, which is up
// already: until then it loses what is sent.
func (s *segment) carries(in *space, name string) {
	s.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		l, err := in.LinkByName(name)
		s.must(err)
		if l.Attrs().OperState == netlink.OperUp {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s has no carrier", name)
		}
	}
}

// run starts a Prober that lives in the namespace.
func run(t *testing.T, s *space) *probe.Prober {
	t.Helper()
	p := probe.New(probe.Config{
		Interfaces: func() (ifaces []probe.Interface, err error) {
			err = s.in(func() error { ifaces, err = probe.HostInterfaces(); return err })
			return ifaces, err
		},
		Listen: func(ifi probe.Interface) (conn net.PacketConn, err error) {
			err = s.in(func() error { conn, err = probe.Listen(ifi); return err })
			return conn, err
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return p
}

func TestScanHosts(t *testing.T) {
	seg := newSegment(t)
	server, serverHW := seg.host("10.20.0.1/22", "10.99.0.1/24")
	_, one := seg.host("10.99.0.60/24")
	_, two := seg.host("10.99.0.2/24", "10.99.0.3/24", "10.20.0.9/22")
	// A host that was left with a mask of another network still has its address.
	_, three := seg.host("10.99.0.254/32")
	p := run(t, server)

	begin := time.Now()
	got, err := p.Scan(t.Context(), addr("10.99.0.1"), addr("10.99.0.254"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("a /24 took %v, want 3s at most", took)
	}
	want := []probe.Host{
		{Addr: addr("10.99.0.1"), HW: serverHW},
		{Addr: addr("10.99.0.2"), HW: two},
		{Addr: addr("10.99.0.3"), HW: two},
		{Addr: addr("10.99.0.60"), HW: one},
		{Addr: addr("10.99.0.254"), HW: three},
	}
	if diff := cmp.Diff(want, got, byAddr); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}

func TestProbeHosts(t *testing.T) {
	seg := newSegment(t)
	server, serverHW := seg.host("10.99.0.1/24")
	_, hw := seg.host("10.99.0.60/24")
	p := run(t, server)
	tests := []struct {
		name string
		ask  string
		want answer
	}{
		{"taken", "10.99.0.60", answer{Host: probe.Host{Addr: addr("10.99.0.60"), HW: hw}, Answered: true}},
		{"free", "10.99.0.61", answer{Host: probe.Host{Addr: addr("10.99.0.61")}}},
		{"ours", "10.99.0.1", answer{Host: probe.Host{Addr: addr("10.99.0.1"), HW: serverHW}, Answered: true}},
		{"behind a router", "10.98.0.1", answer{Host: probe.Host{Addr: addr("10.98.0.1")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := make(chan answer, 1)
			p.Probe(addr(tt.ask), time.Second, func(h probe.Host, ok bool) { got <- answer{Host: h, Answered: ok} })
			if diff := cmp.Diff(tt.want, <-got, byAddr); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// An interface may go down and come up, or get its address late.
func TestInterfaceFlaps(t *testing.T) {
	seg := newSegment(t)
	server, _ := seg.host()
	seg.host("10.99.0.60/24")
	p := run(t, server)
	taken := addr("10.99.0.60")
	if p.Attached(taken) {
		t.Error("attached before there is an address")
	}
	eth := seg.link(server, "eth0")
	until := func(want bool) {
		t.Helper()
		deadline := time.Now().Add(10 * time.Second)
		for {
			got := make(chan bool, 1)
			p.Probe(taken, 200*time.Millisecond, func(_ probe.Host, ok bool) { got <- ok })
			if <-got == want && p.Attached(taken) == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("answered is never %v", want)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	a, err := netlink.ParseAddr("10.99.0.1/24")
	seg.must(err)
	seg.must(server.AddrAdd(eth, a))
	until(true)
	seg.must(server.LinkSetDown(eth))
	until(false)
	seg.must(server.LinkSetUp(eth))
	until(true)
}
