package service_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

func kinds(events []*leasedv1.Event) (ks []string) {
	for _, e := range events {
		ks = append(ks, e.GetKind())
	}
	return ks
}

func TestEventList(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	ip := f.Lease(guest)
	f.Ask(leasedtest.Decline(guest, ip, lobbyServer))
	s.Await(t, 0, "address.declined")
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("hall", guest, "10.20.0.201", ""))
	all := []string{"link.up", "client.unknown", "lease.granted", "address.declined", "reservation.added"}
	if diff := cmp.Diff(all, kinds(s.Events(t))); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	service := leasedv1.NewEventServiceClient(s.Conn)
	for name, tc := range map[string]struct {
		ask  *leasedv1.EventServiceListRequest
		want []string
	}{
		"after":          {&leasedv1.EventServiceListRequest{After: 3}, all[3:]},
		"after the last": {&leasedv1.EventServiceListRequest{After: 5}, nil},
		"limit":          {&leasedv1.EventServiceListRequest{Limit: 2}, all[:2]},
		"after, limit":   {&leasedv1.EventServiceListRequest{After: 1, Limit: 2}, all[1:3]},
		"newest":         {&leasedv1.EventServiceListRequest{Limit: 2, Newest: true}, all[3:]},
		"kind":           {&leasedv1.EventServiceListRequest{Kinds: []string{"lease.granted"}}, all[2:3]},
		"kinds":          {&leasedv1.EventServiceListRequest{Kinds: []string{"lease.*", "link.up"}}, []string{all[0], all[2]}},
		"kind, limit":    {&leasedv1.EventServiceListRequest{Kinds: []string{"reservation.*"}, Limit: 1}, all[4:]},
		"machine":        {&leasedv1.EventServiceListRequest{Hardware: "5254.0012.3456"}, all[1:]},
		"machine, kind":  {&leasedv1.EventServiceListRequest{Hardware: guest, Kinds: []string{"lease.*", "link.up"}}, all[2:3]},
		"other machine":  {&leasedv1.EventServiceListRequest{Hardware: testbox}, nil},
		"kind, newest":   {&leasedv1.EventServiceListRequest{Kinds: []string{"link.*", "client.*"}, Limit: 1, Newest: true}, all[1:2]},
	} {
		res, err := service.List(leasedtest.Context(t), tc.ask)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(tc.want, kinds(res.GetEvents())); diff != "" || res.GetLast() != 5 {
			t.Errorf("%s: last is %d, want 5 (-want +got):\n%s", name, res.GetLast(), diff)
		}
	}
	_, err := service.List(leasedtest.Context(t), &leasedv1.EventServiceListRequest{After: 6})
	wantFault(t, err, &fault.Error{Code: fault.Range, Reason: "CURSOR_AHEAD", Meta: map[string]string{"newest": "5"}})
	_, err = service.List(leasedtest.Context(t), &leasedv1.EventServiceListRequest{Hardware: "desk7"})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
	for _, bad := range []string{"lease.lost", "lease", "*", ".*", "", "lease.granted "} {
		_, err := service.List(leasedtest.Context(t), &leasedv1.EventServiceListRequest{Kinds: []string{"lease.granted", bad}})
		wantFault(t, err, invalid("BAD_KIND", "kinds"))
		stream, err := service.Watch(leasedtest.Context(t), &leasedv1.WatchRequest{Kinds: []string{bad}})
		if err == nil {
			_, err = stream.Recv()
		}
		wantFault(t, err, invalid("BAD_KIND", "kinds"))
	}
}

// TestUnknownClientEvent is what the registration system hears of a stranger, however odd its octets are.
func TestUnknownClientEvent(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	q := leasedtest.Discover(guest)
	leasedtest.Add(q, option.HostName, []byte("lap\x00top\xff"))
	leasedtest.Add(q, option.VendorClass, []byte("MSFT\xff5.0"))
	leasedtest.Add(q, option.RelayAgentInfo, []byte{1, 2, 0, 7, 2, 3, 's', 'w', '1'})
	q.Giaddr = 0x0a630009
	f.Ask(q)
	e := s.Await(t, 0, "client.unknown")
	want := &leasedv1.Event{
		Sequence: 2, Kind: "client.unknown", Link: "gate/eth1", Subnet: "lobby", Address: "10.99.0.50",
		Machine: &leasedv1.Machine{
			Hardware: guest, Randomised: true, Hostname: "lap-top", VendorClass: "hex:4d534654ff352e30", Relay: "10.99.0.9",
			CircuitId: "hex:0007", RemoteId: "sw1",
		},
	}
	if diff := cmp.Diff(want, e[1], protocmp.Transform(), protocmp.IgnoreFields(want, "time")); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if age := time.Since(e[1].GetTime().AsTime()); age < 0 || age > time.Minute {
		t.Errorf("the event is %v old", age)
	}
}

