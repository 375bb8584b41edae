package serve_test

import (
	"bytes"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// bootRequest is the message of a BOOTP client.
func bootRequest() []byte {
	b := dhcptest.Discover(mac, dhcptest.Without(53))
	return append(b, make([]byte, 300-len(b))...)
}

// leaseQuery is what a relay asks about 10.20.0.77.
func leaseQuery() link.Received {
	return link.Received{
		Payload: dhcptest.Discover("", dhcptest.HType(0), dhcptest.Option(53, []byte{10}), dhcptest.Giaddr("10.30.0.1"), dhcptest.Ciaddr("10.20.0.77")),
		Src:     netip.MustParseAddrPort("10.30.0.1:67"), Dst: netip.MustParseAddrPort("10.20.0.1:67"),
	}
}

// All that leased says of a reply is in it.
func TestReplySaysWhatLeasedDoes(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac, dhcptest.ClientID("0102"), dhcptest.Junk())))
		a := offer(leased.queries(1)[0])
		a.Siaddr, a.Sname, a.File, a.OmitClientId = 0x0a140009, "boot1", "pxelinux.0", true
		leased.answer(a)
		got := dhcptest.Parse(t, sent(t, peer).Payload)
		if got.SIAddr != netip.MustParseAddr("10.20.0.9") || got.ServerName != "boot1" || got.File != "pxelinux.0" {
			t.Errorf("siaddr %v, sname %q, file %q", got.SIAddr, got.ServerName, got.File)
		}
		if _, ok := got.Options[61]; ok {
			t.Error("the client-id returns though leased said not to")
		}
	})
}

func TestBOOTP(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.99.0.1/24", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(bootRequest()))
		q := leased.queries(1)[0]
		if q.GetType() != 0 {
			t.Errorf("type %d, want 0", q.GetType())
		}
		leased.answer(&leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_ACK, Yiaddr: 0x0a14004d, File: "kernel",
			Options: option.List(nil).Append(option.SubnetMask, []byte{255, 255, 252, 0})})
		s := sent(t, peer)
		if !s.L2 || s.Dst != netip.MustParseAddrPort("10.20.0.77:68") || s.Src != netip.MustParseAddrPort("10.20.0.1:67") {
			t.Errorf("from %v to %v, frame %v", s.Src, s.Dst, s.L2)
		}
		if want := []byte{99, 130, 83, 99, 1, 4, 255, 255, 252, 0, 255, 0}; len(s.Payload) != 300 || !bytes.HasPrefix(s.Payload[236:], want) {
			t.Errorf("%d bytes, vendor area % x", len(s.Payload), s.Payload[236:])
		}
		synctest.Wait()
		f.want(1, serve.MetricReceived, "type", "BOOTREQUEST")
		f.want(1, serve.MetricSent, "type", "BOOTREPLY")
		f.want(1, serve.MetricReply, "type", "BOOTREPLY")
	})
}

func TestLeaseQuery(t *testing.T) {
	answers := []struct {
		kind leasedv1.Answer_Kind
		want string
		byte byte
	}{
		{leasedv1.Answer_KIND_LEASEACTIVE, "LEASEACTIVE", 13},
		{leasedv1.Answer_KIND_LEASEUNASSIGNED, "LEASEUNASSIGNED", 11},
		{leasedv1.Answer_KIND_LEASEUNKNOWN, "LEASEUNKNOWN", 12},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for _, tt := range answers {
			peer.Deliver(leaseQuery())
			q := leased.queries(1)[0]
			if q.GetType() != 10 || q.GetCiaddr() != 0x0a14004d || q.GetGiaddr() != 0x0a1e0001 || q.GetHtype() != 0 || len(q.GetChaddr()) != 0 {
				t.Errorf("query %v", q)
			}
			a := &leasedv1.Answer{Id: q.GetId(), Kind: tt.kind, Ciaddr: 0x0a14004d}
			if tt.kind == leasedv1.Answer_KIND_LEASEACTIVE {
				a.Htype, a.Chaddr = 1, []byte{2, 0, 0, 0, 0, 7}
				a.Options = option.List(nil).AppendUint32(option.LeaseTime, 60).Append(option.RelayAgentInfo, dhcptest.CircuitID("c"))
			}
			leased.answer(a)
			s := sent(t, peer)
			if s.L2 || s.Dst != netip.MustParseAddrPort("10.30.0.1:67") || s.Src != netip.MustParseAddrPort("10.20.0.1:67") {
				t.Errorf("from %v to %v, frame %v", s.Src, s.Dst, s.L2)
			}
			got := dhcptest.Parse(t, s.Payload)
			want := map[uint8][]byte{53: {tt.byte}}
			hardware := ""
			if a.Options != nil {
				want[51], want[82], hardware = []byte{0, 0, 0, 60}, dhcptest.CircuitID("c"), "02:00:00:00:00:07"
			}
			if diff := cmp.Diff(want, got.Options); diff != "" || got.CIAddr != netip.MustParseAddr("10.20.0.77") || got.CHAddr != hardware {
				t.Errorf("ciaddr %v, chaddr %v, options (-want +got):\n%s", got.CIAddr, got.CHAddr, diff)
			}
			synctest.Wait()
			f.want(1, serve.MetricSent, "type", tt.want)
			f.want(1, serve.MetricReply, "type", tt.want)
		}
		f.want(3, serve.MetricReceived, "type", "LEASEQUERY")
	})
}

// No answer leaves that its query cannot have.
func TestAnswersThatDoNotFit(t *testing.T) {
	tests := []struct {
		name  string
		query link.Received
		kinds []leasedv1.Answer_Kind
	}{
		{"DHCP", broadcast(dhcptest.Discover(mac)), []leasedv1.Answer_Kind{leasedv1.Answer_KIND_UNSPECIFIED,
			leasedv1.Answer_KIND_LEASEACTIVE, leasedv1.Answer_KIND_LEASEUNKNOWN, leasedv1.Answer_KIND_LEASEUNASSIGNED, 99, -1}},
		{"BOOTP", broadcast(bootRequest()), []leasedv1.Answer_Kind{leasedv1.Answer_KIND_OFFER, leasedv1.Answer_KIND_NAK,
			leasedv1.Answer_KIND_LEASEACTIVE}},
		{"leasequery", leaseQuery(), []leasedv1.Answer_Kind{leasedv1.Answer_KIND_OFFER, leasedv1.Answer_KIND_ACK, leasedv1.Answer_KIND_NAK}},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		n := 0.0
		for _, tt := range tests {
			for _, kind := range tt.kinds {
				peer.Deliver(tt.query)
				leased.answer(&leasedv1.Answer{Id: leased.queries(1)[0].GetId(), Kind: kind})
				synctest.Wait()
				n++
				if got := f.value(serve.MetricDropped, "reason", serve.ReasonBadAnswer.String()); got != n {
					t.Fatalf("%s answered by %v: %v bad answers, want %v", tt.name, kind, got, n)
				}
			}
		}
		if len(peer.Sent()) != 0 {
			t.Errorf("%d replies left", len(peer.Sent()))
		}
	})
}
