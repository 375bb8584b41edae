package serve_test

import (
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

const mac = "02:00:00:00:00:09"

var anyRelay = serve.Relays{Accept: true}

func TestExchange(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22", "10.99.0.1/24")
		leased, hello := f.accept()
		if diff := cmp.Diff(&leasedv1.Hello{Frontend: "fe1", Links: []*leasedv1.Link{
			{Name: "eth1", Addresses: []string{"10.20.0.1/22", "10.99.0.1/24"}, Up: true},
		}}, hello, protocmp.Transform()); diff != "" {
			t.Errorf("hello (-want +got):\n%s", diff)
		}

		peer.Deliver(broadcast(dhcptest.Discover(mac, dhcptest.XID(0xfeed), dhcptest.Secs(3), dhcptest.HostName("box"))))
		q := leased.queries(1)[0]
		if host, _ := option.List(q.GetOptions()).Get(option.HostName); string(host) != "box" {
			t.Errorf("options %x lack the host name", q.GetOptions())
		}
		want := &leasedv1.Query{
			Port: 67, Type: 1, Xid: 0xfeed, Secs: 3, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9}, Destination: 0xffffffff,
		}
		if diff := cmp.Diff(want, q, protocmp.Transform(), protocmp.IgnoreFields(q, "id", "options")); diff != "" {
			t.Errorf("query (-want +got):\n%s", diff)
		}

		time.Sleep(3 * time.Millisecond) // of the bubble: leased thinks
		leased.answer(offer(q))
		s := sent(t, peer)
		reply := dhcptest.Parse(t, s.Payload)
		if reply.XID != 0xfeed || reply.YIAddr != netip.MustParseAddr("10.20.0.77") {
			t.Errorf("reply %+v", reply)
		}
		s.Payload = nil
		if diff := cmp.Diff(link.Send{
			Src: netip.MustParseAddrPort("10.20.0.1:67"), Dst: netip.MustParseAddrPort("10.20.0.77:68"),
			HW: [6]byte{2, 0, 0, 0, 0, 9}, L2: true,
		}, s, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		synctest.Wait()
		f.want(1, serve.MetricReceived, "link", "eth1", "type", "DISCOVER")
		f.want(1, serve.MetricSent, "link", "eth1", "type", "OFFER")
		f.want(1, serve.MetricReply, "type", "OFFER")
		f.want(0, serve.MetricDropped)
		f.want(0, serve.MetricPending)
	})
}

// Where a reply goes is packet's to decide; from which address and by which
// way is decided here.
func TestSourceOfReplies(t *testing.T) {
	tests := []struct {
		name     string
		payload  []byte
		src, dst string
		wantSrc  string
		wantDst  string
		wantL2   bool
	}{
		{"broadcast flag", dhcptest.Discover(mac, dhcptest.Broadcast()), "0.0.0.0:68", "255.255.255.255:67",
			"10.20.0.1:67", "255.255.255.255:68", true},
		{"relay", dhcptest.Discover(mac, dhcptest.Giaddr("10.30.0.1")), "10.30.0.1:67", "10.20.0.9:67",
			"10.20.0.9:67", "10.30.0.1:67", false},
		{"renewing", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", "10.20.0.1:67",
			"10.20.0.1:67", "10.20.0.77:68", false},
		{"rebinding", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", "255.255.255.255:67",
			"10.20.0.1:67", "10.20.0.77:68", false},
		{"directed broadcast", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:68", "10.20.3.255:67",
			"10.20.0.1:67", "10.20.0.77:68", false},
		{"boot server", dhcptest.Renew(mac, "10.20.0.77"), "10.20.0.77:4011", "10.20.0.1:4011",
			"10.20.0.1:4011", "10.20.0.77:4011", false},
	}
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22", "10.20.0.9/22")
		leased, _ := f.accept()
		for _, tt := range tests {
			peer.Deliver(link.Received{Payload: tt.payload, Src: netip.MustParseAddrPort(tt.src), Dst: netip.MustParseAddrPort(tt.dst)})
			leased.answer(offer(leased.queries(1)[0]))
			s := sent(t, peer)
			if s.Src.String() != tt.wantSrc || s.Dst.String() != tt.wantDst || s.L2 != tt.wantL2 {
				t.Errorf("%s: from %v to %v, frame %v; want %v, %v, %v", tt.name, s.Src, s.Dst, s.L2, tt.wantSrc, tt.wantDst, tt.wantL2)
			}
		}
	})
}

