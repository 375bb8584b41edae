package service_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// mac returns the address of the nth stranger.
func mac(n int) string { return fmt.Sprintf("02:00:00:00:%02x:%02x", n>>8, n&0xff) }

func holder(hardware string) *leasedv1.LeaseServiceGetRequest {
	return &leasedv1.LeaseServiceGetRequest{Key: &leasedv1.LeaseServiceGetRequest_Hardware{Hardware: hardware}}
}

func held(address string) *leasedv1.LeaseServiceGetRequest {
	return &leasedv1.LeaseServiceGetRequest{Key: &leasedv1.LeaseServiceGetRequest_Address{Address: address}}
}

func TestLeaseFilters(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	addresses := []string{f.Lease(testbox).String()}
	for i := range 5 {
		addresses = append(addresses, f.Lease(mac(i)).String())
	}
	gone := netip.MustParseAddr(addresses[2])
	f.Ask(leasedtest.Release(mac(1), gone, lobbyServer))
	s.Await(t, 0, "lease.released")
	const released, active = leasedv1.LeaseState_LEASE_STATE_RELEASED, leasedv1.LeaseState_LEASE_STATE_ACTIVE
	lobby := addresses[1:]
	for name, tc := range map[string]struct {
		ask  *leasedv1.LeaseServiceListRequest
		want []string
	}{
		"all":              {&leasedv1.LeaseServiceListRequest{}, addresses},
		"small pages":      {&leasedv1.LeaseServiceListRequest{PageSize: 2}, addresses},
		"full pages":       {&leasedv1.LeaseServiceListRequest{PageSize: 3}, addresses},
		"negative page":    {&leasedv1.LeaseServiceListRequest{PageSize: -1}, addresses},
		"subnet":           {&leasedv1.LeaseServiceListRequest{Subnet: "lobby", PageSize: 2}, lobby},
		"other subnet":     {&leasedv1.LeaseServiceListRequest{Subnet: "hall"}, addresses[:1]},
		"no subnet":        {&leasedv1.LeaseServiceListRequest{Subnet: "attic"}, nil},
		"state":            {&leasedv1.LeaseServiceListRequest{State: released}, []string{gone.String()}},
		"active in subnet": {&leasedv1.LeaseServiceListRequest{State: active, Subnet: "lobby", PageSize: 1}, append(append([]string{}, lobby[:1]...), lobby[2:]...)},
		"hardware":         {&leasedv1.LeaseServiceListRequest{Hardware: "02-00-00-00-00-03"}, lobby[3:4]},
		"nobody":           {&leasedv1.LeaseServiceListRequest{Hardware: guest}, nil},
		"contradiction":    {&leasedv1.LeaseServiceListRequest{Hardware: testbox, Subnet: "lobby"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for l := range allLeases(t, s, tc.ask) {
				got = append(got, l.GetAddress())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("leases (-want +got):\n%s", diff)
			}
		})
	}
	leases := leasedv1.NewLeaseServiceClient(s.Conn)
	_, err := leases.List(leasedtest.Context(t), &leasedv1.LeaseServiceListRequest{PageToken: "next"})
	wantFault(t, err, invalid("BAD_PAGE_TOKEN", "page_token"))
	_, err = leases.List(leasedtest.Context(t), &leasedv1.LeaseServiceListRequest{Hardware: "next"})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
}

// TestWhoHoldsThisAddress is what a registration page asks; octets of a hostile client come out as text that is safe to show.
func TestWhoHoldsThisAddress(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	withID := func(q *leasedv1.Query) *leasedv1.Query {
		return leasedtest.Add(q, option.ClientID, []byte{1, 0x52, 0x54, 0, 0x12, 0x34, 0x56})
	}
	before := time.Now().Truncate(time.Second)
	offer := f.Ask(withID(leasedtest.Discover(guest)))[0]
	ack := f.Ask(withID(leasedtest.Add(leasedtest.Select(guest, offer), option.VendorClass, []byte{'x', 0xff, 0x1b, '['})))[0]
	wantAnswer(t, ack, leasedv1.Answer_KIND_ACK, "")
	ip := leasedtest.Addr(ack.GetYiaddr())
	wantAnswer(t, f.Ask(withID(leasedtest.Renew(guest, ip)))[0], leasedv1.Answer_KIND_ACK, "")
	leases := leasedv1.NewLeaseServiceClient(s.Conn)
	for name, key := range map[string]*leasedv1.LeaseServiceGetRequest{"address": held(ip.String()), "hardware": holder("5254.0012.3456")} {
		res, err := leases.Get(leasedtest.Context(t), key)
		if err != nil {
			t.Errorf("Get by %s: %v", name, err)
			continue
		}
		l := res.GetLease()
		if l.GetAddress() != ip.String() || l.GetHardware() != guest || l.GetClientId() != "01525400123456" || l.GetSubnet() != "lobby" ||
			l.GetState() != leasedv1.LeaseState_LEASE_STATE_ACTIVE || l.GetRenewals() != 1 || l.GetReserved() || l.GetFoundByArp() {
			t.Errorf("Get by %s: %v", name, l)
		}
		if left := l.GetExpires().AsTime().Sub(l.GetCltt().AsTime()); left != 2*time.Minute {
			t.Errorf("the lease ends %v after the last message, want 2m", left)
		}
		if at := l.GetStarted().AsTime(); at.Before(before) || at.After(time.Now()) {
			t.Errorf("the lease began at %v, it is from just now", at)
		}
	}
	for name, tc := range map[string]struct {
		ask  *leasedv1.LeaseServiceGetRequest
		want *fault.Error
	}{
		"free address":  {held("10.99.0.249"), notFound("NO_SUCH_LEASE", "address")},
		"elsewhere":     {held("192.0.2.1"), notFound("NO_SUCH_LEASE", "address")},
		"stranger":      {holder(other), notFound("NO_SUCH_LEASE", "hardware")},
		"bad address":   {held("10.99.0.256"), invalid("BAD_ADDRESS", "address")},
		"bad hardware":  {holder("10.99.0.5"), invalid("BAD_HARDWARE", "hardware")},
		"empty address": {held(""), invalid("BAD_ADDRESS", "address")},
		"nothing":       {&leasedv1.LeaseServiceGetRequest{}, invalid("MISSING", "key")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := leases.Get(leasedtest.Context(t), tc.ask)
			wantFault(t, err, tc.want)
		})
	}
}

