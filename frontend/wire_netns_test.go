//go:build netns

package frontend_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"rollcall/frontend"
	"rollcall/frontend/link"
	"rollcall/internal/config"
	"rollcall/internal/dhcptest"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
)

const inNamespace = "ROLLCALL_TEST_NETNS"

// TestMain runs everything in a network namespace that ends with the process.
func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) != "" {
		if err := loopbackUp(); err != nil {
			fmt.Fprintln(os.Stderr, "loopback:", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // Pdeathsig follows the thread
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			fmt.Fprintln(os.Stderr, "these tests need root:", err)
		}
		os.Exit(1)
	}
}

// loopbackUp gives the namespace what every host has.
func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// wire is a frontend and a client on the two ends of a veth, with everything
// real but the decisions.
type wire struct {
	client link.Conn
	hw     [6]byte // the client's
	sends  []link.Send
	in     []link.Received
}

func newWire(tb testing.TB) *wire {
	tb.Helper()
	check := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "b-near"
	check(netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "b-far"}))
	near, err := netlink.LinkByName("b-near")
	check(err)
	tb.Cleanup(func() { _ = netlink.LinkDel(near) })
	addr, err := netlink.ParseAddr("10.20.0.1/22")
	check(err)
	check(netlink.AddrAdd(near, addr))
	far, err := netlink.LinkByName("b-far")
	check(err)
	offered, err := netlink.ParseAddr("10.20.0.77/32") // else the client's link refuses what is for it
	check(err)
	check(netlink.AddrAdd(far, offered))
	check(netlink.LinkSetUp(near))
	check(netlink.LinkSetUp(far))
	// The kernel drops what is sent before it has noticed the other end.
	for near.Attrs().OperState != netlink.OperUp || far.Attrs().OperState != netlink.OperUp {
		time.Sleep(5 * time.Millisecond)
		near, err = netlink.LinkByName("b-near")
		check(err)
		far, err = netlink.LinkByName("b-far")
		check(err)
	}

	k := link.NewKernel(nil)
	infos, err := k.Interfaces()
	check(err)
	info := infos[slices.IndexFunc(infos, func(i link.Info) bool { return i.Name == "b-far" })]
	client, err := k.Open(link.Config{Interface: "b-far", Ports: []uint16{68}}, info)
	check(err)
	tb.Cleanup(func() { _ = client.Close() })

	dir := tb.TempDir()
	socket := filepath.Join(dir, "leased.sock")
	tb.Cleanup(runLeased(tb, socket))
	ready := &obs.Ready{}
	s, err := frontend.New(frontend.Config{Ready: ready, Frontend: config.Frontend{Name: "fe1",
		Local:  config.Local{Accept: true},
		Links:  []config.Link{{Interface: "b-near"}},
		Leased: config.Endpoint{Network: rpc.NetworkUnix, Address: socket},
		Listen: []config.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "frontend.sock")}},
	}})
	check(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	for slices.ContainsFunc(ready.Check(), func(r obs.Result) bool { return r.Err != nil }) {
		time.Sleep(time.Millisecond)
	}

	w := &wire{client: client, hw: info.HW, in: make([]link.Received, 64)}
	for range 64 {
		payload := dhcptest.Discover("02:00:00:00:00:09", dhcptest.HostName("box"), dhcptest.PRL(1, 3, 6, 15, 51, 54))
		copy(payload[28:], info.HW[:]) // so that the kernel takes the answers for ours
		w.sends = append(w.sends, link.Send{
			Payload: payload, L2: true, HW: [6]byte{255, 255, 255, 255, 255, 255},
			Src: netip.MustParseAddrPort("0.0.0.0:68"), Dst: netip.MustParseAddrPort("255.255.255.255:67"),
		})
	}
	return w
}

// exchange makes n exchanges, some at a time, and hands every answer to each.
func (w *wire) exchange(tb testing.TB, n int, each func(link.Received)) {
	const window = 256
	for sent, got := 0, 0; got < n; {
		for sent < n && sent-got < window {
			batch := w.sends[:min(len(w.sends), n-sent, window-(sent-got))]
			for i := range batch {
				binary.BigEndian.PutUint32(batch[i].Payload[4:], uint32(sent+i))
			}
			m, err := w.client.WriteBatch(batch)
			if err != nil {
				tb.Fatal(err)
			}
			sent += m
		}
		m, err := w.client.ReadBatch(w.in)
		if err != nil {
			tb.Fatal(err)
		}
		for _, r := range w.in[:m] {
			each(r)
		}
		got += m
	}
}

// Every DISCOVER on the wire gets its own OFFER on the wire.
func TestOnRealSockets(t *testing.T) {
	const n = 2000
	w := newWire(t)
	seen := make(map[uint32]bool)
	w.exchange(t, n, func(r link.Received) {
		reply := dhcptest.Parse(t, r.Payload)
		if r.Src != netip.MustParseAddrPort("10.20.0.1:67") || r.Dst != netip.MustParseAddrPort("10.20.0.77:68") || seen[reply.XID] {
			t.Errorf("reply from %v to %v, xid %d", r.Src, r.Dst, reply.XID)
		}
		seen[reply.XID] = true
	})
	if len(seen) != n {
		t.Errorf("%d of %d were answered", len(seen), n)
	}
}

// BenchmarkExchange is one DISCOVER and its OFFER through everything but the
// decision. The client and leased share the processors with the frontend.
func BenchmarkExchange(b *testing.B) {
	w := newWire(b)
	b.ReportAllocs()
	b.ResetTimer()
	w.exchange(b, b.N, func(link.Received) {})
}