func TestUnfitPacketsAreCounted(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		broken := dhcptest.Discover(mac)
		broken[236] ^= 0xff
		peer.Deliver(
			link.Received{Drop: link.DropTruncated},
			broadcast([]byte("short")),
			broadcast(broken),
			broadcast(dhcptest.Discover(mac)),
		)
		if n := len(leased.queries(1)); n != 1 {
			t.Errorf("%d queries, want 1", n)
		}
		f.want(1, serve.MetricDropped, "link", "eth1", "reason", link.DropTruncated.String())
		f.want(1, serve.MetricDropped, "link", "eth1", "reason", packet.ReasonShort.String())
		f.want(1, serve.MetricDropped, "link", "eth1", "reason", packet.ReasonCookie.String())
	})
}

func TestRelayPolicy(t *testing.T) {
	relayed := broadcast(dhcptest.Discover(mac, dhcptest.Giaddr("10.30.0.1")))
	start(t, serve.Relays{}, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(relayed, broadcast(dhcptest.Discover(mac)))
		if q := leased.queries(1)[0]; q.GetGiaddr() != 0 {
			t.Errorf("a relayed query passed: %v", q)
		}
		f.dropped(1, serve.ReasonRelayRefused)

		f.server.SetPolicy(serve.Policy{Local: true, Relays: serve.Relays{Accept: true, Allow: []netip.Prefix{netip.MustParsePrefix("10.31.0.0/16")}}})
		peer.Deliver(relayed)
		synctest.Wait()
		f.dropped(2, serve.ReasonRelayRefused)

		f.server.SetPolicy(serve.Policy{Local: true, Relays: serve.Relays{Accept: true, Allow: []netip.Prefix{netip.MustParsePrefix("10.30.0.1/32")}}})
		peer.Deliver(relayed)
		if q := leased.queries(1)[0]; q.GetGiaddr() != 0x0a1e0001 {
			t.Errorf("giaddr %x", q.GetGiaddr())
		}
	})
}

func TestAnswersThatLeadToNoReply(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac)), broadcast(dhcptest.Discover(mac)), broadcast(dhcptest.Discover(mac)),
			broadcast(dhcptest.Discover(mac)), broadcast(dhcptest.Release(mac, "10.20.0.77", "10.20.0.1")))
		q := leased.queries(5)
		broken := offer(q[2])
		broken.Options = broken.Options[:5]
		leased.answer(
			&leasedv1.Answer{Id: q[0].GetId(), Kind: leasedv1.Answer_KIND_DROP, Reason: "no-subnet"},
			&leasedv1.Answer{Id: q[1].GetId()},
			broken,
			&leasedv1.Answer{Id: 0xffffffff, Kind: leasedv1.Answer_KIND_OFFER},
			offer(q[3]),
			offer(q[3]), // twice
			&leasedv1.Answer{Id: q[4].GetId(), Kind: leasedv1.Answer_KIND_DROP}, // as it should be: not a drop
		)
		sent(t, peer)
		synctest.Wait()
		f.dropped(1, serve.ReasonDecided)
		f.dropped(2, serve.ReasonBadAnswer)
		f.dropped(2, serve.ReasonLate)
		f.want(1, serve.MetricSent)
		f.want(0, serve.MetricPending)
	})
}

