package probe_test

import (
	"net/netip"
	"testing"

	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"

	"rollcall/leased/probe"
)

// No frame makes the decoder panic, and what it accepts is a host.
func FuzzDecode(f *testing.F) {
	a := addr("10.99.0.60")
	f.Add(frame(arp.OperationReply, hostHW, a, ourHW, netip.IPv4Unspecified()))
	f.Add(frame(arp.OperationRequest, hostHW, a, ethernet.Broadcast, a))
	f.Add(frame(arp.OperationRequest, hostHW, netip.IPv4Unspecified(), ethernet.Broadcast, a))
	f.Fuzz(func(t *testing.T, b []byte) {
		host, why := probe.Decode(b)
		if why != "" {
			return
		}
		if !host.Addr.Is4() || host.Addr.IsUnspecified() || len(host.HW) != 6 {
			t.Errorf("accepted %v", host)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	f := frame(arp.OperationReply, hostHW, addr("10.99.0.60"), ourHW, netip.IPv4Unspecified())
	b.ReportAllocs()
	for b.Loop() {
		if _, why := probe.Decode(f); why != "" {
			b.Fatal(why)
		}
	}
}
