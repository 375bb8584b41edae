package serve_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// bootAnswer is what leased answers a boot request on port 4011 with: what to boot, and no address.
func bootAnswer(q *leasedv1.Query) *leasedv1.Answer {
	a := &leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_ACK, Siaddr: 0x0a140001, File: "ipxe.efi", Boot: true,
		Options: option.List(nil).AppendAddr(option.ServerID, netip.MustParseAddr("10.20.0.1")).AppendString(option.VendorClass, "PXEClient")}
	if q.GetType() == 1 {
		a.Kind = leasedv1.Answer_KIND_OFFER
	}
	return a
}

// What is asked on port 4011 is answered from there, by whoever was asked, to where it came from.
func TestProxyPort(t *testing.T) {
	const (
		asked = "10.20.0.9:4011"
		own   = "10.20.0.1:4011" // of the server identifier
		pxe   = "PXEClient:Arch:00007:UNDI:003000"
	)
	class := dhcptest.VendorClass(pxe)
	tests := []struct {
		name             string
		payload          []byte
		src, dst         string
		wantSrc, wantDst string
		wantL2           bool
		wantCIAddr       string
		wantFlags        uint16
		wantType         string
	}{
		{"UEFI", dhcptest.Renew(mac, "10.20.0.77", class), "10.20.0.77:4011", asked, asked, "10.20.0.77:4011", false, "10.20.0.77", 0, "ACK"},
		{"iPXE", dhcptest.Renew(mac, "10.20.0.77", class, dhcptest.ServerID("10.20.0.9")), "10.20.0.77:68", asked,
			asked, "10.20.0.77:68", false, "10.20.0.77", 0, "ACK"},
		{"a ROM of BIOS", dhcptest.Renew(mac, "10.20.0.77", dhcptest.Arch(0), class), "10.20.0.77:4011", asked,
			asked, "10.20.0.77:4011", false, "10.20.0.77", 0, "ACK"},
		{"the broadcast flag of one that has an address", dhcptest.Renew(mac, "10.20.0.77", class, dhcptest.Broadcast()), "10.20.0.77:4011", asked,
			asked, "10.20.0.77:4011", false, "10.20.0.77", 0x8000, "ACK"},
		{"inform", dhcptest.Inform(mac, "10.20.0.77", class), "10.20.0.77:4011", asked, asked, "10.20.0.77:4011", false, "10.20.0.77", 0, "ACK"},
		{"discover of one that has an address", dhcptest.Discover(mac, class, dhcptest.Ciaddr("10.20.0.77")), "10.20.0.77:68", asked,
			asked, "10.20.0.77:68", false, "10.20.0.77", 0, "OFFER"},
		{"no address at all", dhcptest.Discover(mac, class), "0.0.0.0:68", "255.255.255.255:4011",
			own, "255.255.255.255:68", true, "0.0.0.0", 0x8000, "OFFER"},
		{"no address at all, in a request", dhcptest.Request(mac, "10.20.0.77", "10.20.0.1", class), "0.0.0.0:4011", "255.255.255.255:4011",
			own, "255.255.255.255:68", true, "0.0.0.0", 0x8000, "ACK"},
		{"relayed", dhcptest.Renew(mac, "10.30.0.77", class, dhcptest.Giaddr("10.30.0.1")), "10.30.0.1:67", asked,
			asked, "10.30.0.1:67", false, "10.30.0.77", 0, "ACK"},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22", "10.20.0.9/22")
		leased, _ := f.accept()
		for _, tt := range tests {
			peer.Deliver(link.Received{Payload: tt.payload, Src: netip.MustParseAddrPort(tt.src), Dst: netip.MustParseAddrPort(tt.dst)})
			q := leased.queries(1)[0]
			if q.GetPort() != 4011 {
				t.Errorf("%s: leased hears of port %d", tt.name, q.GetPort())
			}
			leased.answer(bootAnswer(q))
			s := sent(t, peer)
			if s.Src.String() != tt.wantSrc || s.Dst.String() != tt.wantDst || s.L2 != tt.wantL2 {
				t.Errorf("%s: from %v to %v, frame %v; want %v, %v, %v", tt.name, s.Src, s.Dst, s.L2, tt.wantSrc, tt.wantDst, tt.wantL2)
			}
			got := dhcptest.Parse(t, s.Payload)
			if got.CIAddr.String() != tt.wantCIAddr || got.Flags != tt.wantFlags || got.Type != tt.wantType || got.YIAddr != netip.IPv4Unspecified() {
				t.Errorf("%s: %s with ciaddr %v, flags %04x and yiaddr %v; want %s, %s, %04x, none", tt.name,
					got.Type, got.CIAddr, got.Flags, got.YIAddr, tt.wantType, tt.wantCIAddr, tt.wantFlags)
			}
		}
	})
}