func TestRefusedSendsAreCounted(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		conn, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Refuse(syscall.EHOSTUNREACH)
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.answer(offer(leased.queries(1)[0]))
		synctest.Wait()
		f.dropped(1, serve.ReasonSendFailed)

		peer.Refuse(nil)
		peer.LoseInKernel(7)
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		q := leased.queries(1)[0]
		_ = conn.Close() // before the answer
		synctest.Wait()
		leased.answer(offer(q))
		synctest.Wait()
		f.dropped(1, serve.ReasonLinkDown)
		f.want(0, serve.MetricLinkUp, "link", "eth1")
		f.want(7, serve.MetricKernelDrops, "link", "eth1")
	})
}

func TestStreamBreaksAndComesBack(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		if f.server.Ready() == nil {
			t.Error("ready before leased has accepted the stream")
		}
		leased, _ := f.accept()
		time.Sleep(time.Second)
		if err := f.server.Ready(); err != nil {
			t.Errorf("not ready: %v", err)
		}
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		lost := leased.queries(1)[0]
		leased.end <- status.Error(codes.Unavailable, "going away")
		synctest.Wait()
		if f.server.Ready() == nil {
			t.Error("ready without a stream")
		}
		f.dropped(1, serve.ReasonUnavailable)
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		synctest.Wait()
		f.dropped(2, serve.ReasonUnavailable)

		// Refused for half a minute; then leased is back.
		refused := 0
		for began := time.Now(); time.Since(began) < 30*time.Second; refused++ {
			s := <-f.leased.streams
			s.end <- status.Error(codes.PermissionDenied, "not a frontend")
			if f.server.Ready() == nil {
				t.Fatal("ready on a stream that is refused")
			}
		}
		if refused < 25 || refused > 100 {
			t.Errorf("%d tries in 30 s, want one or two a second", refused)
		}
		leased, hello := f.accept()
		if len(hello.GetLinks()) != 1 {
			t.Errorf("hello %v", hello)
		}
		leased.answer(offer(lost)) // of the stream before
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.answer(offer(leased.queries(1)[0]))
		sent(t, peer)
		synctest.Wait()
		f.dropped(1, serve.ReasonLate)
		time.Sleep(time.Second)
		if err := f.server.Ready(); err != nil {
			t.Errorf("not ready after recovery: %v", err)
		}
	})
}

func TestUnansweredQueriesExpire(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		q := leased.queries(1)[0]
		time.Sleep(10 * time.Second)
		synctest.Wait()
		f.dropped(1, serve.ReasonUnanswered)
		if f.server.Ready() == nil {
			t.Error("ready although leased is silent")
		}
		leased.answer(offer(q))
		synctest.Wait()
		f.dropped(1, serve.ReasonLate)
		if err := f.server.Ready(); err != nil {
			t.Errorf("not ready although leased speaks: %v", err)
		}
	})
}

func TestLinkChangesReachLeased(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer1 := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()

		eth1 := link.State{Name: "eth1", Status: link.StatusUp, Info: link.Info{Name: "eth1",
			Addrs: []netip.Prefix{netip.MustParsePrefix("10.20.0.2/22")}}}
		f.server.SetLinks([]link.State{{Name: "eth0"}, eth1})
		want := []*leasedv1.Link{{Name: "eth0"}, {Name: "eth1", Up: true, Addresses: []string{"10.20.0.2/22"}}}
		if diff := cmp.Diff(want, leased.recv().GetHello().GetLinks(), protocmp.Transform()); diff != "" {
			t.Errorf("links (-want +got):\n%s", diff)
		}
		peer1.Deliver(broadcast(dhcptest.Discover(mac)))
		if q := leased.queries(1)[0]; q.GetLink() != 1 {
			t.Errorf("link %d, want the index of eth1 in the last Hello, 1", q.GetLink())
		}

		conn0, _ := f.link("eth0")
		if l := leased.recv().GetHello().GetLinks(); len(l) != 2 || !l[0].GetUp() {
			t.Errorf("links %v, want eth0 up", l)
		}
		_ = conn0.Close()
		if l := leased.recv().GetHello().GetLinks(); len(l) != 2 || l[0].GetUp() {
			t.Errorf("links %v, want eth0 down", l)
		}
		f.server.SetLinks([]link.State{eth1})
		if l := leased.recv().GetHello().GetLinks(); len(l) != 1 || l[0].GetName() != "eth1" {
			t.Errorf("links %v, want eth1 alone", l)
		}
		peer1.Deliver(broadcast(dhcptest.Discover(mac)))
		if q := leased.queries(1)[0]; q.GetLink() != 0 {
			t.Errorf("link %d, want 0", q.GetLink())
		}
	})
}

