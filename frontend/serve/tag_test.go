package serve_test

import (
	"net/netip"
	"testing"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	leasedv1 "rollcall/proto/leased/v1"
)

// Leased hears of the segment that a query came from, and every reply leaves as a frame with the tags that the link wants on it:
// to the client where it always was one, else to the neighbour that the query came from.
func TestTaggedReplies(t *testing.T) {
	var (
		tags      = link.Tags{{TPID: 0x88a8, TCI: 0x6064}, {TPID: 0x8100, TCI: 7}}
		neighbour = [6]byte{2, 0, 0, 0, 0, 0x99}
		client    = [6]byte{2, 0, 0, 0, 0, 9}
		everybody = [6]byte{255, 255, 255, 255, 255, 255}
	)
	const (
		relay = "10.30.0.1:67"
		all   = "255.255.255.255:67"
	)
	tests := []struct {
		name             string
		payload          []byte
		src, dst         string
		tags             link.Tags
		wantSrc, wantDst string
		wantHW           [6]byte // zero: through the kernel's UDP
	}{
		{"new client", dhcptest.Discover(mac), "0.0.0.0:68", all, tags, "10.20.0.1:67", "10.20.0.77:68", client},
		{"broadcast flag", dhcptest.Discover(mac, dhcptest.Broadcast()), "0.0.0.0:68", all, tags,
			"10.20.0.1:67", "255.255.255.255:68", everybody},
		{"relay", dhcptest.Discover(mac, dhcptest.Giaddr("10.30.0.1")), relay, "10.20.0.9:67", tags, "10.20.0.9:67", relay, neighbour},
		{"renewing", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", "10.20.0.9:67", tags,
			"10.20.0.9:67", "10.20.0.77:68", neighbour},
		{"rebinding", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", all, tags, "10.20.0.1:67", "10.20.0.77:68", neighbour},
		{"boot server", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:4011", "10.20.0.1:4011", tags,
			"10.20.0.1:4011", "10.20.0.77:4011", neighbour},
		{"untagged beside them", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", "10.20.0.9:67", link.Tags{},
			"10.20.0.9:67", "10.20.0.77:68", [6]byte{}},
	}
	for _, addrs := range [][]string{{"10.20.0.9/22", "10.20.0.1/22"}, nil} {
		start(t, anyRelay, func(f *fixture) {
			_, peer := f.link("eth1", addrs...)
			leased, _ := f.accept()
			for _, tt := range tests {
				peer.Deliver(link.Received{
					Payload: tt.payload, Src: netip.MustParseAddrPort(tt.src), Dst: netip.MustParseAddrPort(tt.dst),
					SrcHW: neighbour, VLAN: tt.tags.VLAN(), Tags: tt.tags,
				})
				q := leased.queries(1)[0]
				if q.GetVlan() != tt.tags.VLAN() {
					t.Errorf("%s: leased hears of VLAN %#x, want %#x", tt.name, q.GetVlan(), tt.tags.VLAN())
				}
				leased.answer(offer(q))
				s := sent(t, peer)
				if s.Src.String() != tt.wantSrc || s.Dst.String() != tt.wantDst || s.L2 != (tt.wantHW != [6]byte{}) || s.HW != tt.wantHW ||
					s.Tags != tt.tags {
					t.Errorf("%s: from %v to %v, frame %v to %x with tags %x; want %v, %v, %x, %x", tt.name,
						s.Src, s.Dst, s.L2, s.HW, s.Tags, tt.wantSrc, tt.wantDst, tt.wantHW, tt.tags)
				}
			}
		})
	}
}

// Without local clients, relays are answered, and whoever speaks to the server alone from an address that it has.
func TestLocalPolicy(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		f.server.SetPolicy(serve.Policy{Relays: anyRelay})
		to := func(dst string, payload []byte) link.Received {
			return link.Received{Payload: payload, Src: netip.MustParseAddrPort("10.30.0.77:68"), Dst: netip.MustParseAddrPort(dst)}
		}
		peer.Deliver(
			broadcast(dhcptest.Discover(mac)),
			to("10.20.0.1:67", dhcptest.Discover(mac)),
			broadcast(dhcptest.Renew(mac, "10.20.0.77")),
			to("10.20.3.255:67", dhcptest.Renew(mac, "10.20.0.77")),
			to("10.20.0.1:67", dhcptest.Renew(mac, "10.30.0.77")),
			to("10.20.0.1:67", dhcptest.Release(mac, "10.30.0.77", "10.20.0.1")),
			broadcast(dhcptest.Discover(mac, dhcptest.Giaddr("10.30.0.1"))),
			to("10.20.0.1:4011", dhcptest.Discover(mac)),
			to("255.255.255.255:4011", dhcptest.Discover(mac)),
		)
		q := leased.queries(4)
		for i, ciaddr := range []uint32{0x0a1e004d, 0x0a1e004d, 0, 0} {
			if q[i].GetCiaddr() != ciaddr {
				t.Errorf("query %d passed: %v", i, q[i])
			}
		}
		f.dropped(5, serve.ReasonLocalRefused)
		leased.answer(offer(q[2]), &leasedv1.Answer{Id: q[0].GetId(), Kind: leasedv1.Answer_KIND_DROP})
		sent(t, peer)

		f.server.SetPolicy(serve.Policy{Local: true})
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.queries(1)
	})
}
