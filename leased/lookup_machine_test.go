package leased_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// desk is a registration system that knows one machine. Its URL is put in the place of DESK.
type desk struct {
	url   string
	asked atomic.Int32
	hold  chan struct{} // closed when it may answer
}

func newDesk(t *testing.T) *desk {
	d := &desk{hold: make(chan struct{})}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.asked.Add(1)
		select {
		case <-d.hold:
		case <-r.Context().Done():
			return
		}
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), guest) {
			_, _ = io.WriteString(w, `{"ip": "10.20.0.77", "hostname": "desk7", "gateway": "10.20.0.9", "lease_time": 600}`)
			return
		}
		_, _ = io.WriteString(w, "null")
	}))
	t.Cleanup(srv.Close)
	d.url = srv.URL
	return d
}

func (d *desk) config() string {
	return leasedtest.Floor + "  lookup: {url: \"" + d.url + "\", keep: {stale: 0}, timeout: 20s}\n"
}

// until asks until an answer is of a kind, and for an address.
func until(t *testing.T, f *leasedtest.Frontend, q func() *leasedv1.Query, kind leasedv1.Answer_Kind, ip string) *leasedv1.Answer {
	t.Helper()
	for deadline := time.Now().Add(leasedtest.Patience); ; time.Sleep(5 * time.Millisecond) {
		a := f.Ask(q())[0]
		if a.GetKind() == kind && strings.HasPrefix(leasedtest.Addr(a.GetYiaddr()).String(), ip) {
			return a
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v %v %s, want %v %s", a.GetKind(), leasedtest.Addr(a.GetYiaddr()), a.GetReason(), kind, ip)
		}
	}
}

// A machine that the registration system knows is a guest for one message, and then what it says; others stay guests.
func TestLookupOfAMachine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := leasedtest.Start(t, d.config())
	f := s.Connect(t, "gate")
	discover := func(mac string) func() *leasedv1.Query {
		return func() *leasedv1.Query { return leasedtest.Discover(mac) }
	}
	if a := f.Ask(leasedtest.Discover(guest))[0]; a.GetKind() != leasedv1.Answer_KIND_OFFER || !strings.HasPrefix(leasedtest.Addr(a.GetYiaddr()).String(), "10.99.0.") {
		t.Errorf("before the answer: %v %v %s, want an offer of the lobby", a.GetKind(), leasedtest.Addr(a.GetYiaddr()), a.GetReason())
	}
	close(d.hold)
	offer := until(t, f, discover(guest), leasedv1.Answer_KIND_OFFER, "10.20.0.77")
	ack := f.Ask(leasedtest.Select(guest, offer))[0]
	if ack.GetKind() != leasedv1.Answer_KIND_ACK || leasedtest.Addr(ack.GetYiaddr()).String() != "10.20.0.77" {
		t.Fatalf("the offer is taken: %v %s", ack.GetKind(), ack.GetReason())
	}
	for code, want := range map[option.Code]string{option.LeaseTime: "\x00\x00\x02\x58", option.Router: "\x0a\x14\x00\x09", option.HostName: "desk7"} {
		if v, _ := option.List(ack.GetOptions()).Get(code); string(v) != want {
			t.Errorf("option %d: %q, want %q", code, v, want)
		}
	}
	if a := f.Ask(leasedtest.Renew(guest, leasedtest.Addr(ack.GetYiaddr())))[0]; a.GetKind() != leasedv1.Answer_KIND_ACK {
		t.Errorf("renewal: %v %s", a.GetKind(), a.GetReason())
	}
	f.Lease(other)
	if got := f.Lease(other).String(); !strings.HasPrefix(got, "10.99.0.") {
		t.Errorf("a machine that nobody knows has %s", got)
	}

	// A reservation comes first.
	_, err := leasedv1.NewReservationServiceClient(s.Conn).Add(leasedtest.Context(t), &leasedv1.AddRequest{Reservation: &leasedv1.Reservation{
		Identifier: &leasedv1.Reservation_Hardware{Hardware: guest}, Subnet: "hall", Address: "10.20.0.5",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if a := f.Ask(leasedtest.Renew(guest, leasedtest.Addr(ack.GetYiaddr())))[0]; a.GetKind() != leasedv1.Answer_KIND_NAK {
		t.Errorf("renewal of what the registration system gave, with a reservation elsewhere: %v %s", a.GetKind(), a.GetReason())
	}
	if a := f.Ask(leasedtest.Discover(guest))[0]; leasedtest.Addr(a.GetYiaddr()).String() != "10.20.0.5" {
		t.Errorf("offered %v, want what is reserved", leasedtest.Addr(a.GetYiaddr()))
	}
}

// After a restart nothing is remembered. Until the registration system has answered, what a machine has is not taken from it.
func TestLookupAfterARestart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	close(d.hold)
	dir := leasedtest.Dir(t)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, d.config()), DataDir: dir}
	s := leasedtest.Run(t, cfg)
	f := s.Connect(t, "gate")
	offer := until(t, f, func() *leasedv1.Query { return leasedtest.Discover(guest) }, leasedv1.Answer_KIND_OFFER, "10.20.0.77")
	f.Ask(leasedtest.Select(guest, offer))
	s.Stop()

	d = newDesk(t)
	cfg.Leased = leasedtest.Read(t, dir, d.config())
	s = leasedtest.Run(t, cfg)
	f = s.Connect(t, "gate")
	renew := func() *leasedv1.Query { return leasedtest.Renew(guest, leasedtest.Addr(offer.GetYiaddr())) }
	for range 3 {
		if a := f.Ask(renew())[0]; a.GetKind() != leasedv1.Answer_KIND_ACK || a.GetYiaddr() != offer.GetYiaddr() {
			t.Errorf("renewal before the answer: %v %q", a.GetKind(), a.GetReason())
		}
		if a := f.Ask(leasedtest.Discover(guest))[0]; a.GetKind() != leasedv1.Answer_KIND_OFFER || a.GetYiaddr() != offer.GetYiaddr() {
			t.Errorf("boot before the answer: %v %v %q", a.GetKind(), leasedtest.Addr(a.GetYiaddr()), a.GetReason())
		}
	}
	close(d.hold)
	until(t, f, renew, leasedv1.Answer_KIND_ACK, "10.20.0.77")

	// Without a registration system the machine is what the configuration makes of it.
	if err := reload(s.Service, leasedtest.Read(t, dir, leasedtest.Floor)); err != nil {
		t.Fatal(err)
	}
	if a := f.Ask(renew())[0]; a.GetKind() != leasedv1.Answer_KIND_NAK {
		t.Errorf("renewal without a registration system: %v %s", a.GetKind(), a.GetReason())
	}
}
