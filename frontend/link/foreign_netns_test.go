//go:build netns

package link_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"rollcall/frontend/link"
)

// serverFrame is a broadcast as a server sends it to a client.
func serverFrame(payload string, src, dst uint16) []byte {
	f := clientFrame(payload, dst)
	copy(f[26:30], []byte{10, 7, 0, 2})
	binary.BigEndian.PutUint16(f[34:], src)
	binary.BigEndian.PutUint16(f[24:], 0)
	binary.BigEndian.PutUint16(f[24:], ^sum(f[14:34]))
	return f
}

// What another server broadcasts is seen on raw links, in tagged segments too; what it sends to one client is not, nor what this
// host sends itself.
func TestOtherServersAreSeen(t *testing.T) {
	for name, cfg := range map[string]link.Config{
		"untagged": {Interface: "b-near", Ports: []uint16{67, 4011}},
		"tagged":   {Interface: "b-near", Ports: []uint16{67}, VLANs: []link.VLANs{{First: 7, Last: 7}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			conn, info := open(t, cfg)
			got := reads(conn)

			// Our own, both ways.
			_, err := conn.WriteBatch([]link.Send{
				{Payload: []byte("own frame"), L2: true, HW: [6]byte{255, 255, 255, 255, 255, 255},
					Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("255.255.255.255:68")},
				{Payload: []byte("own datagram"), Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.255:68")},
			})
			must(t, err)
			toUs := serverFrame("to a client of this host", 67, 68)
			copy(toUs, info.HW[:])
			toOne := serverFrame("to one client", 67, 68)
			copy(toOne, []byte{2, 9, 9, 9, 9, 9})
			named := serverFrame("for one, to all", 67, 68)
			copy(named[30:], []byte{10, 7, 0, 50})
			binary.BigEndian.PutUint16(named[24:], 0)
			binary.BigEndian.PutUint16(named[24:], ^sum(named[14:34]))
			tag := ctag(7)
			if cfg.VLANs == nil {
				tag = ctag(0)
			}
			for _, frame := range [][]byte{
				toUs, toOne, serverFrame("of no server", 68, 68), serverFrame("of a service", 69, 68),
				serverFrame("dhcp", 67, 68), serverFrame("pxe", 4011, 68), named, tagged(serverFrame("tagged", 67, 68), tag), clientFrame("last", 67),
			} {
				f.inject(t, "b-far", frame)
			}
			vlan := uint32(tag.VID())
			for _, want := range []struct {
				payload, src, dst string
				vlan              uint32
			}{
				{"dhcp", "10.7.0.2:67", "255.255.255.255:68", 0}, {"pxe", "10.7.0.2:4011", "255.255.255.255:68", 0},
				{"for one, to all", "10.7.0.2:67", "10.7.0.50:68", 0}, {"tagged", "10.7.0.2:67", "255.255.255.255:68", vlan},
				{"last", "0.0.0.0:68", "255.255.255.255:67", 0},
			} {
				r := next(t, got)
				if string(r.Payload) != want.payload || r.Src.String() != want.src || r.Dst.String() != want.dst || r.VLAN != want.vlan {
					t.Errorf("got %q from %v to %v in VLAN %d (%v), want %+v", r.Payload, r.Src, r.Dst, r.VLAN, r.Drop, want)
				}
			}
		})
	}
}

// Port 4011 answers from itself: to who has an address through the kernel, to who has none by a frame.
func TestProxyPortAnswers(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			conn, _ := open(t, link.Config{Interface: "b-near", Mode: mode, Ports: []uint16{67, 4011}})
			got := reads(conn)
			server := netip.MustParseAddrPort("10.7.0.1:4011")
			for _, from := range []string{"10.7.0.2:4011", "10.7.0.2:68"} { // UEFI, and iPXE
				client := f.udp(t, "b-far", from)
				_, err := client.WriteToUDPAddrPort([]byte("boot request"), server)
				must(t, err)
				r := next(t, got)
				if string(r.Payload) != "boot request" || r.Dst != server || r.Src.String() != from {
					t.Fatalf("got %q from %v to %v (%v)", r.Payload, r.Src, r.Dst, r.Drop)
				}
				answers(t, conn, link.Send{Payload: []byte("boot answer"), Src: r.Dst, Dst: r.Src})
				buf := make([]byte, 100)
				n, src, err := client.ReadFromUDPAddrPort(buf)
				must(t, err)
				if string(buf[:n]) != "boot answer" || src != server {
					t.Errorf("%s got %q from %v, want it from %v", from, buf[:n], src, server)
				}
				_ = client.Close()
			}

			client := f.udp(t, "b-far", "0.0.0.0:68")
			answers(t, conn, link.Send{Payload: []byte("to all"), L2: true, HW: [6]byte{255, 255, 255, 255, 255, 255}, Src: server,
				Dst: netip.MustParseAddrPort("255.255.255.255:68")})
			buf := make([]byte, 100)
			n, src, err := client.ReadFromUDPAddrPort(buf)
			must(t, err)
			if string(buf[:n]) != "to all" || src != server {
				t.Errorf("got %q from %v, want it from %v", buf[:n], src, server)
			}
		})
	}
}

func answers(t *testing.T, conn link.Conn, s link.Send) {
	t.Helper()
	n, err := conn.WriteBatch([]link.Send{s})
	must(t, err)
	if n != 1 {
		t.Fatal("not sent")
	}
}

// A datagram larger than any message: on a raw link its fragments are nothing, on a udp link it is counted, and neither hurts.
func TestGiantDatagrams(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			conn, _ := open(t, link.Config{Interface: "b-near", Mode: mode, Ports: []uint16{67, 4011}})
			got := reads(conn)
			client := f.udp(t, "b-far", "10.7.0.2:68")
			for _, payload := range [][]byte{make([]byte, 9000), []byte("last")} {
				_, err := client.WriteToUDPAddrPort(payload, netip.MustParseAddrPort("10.7.0.1:4011"))
				must(t, err)
			}
			if mode == link.ModeUDP {
				if r := next(t, got); r.Drop != link.DropOversize {
					t.Errorf("got %d bytes, dropped %q", len(r.Payload), r.Drop)
				}
			}
			if r := next(t, got); string(r.Payload) != "last" {
				t.Errorf("got %d bytes (%v), want the last", len(r.Payload), r.Drop)
			}
			select {
			case r := <-got:
				t.Errorf("got %d bytes more", len(r.Payload))
			case <-time.After(50 * time.Millisecond):
			}
		})
	}
}