// What no rule looks at, a policy may: the whole header goes to leased, as it came.
func TestHeaderGoesToLeased(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		d := broadcast(dhcptest.Discover(mac, dhcptest.XID(0xfeed), dhcptest.Giaddr("10.30.0.1"), dhcptest.Junk(), dhcptest.Secs(0xffff)))
		d.Src, d.Dst = netip.MustParseAddrPort("10.30.0.1:67"), netip.MustParseAddrPort("10.20.0.1:67")
		peer.Deliver(d)
		peer.Deliver(broadcast(dhcptest.Discover(mac, dhcptest.XID(0xbeef))))
		want := []*leasedv1.Query{{
			Port: 67, Type: 1, Xid: 0xfeed, Secs: 0xffff, Giaddr: 0x0a1e0001, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9}, Source: 0x0a1e0001,
			Destination: 0x0a140001, Hops: 1, Yiaddr: 0xc0000243, Siaddr: 0xc0000242, Sname: []byte("junk.example"), File: []byte("/junk"),
		}, {
			Port: 67, Type: 1, Xid: 0xbeef, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9}, Destination: 0xffffffff,
		}}
		got := leased.queries(2)
		if diff := cmp.Diff(want, got, protocmp.Transform(), protocmp.IgnoreFields(new(leasedv1.Query), "id", "options")); diff != "" {
			t.Errorf("queries (-want +got):\n%s", diff)
		}
	})
}

// At the end answers that are due still leave.
func TestStopDrains(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		q := leased.queries(1)[0]
		f.stop()
		synctest.Wait()
		peer.Deliver(broadcast(dhcptest.Discover(mac))) // too late to be admitted
		synctest.Wait()
		f.dropped(1, serve.ReasonUnavailable)
		leased.answer(offer(q))
		sent(t, peer)
		began := time.Now()
		if err := <-f.stopped; err != nil || time.Since(began) > 0 {
			t.Errorf("Run: %v after %v; want no waiting once all is answered", err, time.Since(began))
		}
		f.stopped = nil
	})
}

func TestStopDoesNotWaitForASilentLeased(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.queries(1)
		began := time.Now()
		f.stop()
		if err := <-f.stopped; err != nil || time.Since(began) > time.Second {
			t.Errorf("Run: %v after %v", err, time.Since(began))
		}
		f.stopped = nil
	})
}

func TestHelloTellsOfFileServers(t *testing.T) {
	start(t, serve.Relays{Accept: true}, func(f *fixture) {
		f.link("eth1", "10.20.0.1/22")
		f.server.SetFiles(8080, true)
		leased, hello := f.accept()
		if hello.GetHttpPort() != 8080 || !hello.GetTftp() {
			t.Errorf("Hello is %v, want port 8080 and TFTP", hello)
		}
		f.server.SetFiles(8080, true) // no news
		f.server.SetFiles(0, true)
		if hello := leased.recv().GetHello(); hello.GetHttpPort() != 0 || !hello.GetTftp() {
			t.Errorf("Hello is %v, want TFTP alone", hello)
		}
	})
}
