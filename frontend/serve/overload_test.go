package serve_test

import (
	"encoding/binary"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/dhcptest"
	leasedv1 "rollcall/proto/leased/v1"
)

// flood delivers n copies of payload with consecutive xids.
func flood(peer *link.Peer, payload []byte, n int) {
	batch := make([]link.Received, 0, 64)
	for i := range n {
		p := append([]byte(nil), payload...)
		binary.BigEndian.PutUint32(p[4:], uint32(i))
		if batch = append(batch, broadcast(p)); len(batch) == cap(batch) || i == n-1 {
			peer.Deliver(batch...)
			batch = make([]link.Received, 0, 64) // the peer keeps what it was given
		}
	}
}

// Leased stalls while far more arrives than can be kept. What is kept is
// bounded, clients that are half way through come first, and nothing old is
// sent when leased is back.
func TestOverload(t *testing.T) {
	const most = 10240 // slots of a frontend
	start(t, anyRelay, func(f *fixture) {
		_, peer := f.link("eth1", "10.20.0.1/22")
		leased, _ := f.accept()

		flood(peer, dhcptest.Discover(mac), 3*most)
		synctest.Wait()
		waiting, pending := f.value(serve.MetricWaiting), f.value(serve.MetricPending)
		if waiting+pending > most || waiting < most/2 || pending == 0 {
			t.Errorf("%v waiting and %v pending, want %d at most", waiting, pending, most)
		}
		if shed := f.value(serve.MetricDropped, "reason", serve.ReasonShedDiscover.String()); shed != 3*most-waiting-pending {
			t.Errorf("%v DISCOVERs shed, %v waiting, %v pending; they must add up", shed, waiting, pending)
		}
		f.dropped(0, serve.ReasonShedRequest)

		const requests = 1000
		flood(peer, dhcptest.Request(mac, "10.20.0.77", "10.20.0.1"), requests)
		synctest.Wait()
		f.dropped(0, serve.ReasonShedRequest)

		// Leased wakes up. The DISCOVERs it already has come first, then
		// the REQUESTs, all of them, before any other DISCOVER.
		got := 0
		for got < requests {
			for _, q := range leased.recv().GetQueries() {
				leased.answer(&leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_DROP})
				if q.GetType() == 3 {
					got++
				} else if got > 0 && got < requests {
					t.Fatalf("a DISCOVER after %d of %d REQUESTs", got, requests)
				}
			}
		}

		// It stalls again for longer than any client waits. What it has been
		// sent before is all that it gets of what is old.
		time.Sleep(2 * time.Second)
		synctest.Wait()
		had := int(f.value(serve.MetricPending))
		flood(peer, dhcptest.Inform(mac, "10.20.0.77"), 1)
		for done := false; !done; {
			queries := leased.recv().GetQueries()
			var answers []*leasedv1.Answer
			for _, q := range queries {
				answers = append(answers, &leasedv1.Answer{Id: q.GetId(), Kind: leasedv1.Answer_KIND_DROP})
				done = q.GetType() == 8
				had--
			}
			leased.answer(answers...)
		}
		if had < -1 {
			t.Errorf("%d queries were sent although they were old", -had-1)
		}
		synctest.Wait()
		if f.value(serve.MetricDropped, "reason", serve.ReasonStale.String()) == 0 {
			t.Error("nothing was dropped as stale")
		}
		f.want(0, serve.MetricWaiting)
		f.want(0, serve.MetricPending)
	})
}
