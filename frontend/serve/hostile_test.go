package serve_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
)

// patched is a DISCOVER with some bytes overwritten.
func patched(at int, with ...byte) []byte {
	b := dhcptest.Discover(mac)
	copy(b[at:], with)
	return b
}

// raw is a DISCOVER's header and cookie with an options field byte by byte.
func raw(options ...byte) []byte {
	return append(slices.Clone(dhcptest.Discover(mac)[:240]), options...)
}

// Whatever arrives, it moves one counter and nothing else, and the next client is served.
func TestHostileInput(t *testing.T) {
	giant := append(raw(53, 1, 1), bytes.Repeat(append([]byte{82, 255}, make([]byte, 255)...), 250)...)
	hidden := raw(52, 1, 2, 255)
	copy(hidden[44:], []byte{53, 1, 1, 255})
	tests := []struct {
		name   string
		in     link.Received
		reason string
	}{
		{"a frame that ends early", link.Received{Drop: link.DropTruncated}, link.DropTruncated.String()},
		{"a datagram over the slot", link.Received{Drop: link.DropOversize}, link.DropOversize.String()},
		{"nothing", broadcast(nil), packet.ReasonShort.String()},
		{"a header without cookie", broadcast(dhcptest.Discover(mac)[:236]), packet.ReasonShort.String()},
		{"a reply", broadcast(patched(0, 2)), packet.ReasonOp.String()},
		{"another cookie", broadcast(patched(236, 1, 2, 3, 4)), packet.ReasonCookie.String()},
		{"a cookie of zeros before options", broadcast(patched(236, 0, 0, 0, 0)), packet.ReasonCookie.String()},
		{"htype 0", broadcast(patched(1, 0, 0)), packet.ReasonHType.String()},
		{"hlen 255", broadcast(patched(2, 255)), packet.ReasonHLen.String()},
		{"giaddr of this host", broadcast(patched(24, 127, 0, 0, 1)), packet.ReasonGIAddr.String()},
		{"giaddr of a group", broadcast(patched(24, 224, 0, 0, 1)), packet.ReasonGIAddr.String()},
		{"ciaddr of everybody", broadcast(patched(12, 255, 255, 255, 255)), packet.ReasonCIAddr.String()},
		{"chaddr of everybody", broadcast(patched(28, 255, 255, 255, 255, 255, 255)), packet.ReasonCHAddr.String()},
		{"a value over the end", broadcast(raw(53, 1, 1, 12, 255, 'x')), packet.ReasonOptionOverrun.String()},
		{"a code without length", broadcast(raw(53, 1, 1, 12)), packet.ReasonOptionOverrun.String()},
		{"64,000 bytes of one option", broadcast(giant), packet.ReasonOptionParts.String()},
		{"requested-address of three bytes", broadcast(raw(53, 1, 1, 50, 3, 1, 2, 3, 255)), packet.ReasonOptionLength.String()},
		{"message type 0", broadcast(raw(53, 1, 0, 255)), packet.ReasonMessageType.String()},
		{"message type of two bytes", broadcast(raw(53, 2, 1, 1, 255)), packet.ReasonMessageType.String()},
		{"two message types", broadcast(raw(53, 1, 1, 53, 1, 3, 255)), packet.ReasonMessageType.String()},
		{"an ACK", broadcast(raw(53, 1, 5, 255)), packet.ReasonServerMessage.String()},
		{"a hidden message type", broadcast(hidden), packet.ReasonHiddenMessageType.String()},
		{"nobody", broadcast(dhcptest.Discover("00:00:00:00:00:00")), packet.ReasonNoIdentity.String()},
		{"a leasequery of a client", broadcast(raw(53, 1, 10, 255)), packet.ReasonNoRelay.String()},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for i, tt := range tests {
			before := f.value(serve.MetricDropped, "reason", tt.reason)
			peer.Deliver(tt.in)
			peer.Deliver(broadcast(dhcptest.Discover(mac)))
			leased.answer(offer(leased.queries(1)[0]))
			if got := dhcptest.Parse(t, sent(t, peer).Payload); got.YIAddr != netip.MustParseAddr("10.20.0.77") {
				t.Errorf("after %s: %+v", tt.name, got)
			}
			synctest.Wait()
			if n := f.value(serve.MetricDropped, "reason", tt.reason) - before; n != 1 {
				t.Errorf("%s: counted %v times as %s", tt.name, n, tt.reason)
			}
			if all := f.value(serve.MetricDropped); all != float64(i+1) {
				t.Errorf("%s: %v drops in all, want %d", tt.name, all, i+1)
			}
		}
		if len(peer.Sent()) != 0 {
			t.Errorf("%d replies too many", len(peer.Sent()))
		}
	})
}

// A reply to hostile options is well-formed, and no larger than the client takes.
func TestHostileOptionsAreAnswered(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := map[string][]byte{
		"everything requested, four times": dhcptest.Discover(mac, dhcptest.PRL(bytes.Repeat(every, 4)...)),
		"relay information of 500 bytes":   dhcptest.Discover(mac, dhcptest.Option(82, bytes.Repeat([]byte{1, 8, 0, 0, 0, 0, 0, 0, 0, 0}, 50))),
		"a client-id of 254 bytes":         dhcptest.Discover(mac, dhcptest.Option(61, make([]byte, 254))),
		"no room at all":                   dhcptest.Discover(mac, dhcptest.MaxSize(0)),
		"reserved flags and many hops":     patched(3, 255, 0, 0, 0, 1, 255, 255, 0x7f, 0xff),
		"no end":                           raw(53, 1, 1),
		"rubbish after the end":            raw(53, 1, 1, 255, 53, 1, 6, 12, 255),
		"overload of nothing":              raw(53, 1, 1, 52, 1, 3, 255),
		"a group's hardware address":       dhcptest.Discover("01:00:5e:00:00:01"),
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for name, in := range tests {
			peer.Deliver(broadcast(in))
			leased.answer(offer(leased.queries(1)[0]))
			s := sent(t, peer)
			if got := dhcptest.Parse(t, s.Payload); got.Type != "OFFER" || len(s.Payload) > 548 || got.Flags&0x7fff != 0 {
				t.Errorf("%s: %d bytes, %+v", name, len(s.Payload), got)
			}
			if s.HW[0]&1 != 0 && s.HW != [6]byte{255, 255, 255, 255, 255, 255} {
				t.Errorf("%s: sent to the group % x", name, s.HW)
			}
		}
		f.want(0, serve.MetricDropped)
	})
}
