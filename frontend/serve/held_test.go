package serve_test

import (
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	leasedv1 "rollcall/proto/leased/v1"
)

// delayed answers q with an OFFER that is to be held back for so many milliseconds.
func delayed(q *leasedv1.Query, ms uint32) *leasedv1.Answer {
	a := offer(q)
	a.Delay = ms
	return a
}

// nothing expects that no reply has left by now.
func nothing(t *testing.T, peer *link.Peer, when string) {
	t.Helper()
	synctest.Wait()
	if n := len(peer.Sent()); n != 0 {
		t.Fatalf("%d replies left %s", n, when)
	}
}

func TestDelayedReplies(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		for i := range 3 {
			peer.Deliver(broadcast(dhcptest.Discover(mac, dhcptest.XID(uint32(i)))))
		}
		q := leased.queries(3)
		began := time.Now()
		// What is delayed holds nothing else back, be it of the same message.
		leased.answer(delayed(q[0], 3000), offer(q[1]), delayed(q[2], 1000))
		for _, want := range []struct {
			xid   uint32
			after time.Duration
		}{{1, 0}, {2, time.Second}, {0, 3 * time.Second}} {
			s := sent(t, peer)
			got := dhcptest.Parse(t, s.Payload)
			if after := time.Since(began); got.XID != want.xid || after != want.after || got.YIAddr != netip.MustParseAddr("10.20.0.77") {
				t.Errorf("the reply to %d left after %v, want that to %d after %v", got.XID, after, want.xid, want.after)
			}
			if s.Dst.String() != "10.20.0.77:68" || !s.L2 || s.Src.String() != "10.20.0.1:67" {
				t.Errorf("from %v to %v, frame %v", s.Src, s.Dst, s.L2)
			}
		}
		synctest.Wait()
		f.want(3, serve.MetricSent, "type", "OFFER")
		f.want(0, serve.MetricHeld)
		f.want(1, serve.MetricReply, "type", "OFFER") // those that were held back say nothing of how fast we are
	})
}

func TestDelayIsBounded(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		began := time.Now()
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.answer(delayed(leased.queries(1)[0], 1<<32-1))
		sent(t, peer)
		if after := time.Since(began); after != 10*time.Second {
			t.Errorf("left after %v, want 10s", after)
		}

		for range 1030 {
			peer.Deliver(broadcast(dhcptest.Discover(mac)))
			leased.answer(delayed(leased.queries(1)[0], 500))
		}
		synctest.Wait()
		if n := len(peer.Sent()); n != 6 {
			t.Errorf("%d left at once, want those beyond 1024", n)
		}
		f.want(1024, serve.MetricHeld)
		f.want(6, serve.MetricUndelayed)
		for range 1030 {
			sent(t, peer)
		}
		synctest.Wait()
		f.want(0, serve.MetricHeld)
	})
}

// A reply that is held back is none any more once the link it is for, or the leased that it is of, has gone.
func TestDelayedRepliesEnd(t *testing.T) {
	tests := []struct {
		name   string
		end    func(f *fixture, conn link.Conn, leased *stream)
		reason serve.Reason
	}{
		{"the link is down", func(_ *fixture, conn link.Conn, _ *stream) { _ = conn.Close() }, serve.ReasonLinkDown},
		{"the link is another", func(f *fixture, conn link.Conn, _ *stream) {
			_ = conn.Close()
			synctest.Wait()
			f.link("eth1", "10.20.0.1/22")
		}, serve.ReasonLinkDown},
		{"the stream broke", func(_ *fixture, _ link.Conn, leased *stream) { leased.end <- nil }, serve.ReasonUnavailable},
		{"the frontend stops", func(f *fixture, _ link.Conn, _ *stream) { f.stop() }, serve.ReasonUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start(t, anyRelay, func(f *fixture) {
				conn, peer := f.link("eth1", "10.20.0.1/22")
				leased, _ := f.accept()
				peer.Deliver(broadcast(dhcptest.Discover(mac)))
				leased.answer(delayed(leased.queries(1)[0], 2000))
				synctest.Wait()
				f.want(1, serve.MetricHeld)
				tt.end(f, conn, leased)
				time.Sleep(3 * time.Second)
				nothing(t, peer, "after "+tt.name)
				f.dropped(1, tt.reason)
				f.want(0, serve.MetricHeld)
			})
		})
	}
}

func TestDelayedReplyIsRefused(t *testing.T) {
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()
		peer.Deliver(broadcast(dhcptest.Discover(mac)))
		leased.answer(delayed(leased.queries(1)[0], 100))
		peer.Refuse(syscall.ENOBUFS)
		time.Sleep(time.Second)
		f.dropped(1, serve.ReasonSendFailed)
	})
}
