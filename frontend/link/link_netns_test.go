//go:build netns

package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mdlayher/packet"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"rollcall/frontend/link"
)

const patience = 5 * time.Second

// open opens a link on a real interface.
func open(t *testing.T, cfg link.Config) (link.Conn, link.Info) {
	t.Helper()
	k := link.NewKernel(nil)
	info := find(t, k, cfg.Interface)
	conn, err := k.Open(cfg, info)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn, info
}

func find(t *testing.T, k *link.Kernel, name string) link.Info {
	t.Helper()
	infos, err := k.Interfaces()
	must(t, err)
	i := slices.IndexFunc(infos, func(i link.Info) bool { return i.Name == name })
	if i < 0 {
		t.Fatalf("no interface %s", name)
	}
	return infos[i]
}

// reads collects what conn receives, copied.
func reads(conn link.Conn) <-chan link.Received {
	ch := make(chan link.Received, 1024)
	go func() {
		defer close(ch)
		batch := make([]link.Received, 64)
		for {
			n, err := conn.ReadBatch(batch)
			if err != nil {
				return
			}
			for _, r := range batch[:n] {
				r.Payload = slices.Clone(r.Payload)
				ch <- r
			}
		}
	}()
	return ch
}

func next(t *testing.T, ch <-chan link.Received) link.Received {
	t.Helper()
	select {
	case r, ok := <-ch:
		if !ok {
			t.Fatal("conn ended")
		}
		return r
	case <-time.After(patience):
		t.Fatal("nothing received")
	}
	panic("unreachable")
}