// TestWatch follows the log from cursors, across filters, as it grows.
func TestWatch(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	service := leasedv1.NewEventServiceClient(s.Conn)
	first := r.mustAdd(in("hall", mac(1), "10.20.1.1", ""))
	r.mustDelete(first.GetId())
	watch := func(req *leasedv1.WatchRequest) (next func() ([]string, uint64)) {
		t.Helper()
		stream, err := service.Watch(leasedtest.Context(t), req)
		if err != nil {
			t.Fatal(err)
		}
		return func() (seen []string, cursor uint64) {
			t.Helper()
			m, err := stream.Recv()
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range m.GetEvents() {
				seen = append(seen, fmt.Sprint(e.GetSequence(), " ", e.GetKind()))
			}
			return seen, m.GetCursor()
		}
	}
	// until reads until the cursor is there.
	until := func(next func() ([]string, uint64), cursor uint64) (all []string) {
		t.Helper()
		for at := uint64(0); at < cursor; {
			var seen []string
			seen, at = next()
			all = append(all, seen...)
		}
		return all
	}
	now := watch(&leasedv1.WatchRequest{After: 1, FromNow: true})
	if seen, cursor := now(); len(seen) != 0 || cursor != 2 { // it stands at the end before anything else happens
		t.Fatalf("a watch from now begins with %v at %d, want nothing at 2", seen, cursor)
	}
	r.mustAdd(in("hall", mac(2), "10.20.1.2", ""))
	all := []string{"1 reservation.added", "2 reservation.deleted", "3 reservation.added"}
	for name, tc := range map[string]struct {
		next func() ([]string, uint64)
		want []string
	}{
		"from the beginning": {watch(&leasedv1.WatchRequest{}), all},
		"from a cursor":      {watch(&leasedv1.WatchRequest{After: 2}), all[2:]},
		"filtered":           {watch(&leasedv1.WatchRequest{Kinds: []string{"reservation.deleted"}}), all[1:2]},
		"of a machine":       {watch(&leasedv1.WatchRequest{Hardware: mac(2)}), all[2:]},
		"nothing of it":      {watch(&leasedv1.WatchRequest{Kinds: []string{"pool.*"}}), nil},
		"from now":           {now, all[2:]},
	} {
		if diff := cmp.Diff(tc.want, until(tc.next, 3)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestCursorTooOld: a watcher that was away for too long is told where it can go on, and can.
func TestCursorTooOld(t *testing.T) {
	dir := leasedtest.Dir(t)
	c := leasedtest.Read(t, dir, leasedtest.Floor)
	c.Events.MaxCount = 5
	s := leasedtest.Run(t, leased.Config{Leased: c, DataDir: dir})
	f := s.Connect(t, "gate")
	// The log outgrows its bound a little before it is trimmed.
	for round := range 2 {
		var qs []*leasedv1.Query
		for i := range 90 {
			qs = append(qs, leasedtest.Discover(mac(100*round+i)))
		}
		f.Ask(qs...)
	}
	// The answer of a change comes when all before it is committed.
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("hall", guest, "10.20.0.201", ""))
	service := leasedv1.NewEventServiceClient(s.Conn)
	list := func(after uint64) (*leasedv1.EventServiceListResponse, error) {
		return service.List(leasedtest.Context(t), &leasedv1.EventServiceListRequest{After: after, Limit: 1})
	}
	_, err := list(1)
	f1 := asFault(t, err)
	if f1.Code != fault.Range || f1.Reason != "CURSOR_TOO_OLD" {
		t.Fatalf("List: %v, want CURSOR_TOO_OLD", err)
	}
	stream, err := service.Watch(leasedtest.Context(t), &leasedv1.WatchRequest{After: 1})
	for err == nil {
		_, err = stream.Recv()
	}
	if f2 := asFault(t, err); f2.Reason != "CURSOR_TOO_OLD" || f2.Meta["oldest"] != f1.Meta["oldest"] {
		t.Errorf("Watch: %v %v, want as List %v", err, f2.Meta, f1.Meta)
	}
	oldest, err := strconv.ParseUint(f1.Meta["oldest"], 10, 64)
	if err != nil {
		t.Fatalf("metadata %v, want the oldest cursor", f1.Meta)
	}
	// That one can be read from, the one before it cannot, and 0 begins where the log begins.
	if _, err := list(oldest - 1); fault.ReasonOf(err) != "CURSOR_TOO_OLD" {
		t.Errorf("cursor %d before the oldest: %v", oldest-1, err)
	}
	for _, after := range []uint64{oldest, 0} {
		if res, err := list(after); err != nil || len(res.GetEvents()) != 1 || res.GetEvents()[0].GetSequence() != oldest+1 {
			t.Errorf("from cursor %d: %v, %v; want event %d", after, res, err, oldest+1)
		}
	}
}

// Pools tell when they run low and when they are empty.
func TestPoolEvents(t *testing.T) {
	s := leasedtest.Start(t, barn)
	f := s.Connect(t, "gate", &leasedv1.Link{Name: "eth1", Addresses: []string{"10.64.0.1/16"}, Up: true})
	const size = 5 * 256
	for first := 0; first < size; first += size / 2 {
		var ask []*leasedv1.Query
		for i := range size / 2 {
			ask = append(ask, leasedtest.Discover(mac(first+i)))
		}
		for i, o := range f.Ask(ask...) {
			ask[i] = leasedtest.Select(mac(first+i), o)
		}
		f.Ask(ask...)
	}
	wantAnswer(t, f.Ask(leasedtest.Discover(guest))[0], leasedv1.Answer_KIND_DROP, "pool-exhausted")
	seen := kinds(s.Await(t, 0, "pool.exhausted"))
	if n := len(slices.DeleteFunc(seen, func(k string) bool { return k != "pool.low" })); n != 1 {
		t.Errorf("%d pool.low on the way to the end of the pool, want 1", n)
	}
}