// Where port 4011 serves addresses too, a client without one is answered as on port 67, but from 4011.
func TestProxyPortServesAddresses(t *testing.T) {
	client := [6]byte{2, 0, 0, 0, 0, 9}
	everybody := [6]byte{255, 255, 255, 255, 255, 255}
	tests := []struct {
		name    string
		payload []byte
		src     string
		kind    leasedv1.Answer_Kind
		wantDst string
		wantHW  [6]byte // zero: through the kernel's UDP
	}{
		{"an offer", dhcptest.Discover(mac), "0.0.0.0:68", leasedv1.Answer_KIND_OFFER, "10.20.0.77:68", client},
		{"an offer by broadcast", dhcptest.Discover(mac, dhcptest.Broadcast()), "0.0.0.0:68", leasedv1.Answer_KIND_OFFER, "255.255.255.255:68", everybody},
		{"an ACK", dhcptest.Request(mac, "10.20.0.77", "10.20.0.1"), "0.0.0.0:68", leasedv1.Answer_KIND_ACK, "10.20.0.77:68", client},
		{"a NAK", dhcptest.Request(mac, "10.20.0.99", "10.20.0.1"), "0.0.0.0:68", leasedv1.Answer_KIND_NAK, "255.255.255.255:68", everybody},
		{"a renewal", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", leasedv1.Answer_KIND_ACK, "10.20.0.77:68", [6]byte{}},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for _, tt := range tests {
			peer.Deliver(link.Received{Payload: tt.payload, Src: netip.MustParseAddrPort(tt.src), Dst: netip.MustParseAddrPort("255.255.255.255:4011")})
			a := offer(leased.queries(1)[0])
			a.Kind = tt.kind
			leased.answer(a)
			s := sent(t, peer)
			if s.Src.String() != "10.20.0.1:4011" || s.Dst.String() != tt.wantDst || s.HW != tt.wantHW || s.L2 != (tt.wantHW != [6]byte{}) {
				t.Errorf("%s: from %v to %v, frame %v to %x; want 10.20.0.1:4011, %v, %x", tt.name, s.Src, s.Dst, s.L2, s.HW, tt.wantDst, tt.wantHW)
			}
		}
	})
}

// Leased may want a reply broadcast to a client that could do without.
func TestBroadcastAnswers(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for _, tt := range []struct {
			payload []byte
			wantDst string
			wantL2  bool
		}{
			{dhcptest.Discover(mac), "255.255.255.255:68", true},
			{dhcptest.Renew(mac, "10.20.0.77"), "255.255.255.255:68", true},
			{dhcptest.Discover(mac, dhcptest.Giaddr("10.30.0.1")), "10.30.0.1:67", false},
		} {
			peer.Deliver(broadcast(tt.payload))
			a := offer(leased.queries(1)[0])
			a.Broadcast = true
			leased.answer(a)
			s := sent(t, peer)
			if got := dhcptest.Parse(t, s.Payload); s.Dst.String() != tt.wantDst || s.L2 != tt.wantL2 || got.Flags != 0x8000 {
				t.Errorf("to %v, frame %v, flags %04x; want %v, %v, 8000", s.Dst, s.L2, got.Flags, tt.wantDst, tt.wantL2)
			}
		}
	})
}

// Without leased port 4011 is as silent as port 67: no file is better than a wrong one.
func TestProxyPortWithoutLeased(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		peer.Deliver(link.Received{Payload: dhcptest.Renew(mac, "10.20.0.77", dhcptest.VendorClass("PXEClient")),
			Src: netip.MustParseAddrPort("10.20.0.77:4011"), Dst: netip.MustParseAddrPort("10.20.0.1:4011")})
		synctest.Wait()
		f.dropped(1, serve.ReasonUnavailable)
		if len(peer.Sent()) != 0 {
			t.Error("a reply left")
		}
	})
}