// udp opens a UDP socket there, bound to laddr.
func (f *far) udp(t *testing.T, dev, laddr string) *net.UDPConn {
	t.Helper()
	var c *net.UDPConn
	f.do(t, func() (err error) {
		c, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(laddr)))
		if err != nil {
			return err
		}
		raw, err := c.SyscallConn()
		if err != nil {
			return err
		}
		var optErr error
		err = raw.Control(func(fd uintptr) { optErr = unix.BindToDevice(int(fd), dev) })
		return errors.Join(err, optErr)
	})
	t.Cleanup(func() { _ = c.Close() })
	must(t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// sniff opens a packet socket there.
func (f *far) sniff(t *testing.T, dev string) *packet.Conn {
	t.Helper()
	var c *packet.Conn
	f.do(t, func() error {
		ifi, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		c, err = packet.Listen(ifi, packet.Raw, unix.ETH_P_IP, nil)
		return err
	})
	t.Cleanup(func() { _ = c.Close() })
	must(t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// inject sends a frame from there as it is.
func (f *far) inject(t *testing.T, dev string, frame []byte) {
	t.Helper()
	f.do(t, func() error {
		ifi, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		c, err := packet.Listen(ifi, packet.Raw, 0, nil)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.WriteTo(frame, &packet.Addr{HardwareAddr: frame[:6]})
		return err
	})
}

// clientFrame is a broadcast as a client without an address sends it.
func clientFrame(payload string, port uint16) []byte {
	f := []byte{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 0,
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255,
		0, 68, 0, 0, 0, 0, 0, 0,
	}
	f = append(f, payload...)
	binary.BigEndian.PutUint16(f[16:], uint16(len(f)-14))
	binary.BigEndian.PutUint16(f[36:], port)
	binary.BigEndian.PutUint16(f[38:], uint16(len(f)-34))
	binary.BigEndian.PutUint16(f[24:], ^sum(f[14:34]))
	return f
}

// sum is the ones' complement sum of RFC 1071.
func sum(b []byte) uint16 {
	var s uint32
	for i, v := range b {
		if i%2 == 0 {
			s += uint32(v) << 8
		} else {
			s += uint32(v)
		}
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

func modes() []link.Mode { return []link.Mode{link.ModeRaw, link.ModeUDP} }

// A client without an address broadcasts to a server whose interface has none
// either (the server may face relays elsewhere, or get its address later).
func TestBroadcastWithoutAnyAddress(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "", "b-far", "")
			conn, _ := open(t, link.Config{Interface: "b-near", Mode: mode, Ports: []uint16{67, 4011}})
			got := reads(conn)
			for _, port := range []uint16{67, 4011, 67} {
				f.inject(t, "b-far", clientFrame("discover", port))
				r := next(t, got)
				if r.Drop != link.DropNone || string(r.Payload) != "discover" {
					t.Errorf("got %q, dropped %q", r.Payload, r.Drop)
				}
				if want := netip.AddrPortFrom(netip.MustParseAddr("255.255.255.255"), port); r.Dst != want {
					t.Errorf("destination %v, want %v", r.Dst, want)
				}
				if want := netip.MustParseAddrPort("0.0.0.0:68"); r.Src != want {
					t.Errorf("source %v, want %v", r.Src, want)
				}
				if want := [6]byte{2, 0, 0, 0, 0, 9}; mode == link.ModeRaw && r.SrcHW != want {
					t.Errorf("hardware source %x, want %x", r.SrcHW, want)
				}
			}
		})
	}
}

func TestFramesThatAreNotOurs(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
	conn, info := open(t, link.Config{Interface: "b-near"})
	got := reads(conn)

	otherHost := clientFrame("other host", 67)
	copy(otherHost, []byte{2, 9, 9, 9, 9, 9})
	tagged := clientFrame("tagged", 67)
	tagged = slices.Insert(tagged, 12, 0x81, 0x00, 0, 7)
	transit := clientFrame("transit", 67)
	copy(transit, info.HW[:])
	copy(transit[30:], []byte{10, 8, 0, 1})
	binary.BigEndian.PutUint16(transit[24:], 0)
	binary.BigEndian.PutUint16(transit[24:], ^sum(transit[14:34]))
	elsewhere := slices.Clone(transit) // IP unicast in a broadcast frame
	copy(elsewhere, []byte{255, 255, 255, 255, 255, 255})
	short := clientFrame("lying", 67)
	binary.BigEndian.PutUint16(short[38:], 1000)
	for _, frame := range [][]byte{otherHost, tagged, clientFrame("port", 69), transit, elsewhere, short,
		clientFrame("last", 67)} {
		f.inject(t, "b-far", frame)
	}
	for _, want := range []struct {
		drop    link.Drop
		payload string
	}{{link.DropForeign, ""}, {link.DropForeign, ""}, {link.DropTruncated, ""}, {link.DropNone, "last"}} {
		if r := next(t, got); r.Drop != want.drop || string(r.Payload) != want.payload {
			t.Errorf("got %q %q, want %q %q", r.Drop, r.Payload, want.drop, want.payload)
		}
	}
}

// The reply to a client that has no address yet: a frame to its hardware
// address, which no ARP could have found.
func TestUnicastToAClientWithoutAddress(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
	conn, info := open(t, link.Config{Interface: "b-near"})
	wire := f.sniff(t, "b-far")
	client := [6]byte{2, 0, 0, 0, 0, 9}
	batch := make([]link.Send, 150) // more than one system call moves
	for i := range batch {
		batch[i] = link.Send{
			Payload: []byte("offer" + strings.Repeat(".", i)), L2: true, HW: client,
			Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.50:68"),
		}
	}
	batch[70].Payload = make([]byte, 3000) // does not fit the MTU
	batch[80].Src = netip.AddrPort{}
	n, err := conn.WriteBatch(batch)
	must(t, err)
	if n != 148 || !errors.Is(batch[70].Err, unix.EMSGSIZE) || batch[80].Err == nil || batch[81].Err != nil {
		t.Fatalf("sent %d (%v, %v, %v), want all but two", n, batch[70].Err, batch[80].Err, batch[81].Err)
	}
	buf := make([]byte, 4096)
	for i := range batch {
		if i == 70 || i == 80 {
			continue
		}
		n, _, err := wire.ReadFrom(buf)
		must(t, err)
		frame := buf[:n]
		if got := [6]byte(frame[:6]); got != client {
			t.Fatalf("frame %d to %x, want %x", i, got, client)
		}
		if got := [6]byte(frame[6:12]); got != info.HW {
			t.Fatalf("frame %d from %x, want %x", i, got, info.HW)
		}
		if sum(frame[14:34]) != 0xffff {
			t.Fatalf("frame %d: bad IP checksum", i)
		}
		pseudo := slices.Concat(frame[26:34], []byte{0, 17}, frame[38:40], frame[34:])
		if sum(pseudo) != 0xffff {
			t.Fatalf("frame %d: bad UDP checksum", i)
		}
		if got := string(frame[42:]); got != string(batch[i].Payload) {
			t.Fatalf("frame %d carries %q, want %q", i, got, batch[i].Payload)
		}
	}
}

// A relay and a renewing client: unicast both ways, through the kernel, from
// the address that was asked.
func TestRelayPath(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			near, err := netlink.LinkByName("b-near")
			must(t, err)
			second, err := netlink.ParseAddr("10.7.0.3/24")
			must(t, err)
			must(t, netlink.AddrAdd(near, second))

			conn, _ := open(t, link.Config{Interface: "b-near", Mode: mode})
			got := reads(conn)
			relay := f.udp(t, "b-far", "10.7.0.2:67")
			_, err = relay.WriteToUDPAddrPort([]byte("relayed"), netip.MustParseAddrPort("10.7.0.3:67"))
			must(t, err)
			r := next(t, got)
			if string(r.Payload) != "relayed" || r.Dst != netip.MustParseAddrPort("10.7.0.3:67") {
				t.Fatalf("got %q for %v (%v)", r.Payload, r.Dst, r.Drop)
			}

			batch := []link.Send{
				{Payload: []byte("no such host"), Src: r.Dst, Dst: netip.MustParseAddrPort("192.0.2.1:67")},
				{Payload: []byte("not our address"), Src: netip.MustParseAddrPort("192.0.2.2:67"), Dst: r.Src},
				{Payload: []byte("answer"), Src: r.Dst, Dst: r.Src},
			}
			_, err = conn.WriteBatch(batch)
			must(t, err)
			if batch[1].Err == nil || batch[2].Err != nil {
				t.Errorf("errors %v, %v; want one for the foreign source only", batch[1].Err, batch[2].Err)
			}
			buf := make([]byte, 100)
			n, from, err := relay.ReadFromUDPAddrPort(buf)
			must(t, err)
			if string(buf[:n]) != "answer" || from != r.Dst {
				t.Errorf("relay got %q from %v, want the answer from %v", buf[:n], from, r.Dst)
			}
			select {
			case r := <-got:
				t.Errorf("received twice: %q", r.Payload)
			default:
			}
		})
	}
}

