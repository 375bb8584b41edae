package serve_test

import (
	"net/netip"
	"testing"
	"testing/synctest"

	"rollcall/frontend/link"
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