// Whatever is thrown at port 4011 is counted, and the next one who asks is answered.
func TestGarbageToProxyPort(t *testing.T) {
	to4011 := func(payload []byte) link.Received {
		return link.Received{Payload: payload, Src: netip.MustParseAddrPort("10.20.0.77:4011"), Dst: netip.MustParseAddrPort("10.20.0.1:4011")}
	}
	pxe := dhcptest.Renew(mac, "10.20.0.77", dhcptest.VendorClass("PXEClient:Arch:00007:UNDI:003000"), dhcptest.Arch(7))
	odd := func(options ...byte) []byte {
		return append(slices.Clone(pxe[:240]), append([]byte{53, 1, 3}, options...)...)
	}
	long := odd(bytes.Repeat(append([]byte{43, 100}, make([]byte, 100)...), 88)...)
	tests := []struct {
		name   string
		in     []byte
		reason string // empty: leased decides
	}{
		{"nothing", nil, packet.ReasonShort.String()},
		{"one byte", []byte{1}, packet.ReasonShort.String()},
		{"the start of a TCP connection", append([]byte{0x0f, 0xab, 0x9c, 0x40, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0xa0, 2, 0xfa, 0xf0}, make([]byte, 240)...), packet.ReasonOp.String()},
		{"text", bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 60), packet.ReasonOp.String()},
		{"9,000 bytes", long, packet.ReasonOptionParts.String()},
		{"our own answer", patched(0, 2), packet.ReasonOp.String()},
		{"another cookie", patched(236, 1, 2, 3, 4), packet.ReasonCookie.String()},
		{"hlen 17", patched(2, 17), packet.ReasonHLen.String()},
		{"hlen 255", patched(2, 255), packet.ReasonHLen.String()},
		{"a class over the end", odd(60, 200, 'P'), packet.ReasonOptionOverrun.String()},
		{"all of no length", odd(93, 0, 97, 0, 77, 0, 43, 0, 60, 0, 94, 0, 175, 0, 255), ""},
		{"a boot item cut off", odd(43, 3, 71, 4, 0, 255), ""},
		{"no end", odd(60, 9, 'P', 'X', 'E', 'C', 'l', 'i', 'e', 'n', 't'), ""},
		{"BOOTP", bootRequest(), ""},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for _, tt := range tests {
			peer.Deliver(to4011(tt.in))
			if tt.reason == "" {
				leased.answer(&leasedv1.Answer{Id: leased.queries(1)[0].GetId(), Kind: leasedv1.Answer_KIND_DROP, Reason: "not-a-boot-client"})
			}
			peer.Deliver(to4011(pxe))
			q := leased.queries(1)[0]
			if q.GetXid() != dhcptest.DefaultXID {
				t.Fatalf("%s became a query: %v", tt.name, q)
			}
			leased.answer(bootAnswer(q))
			if s := sent(t, peer); s.Dst.String() != "10.20.0.77:4011" || s.Src.String() != "10.20.0.1:4011" {
				t.Errorf("after %s: from %v to %v", tt.name, s.Src, s.Dst)
			}
			synctest.Wait()
			if tt.reason != "" && f.value(serve.MetricDropped, "reason", tt.reason) == 0 {
				t.Errorf("%s: not counted as %s", tt.name, tt.reason)
			}
		}
		f.want(float64(len(tests)), serve.MetricDropped)
		f.want(1, serve.MetricNoEnd)
	})
}

// A flood of one machine on port 4011 is bounded like any other, and who asks for an address meanwhile gets it.
func TestProxyPortFlood(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		pxe := dhcptest.Renew(mac, "10.20.0.77", dhcptest.VendorClass("PXEClient:Arch:00007:UNDI:003000"))
		const most = 10240 // slots of a frontend
		for i := range 3 * most {
			p := slices.Clone(pxe)
			binary.BigEndian.PutUint32(p[4:], uint32(i))
			peer.Deliver(link.Received{Payload: p, Src: netip.MustParseAddrPort("10.20.0.77:4011"), Dst: netip.MustParseAddrPort("10.20.0.1:4011")})
		}
		synctest.Wait()
		if all := f.value(serve.MetricWaiting) + f.value(serve.MetricPending); all > most {
			t.Errorf("%v are remembered, want %d at most", all, most)
		}
		peer.Deliver(broadcast(dhcptest.Request("02:00:00:00:00:0a", "10.20.0.78", "10.20.0.1")))
		for served := false; !served; {
			var answers []*leasedv1.Answer
			for _, q := range leased.recv().GetQueries() {
				a := &leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_DROP, Reason: "client-suspended"}
				if q.GetPort() == 67 {
					a, served = offer(q), true
				}
				answers = append(answers, a)
			}
			leased.answer(answers...)
		}
		sent(t, peer)
	})
}