// A client that asks an address and port we serve must never be told "port
// unreachable"; a connected socket would hear of it.
func TestPlaceholderHoldsThePort(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
	conn, _ := open(t, link.Config{Interface: "b-near", Ports: []uint16{67, 4011}})
	got := reads(conn)
	for _, port := range []string{"67", "4011"} {
		var c net.Conn
		f.do(t, func() (err error) {
			c, err = net.Dial("udp4", "10.7.0.1:"+port)
			return err
		})
		for range 2 { // an ICMP error would fail the second write
			_, err := c.Write([]byte("renew"))
			must(t, err)
			if r := next(t, got); string(r.Payload) != "renew" {
				t.Fatalf("got %q (%v)", r.Payload, r.Drop)
			}
		}
		_ = c.Close()
	}
}

func TestUDPBroadcastReply(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
	conn, _ := open(t, link.Config{Interface: "b-near", Mode: link.ModeUDP})
	client := f.udp(t, "b-far", "0.0.0.0:68")
	n, err := conn.WriteBatch([]link.Send{{
		Payload: []byte("offer"), L2: true, HW: [6]byte{2, 0, 0, 0, 0, 9},
		Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.50:68"),
	}})
	must(t, err)
	buf := make([]byte, 100)
	m, from, err := client.ReadFromUDPAddrPort(buf)
	must(t, err)
	if n != 1 || string(buf[:m]) != "offer" || from != netip.MustParseAddrPort("10.7.0.1:67") {
		t.Errorf("client got %q from %v", buf[:m], from)
	}
}

func TestPortTaken(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "", "b-far", "")
	other, err := net.ListenPacket("udp4", "0.0.0.0:67")
	must(t, err)
	defer other.Close()
	k := link.NewKernel(nil)
	for _, mode := range []link.Mode{link.ModeRaw, link.ModeUDP, link.ModeAuto} {
		_, err := k.Open(link.Config{Interface: "b-near", Mode: mode}, find(t, k, "b-near"))
		if !errors.Is(err, unix.EADDRINUSE) || !strings.Contains(err.Error(), "another DHCP server holds UDP port 67 on b-near") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

func TestKernelDropsAreCounted(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "", "b-far", "")
			conn, _ := open(t, link.Config{Interface: "b-near", Mode: mode, ReceiveBuffer: 4096})
			for range 64 { // nobody reads
				f.inject(t, "b-far", clientFrame("discover", 67))
			}
			deadline := time.Now().Add(patience)
			for {
				st, err := conn.Stats()
				must(t, err)
				again, err := conn.Stats() // reading must not forget
				must(t, err)
				if st.KernelDrops > 0 && again.KernelDrops >= st.KernelDrops {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%d kernel drops, want some", st.KernelDrops)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

// The interface is deleted and created again, with another index, under a
// running Watcher.
func TestInterfaceRecreated(t *testing.T) {
	received := make(chan string, 64)
	changed := make(chan []link.State, 64)
	w := link.NewWatcher(link.WatcherConfig{
		System:  link.NewKernel(nil),
		Changed: func(s []link.State) { changed <- s },
		Serve: func(_ context.Context, _ link.Info, conn link.Conn) error {
			for r := range reads(conn) {
				received <- string(r.Payload)
			}
			return net.ErrClosed
		},
	})
	w.Set([]link.Config{{Interface: "b-near"}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()

	await := func(want link.Status) {
		t.Helper()
		limit := time.After(patience)
		for {
			if st := w.States(); len(st) == 1 && st[0].Status == want {
				return
			}
			select {
			case <-changed:
			case <-limit:
				t.Fatalf("states %+v, want %v", w.States(), want)
			}
		}
	}
	for range 2 {
		f := newFar(t)
		f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
		await(link.StatusUp)
		f.inject(t, "b-far", clientFrame("discover", 67))
		select {
		case got := <-received:
			if got != "discover" {
				t.Errorf("received %q", got)
			}
		case <-time.After(patience):
			t.Fatal("nothing received")
		}
		near, err := netlink.LinkByName("b-near")
		must(t, err)
		must(t, netlink.LinkSetDown(near))
		await(link.StatusDown)
		must(t, netlink.LinkSetUp(near))
		await(link.StatusUp)
		must(t, netlink.LinkDel(near))
		await(link.StatusAbsent)
	}
	cancel()
	must(t, <-ended)
}
