package serve_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// sightings is leased's ear.
type sightings struct {
	mu  sync.Mutex
	all []*leasedv1.Sighting
}

func (s *sightings) Sighting(m *leasedv1.Sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, m)
}

func (s *sightings) take() []*leasedv1.Sighting {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// foreign is what the server said in option 54 told client by broadcast.
func foreign(t *testing.T, server, client string, r *packet.Reply) link.Received {
	t.Helper()
	var q packet.Message
	if reason := q.Parse(dhcptest.Discover(client)); reason != packet.OK {
		t.Fatal(reason)
	}
	addr := netip.MustParseAddr(server)
	r.Options = option.List(nil).AppendAddr(option.ServerID, addr).AppendString(option.VendorClass, "PXEClient")
	b, _ := packet.AppendReply(nil, &q, r)
	return link.Received{Payload: b, Src: netip.AddrPortFrom(addr, 67), Dst: netip.MustParseAddrPort("255.255.255.255:68"),
		SrcHW: [6]byte{2, 0, 0, 0, 0, 0x77}}
}

func address(server string) *packet.Reply {
	return &packet.Reply{Type: packet.Offer, YIAddr: netip.MustParseAddr("10.20.0.99"), SIAddr: netip.MustParseAddr(server)}
}

func TestOtherServersAreReported(t *testing.T) {
	seen := new(sightings)
	startSeeing(t, seen, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		now := timestamppb.Now()
		boot := foreign(t, "10.20.0.200", mac, &packet.Reply{Type: packet.Ack, File: "evil\x1b[2J\xff.efi"})
		boot.Src = netip.MustParseAddrPort("10.20.0.200:4011")
		boot.VLAN = 7
		peer.Deliver(foreign(t, "10.20.0.2", mac, address("10.20.0.2")), boot, broadcast(dhcptest.Discover(mac)))
		want := []*leasedv1.Sighting{
			{Time: now, Link: "eth1", Server: "10.20.0.2", ServerHardware: "02:00:00:00:00:77", Client: mac, Port: 67, Message: "OFFER"},
			{Time: now, Link: "eth1.7", Server: "10.20.0.200", ServerHardware: "02:00:00:00:00:77", Client: mac, Port: 4011, Message: "ACK",
				Proxy: true, File: "evil?[2J?.efi"},
		}
		if diff := cmp.Diff(want, seen.take(), protocmp.Transform()); diff != "" {
			t.Errorf("sightings (-want +got):\n%s", diff)
		}
		// Of all that came the client's own message alone is a query.
		if q := leased.queries(1)[0]; q.GetType() != 1 {
			t.Errorf("query %v", q)
		}
		f.want(2, serve.MetricSightings, "result", "reported")
		f.want(0, serve.MetricDropped)
	})
}

// A server is reported once for a client in ten seconds, and nothing is reported that is our own.
func TestOtherServersAreReportedOnce(t *testing.T) {
	seen := new(sightings)
	startSeeing(t, seen, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		f.link("eth2", "10.30.0.1/24")
		f.accept()
		count := func(want int, in ...link.Received) {
			t.Helper()
			peer.Deliver(in...)
			if n := len(seen.take()); n != want {
				t.Errorf("%d were reported, want %d", n, want)
			}
		}
		one := foreign(t, "10.20.0.2", mac, address("10.20.0.2"))
		count(1, one, one)
		ack := address("10.20.0.2")
		ack.Type = packet.Ack
		count(0, foreign(t, "10.20.0.2", mac, ack))
		proxy := foreign(t, "10.20.0.2", mac, &packet.Reply{Type: packet.Offer, File: "boot.efi"})
		count(1, proxy, proxy)
		count(1, foreign(t, "10.20.0.2", "02:00:00:00:00:0a", address("10.20.0.2")))
		count(1, foreign(t, "10.20.0.3", mac, address("10.20.0.3")))
		time.Sleep(10*time.Second - 1)
		count(0, one)
		time.Sleep(time.Nanosecond)
		count(1, one)

		count(0, foreign(t, "10.20.0.1", mac, address("10.20.0.1")), foreign(t, "10.30.0.1", mac, address("10.30.0.1")))
		relayed := foreign(t, "10.99.0.9", mac, address("10.99.0.9"))
		relayed.Src = netip.MustParseAddrPort("10.30.0.1:67") // under another identifier
		count(0, relayed)
		f.want(3, serve.MetricSightings, "result", "own")
		f.want(4, serve.MetricSightings, "result", "repeated")
	})
}

// However many there are, and whatever they say, few are reported and clients are served.
func TestSightingsAreBounded(t *testing.T) {
	seen := new(sightings)
	startSeeing(t, seen, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for i := range 500 {
			server := fmt.Sprintf("10.99.%d.%d", i/250, i%250+1)
			peer.Deliver(foreign(t, server, mac, address(server)))
		}
		if n := len(seen.take()); n != 10 {
			t.Errorf("%d were reported in a second, want 10", n)
		}
		for i := range 50 { // those with something to boot come through
			peer.Deliver(foreign(t, fmt.Sprintf("10.98.0.%d", i+1), mac, &packet.Reply{Type: packet.Offer, File: "evil.efi"}))
		}
		if n := len(seen.take()); n != 10 {
			t.Errorf("%d more were reported in a second, want 10", n)
		}
		f.want(530, serve.MetricSightings, "result", "limited")
		time.Sleep(time.Second)
		peer.Deliver(foreign(t, "10.99.9.9", mac, address("10.99.9.9")))
		if n := len(seen.take()); n != 1 {
			t.Errorf("%d were reported in the next, want 1", n)
		}

		good := foreign(t, "10.20.0.2", mac, address("10.20.0.2"))
		to68 := func(payload []byte) link.Received {
			return link.Received{Payload: payload, Src: good.Src, Dst: good.Dst}
		}
		nobody := foreign(t, "0.0.0.0", mac, address("0.0.0.0"))
		bad := []link.Received{
			to68(nil), to68([]byte{2}), to68(good.Payload[:241]), to68(dhcptest.Discover(mac)), to68(raw(53, 1, 2, 255)), to68(make([]byte, 9000)),
			to68([]byte(strings.Repeat("\xff", 2000))), nobody,
		}
		peer.Deliver(bad...)
		if all := seen.take(); len(all) != 0 {
			t.Errorf("reported: %v", all)
		}
		f.want(float64(len(bad)), serve.MetricSightings, "result", "unfit")
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.answer(offer(leased.queries(1)[0]))
		sent(t, peer)
		f.want(0, serve.MetricDropped)
	})
}