func TestRelease(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	ip := f.Lease(guest).String()
	leases := leasedv1.NewLeaseServiceClient(s.Conn)
	res, err := leases.Release(leasedtest.Context(t), &leasedv1.ReleaseRequest{Address: ip})
	if err != nil {
		t.Fatal(err)
	}
	if l := res.GetLease(); l.GetState() != leasedv1.LeaseState_LEASE_STATE_RELEASED || l.GetAddress() != ip || l.GetHardware() != guest {
		t.Errorf("released %v", l)
	}
	released := s.Events(t, "lease.released")
	if len(released) != 1 || released[0].GetAddress() != ip || released[0].GetMachine().GetHardware() != guest {
		t.Errorf("events of the release: %v, want one", released)
	}
	_, err = leases.Release(leasedtest.Context(t), &leasedv1.ReleaseRequest{Address: ip})
	wantFault(t, err, &fault.Error{Code: fault.Precondition, Reason: "NOT_ACTIVE", Field: "address"})
	_, err = leases.Release(leasedtest.Context(t), &leasedv1.ReleaseRequest{Address: "10.99.0.249"})
	wantFault(t, err, notFound("NO_SUCH_LEASE", "address"))
	_, err = leases.Release(leasedtest.Context(t), &leasedv1.ReleaseRequest{Address: "10.99.0"})
	wantFault(t, err, invalid("BAD_ADDRESS", "address"))
	if n := len(s.Events(t, "lease.released")); n != 1 {
		t.Errorf("after calls that failed there are %d lease.released", n)
	}
}

func TestHistory(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	ip := f.Lease(guest)
	f.Lease(other)
	f.Ask(leasedtest.Release(guest, ip, lobbyServer))
	s.Await(t, 0, "lease.released")
	leases := leasedv1.NewLeaseServiceClient(s.Conn)
	history := func(r *leasedv1.HistoryRequest) (kinds []string) {
		t.Helper()
		res, err := leases.History(leasedtest.Context(t), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range res.GetEntries() {
			kinds = append(kinds, e.GetKind())
			if e.GetAddress() != ip.String() || e.GetHardware() != guest || e.GetSequence() == 0 || e.GetTime() == nil {
				t.Errorf("entry %v is of another lease, or lacks something", e)
			}
		}
		return kinds
	}
	byHardware := &leasedv1.HistoryRequest{Key: &leasedv1.HistoryRequest_Hardware{Hardware: guest}}
	byAddress := &leasedv1.HistoryRequest{Key: &leasedv1.HistoryRequest_Address{Address: ip.String()}}
	want := []string{"client.unknown", "lease.granted", "lease.released"}
	if diff := cmp.Diff(want, history(byHardware)); diff != "" {
		t.Errorf("of the machine (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, history(byAddress)); diff != "" {
		t.Errorf("of the address (-want +got):\n%s", diff)
	}
	byHardware.Limit = 1
	if diff := cmp.Diff(want[2:], history(byHardware)); diff != "" {
		t.Errorf("the newest one (-want +got):\n%s", diff)
	}
	_, err := leases.History(leasedtest.Context(t), &leasedv1.HistoryRequest{})
	wantFault(t, err, invalid("MISSING", "key"))
	_, err = leases.History(leasedtest.Context(t), &leasedv1.HistoryRequest{Key: &leasedv1.HistoryRequest_Address{Address: "x"}})
	wantFault(t, err, invalid("BAD_ADDRESS", "address"))
	_, err = leases.History(leasedtest.Context(t), &leasedv1.HistoryRequest{Key: &leasedv1.HistoryRequest_Hardware{Hardware: "x"}})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
}
