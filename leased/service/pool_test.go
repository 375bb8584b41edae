package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// The numbers of a pool add up: each address is under one of them.
func TestPoolUsage(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	pools := leasedv1.NewPoolServiceClient(s.Conn)
	list := func() *leasedv1.Pool {
		t.Helper()
		res, err := pools.List(leasedtest.Context(t), &leasedv1.PoolServiceListRequest{})
		if err != nil || len(res.GetPools()) != 1 {
			t.Fatalf("pools %v, %v; want the one of the lobby", res, err)
		}
		p := res.GetPools()[0]
		if sum := p.GetLeased() + p.GetOffered() + p.GetQuarantined() + p.GetReserved() + p.GetFree(); sum != p.GetSize() {
			t.Errorf("the numbers of %v add up to %d", p, sum)
		}
		return p
	}
	want := &leasedv1.Pool{Subnet: "lobby", First: "10.99.0.50", Last: "10.99.0.249", Serves: "unknown", Size: 200, Free: 200}
	same := func(when string) {
		t.Helper()
		if diff := cmp.Diff(want, list(), protocmp.Transform()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	same("at first")
	f.Lease(mac(1))
	ip := f.Lease(mac(2))
	want.Leased, want.Free = 2, 198
	same("with two leases")
	f.Ask(leasedtest.Discover(mac(3)))
	want.Offered, want.Free = 1, 197
	same("with an offer")
	f.Ask(leasedtest.Decline(mac(2), ip, lobbyServer))
	want.Leased, want.Quarantined = 1, 1
	same("after a decline")
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("lobby", guest, "10.99.0.200", ""))
	want.Reserved, want.Free = 1, 196
	same("with a reservation in the pool")

	res, err := pools.List(leasedtest.Context(t), &leasedv1.PoolServiceListRequest{Subnet: "hall"})
	if err != nil || len(res.GetPools()) != 0 {
		t.Errorf("pools of the hall: %v, %v; it has none", res, err)
	}
}

// Leased asks by ARP only where it has an interface, and says where it has none.
func TestScanWithoutInterface(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	pools := leasedv1.NewPoolServiceClient(s.Conn)
	_, err := pools.Scan(leasedtest.Context(t), &leasedv1.ScanRequest{Subnet: "lobby"})
	if fault.CodeOf(err) != fault.Precondition || fault.ReasonOf(err) != "NOT_ATTACHED" {
		t.Errorf("scan: %v, want NOT_ATTACHED", err)
	}
	_, err = pools.Scan(leasedtest.Context(t), &leasedv1.ScanRequest{Subnet: "attic"})
	wantFault(t, err, notFound("NO_SUCH_SUBNET", "subnet"))
}

func TestQuarantine(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	service := leasedv1.NewQuarantineServiceClient(s.Conn)
	list := func(subnet string) []*leasedv1.QuarantinedAddress {
		t.Helper()
		res, err := service.List(leasedtest.Context(t), &leasedv1.QuarantineServiceListRequest{Subnet: subnet})
		if err != nil {
			t.Fatal(err)
		}
		return res.GetAddresses()
	}
	var ips []string
	for i := range 3 {
		ip := f.Lease(mac(i))
		wantAnswer(t, f.Ask(leasedtest.Decline(mac(i), ip, lobbyServer))[0], leasedv1.Answer_KIND_DROP, "decline-done")
		ips = append(ips, ip.String())
	}
	s.Await(t, 0, "address.declined")
	for i, a := range list("") {
		left := time.Until(a.GetUntil().AsTime())
		if a.GetAddress() != ips[i] || a.GetSubnet() != "lobby" || a.GetReason() != "declined" || a.GetHardware() != mac(i) || a.GetCount() != 1 ||
			left > 10*time.Minute || left < 9*time.Minute {
			t.Errorf("quarantined %v, want %s for ten minutes", a, ips[i])
		}
	}
	if n := len(list("hall")); n != 0 {
		t.Errorf("%d addresses of the hall are in quarantine", n)
	}
	// The declined address is not given out, to nobody.
	if ip := f.Lease(mac(0)).String(); ip == ips[0] {
		t.Errorf("%s is in quarantine, and given out", ip)
	}
	for name, tc := range map[string]struct {
		addresses []string
		want      *fault.Error
	}{
		"bad":  {[]string{ips[0], "10.99.0.x"}, invalid("BAD_ADDRESS", "addresses")},
		"free": {[]string{ips[0], "10.99.0.249"}, notFound("NOT_QUARANTINED", "addresses")},
	} {
		_, err := service.Clear(leasedtest.Context(t), &leasedv1.ClearRequest{Addresses: tc.addresses})
		wantFault(t, err, tc.want)
		if n := len(list("")); n != 3 {
			t.Errorf("%s: %d addresses are left of 3 after a call that failed", name, n)
		}
	}
	res, err := service.Clear(leasedtest.Context(t), &leasedv1.ClearRequest{Addresses: []string{ips[1], ips[1]}})
	if diff := cmp.Diff(ips[1:2], res.GetAddresses()); err != nil || diff != "" {
		t.Errorf("cleared, %v (-want +got):\n%s", err, diff)
	}
	if res, err = service.Clear(leasedtest.Context(t), &leasedv1.ClearRequest{Subnet: "hall"}); err != nil || len(res.GetAddresses()) != 0 {
		t.Errorf("cleared %v of the hall, %v", res.GetAddresses(), err)
	}
	if res, err = service.Clear(leasedtest.Context(t), &leasedv1.ClearRequest{}); err != nil || len(res.GetAddresses()) != 2 {
		t.Errorf("cleared %v, %v; want the other two", res.GetAddresses(), err)
	}
	if left := list(""); len(left) != 0 {
		t.Errorf("left in quarantine: %v", left)
	}
}

// TestSuspension floods, and is let in again in each of the ways there are.
func TestSuspension(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "limits: {actions: 0}", "limits: {actions: 5, refill: 1h}", 1))
	f := s.Connect(t, "gate")
	service := leasedv1.NewClientServiceClient(s.Conn)
	list := func(state leasedv1.Client_State) (found []string) {
		t.Helper()
		res, err := service.List(leasedtest.Context(t), &leasedv1.ClientServiceListRequest{State: state})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range res.GetClients() {
			found = append(found, fmt.Sprint(c.GetHardware(), " ", c.GetState()))
			if left := time.Until(c.GetUntil().AsTime()); left <= 0 || left > 150*time.Second {
				t.Errorf("%s is ignored for another %v, the configuration says 150s at most", c.GetHardware(), left)
			}
		}
		return found
	}
	flood := func(mac string) {
		t.Helper()
		var last *leasedv1.Answer
		for range 6 {
			last = f.Ask(leasedtest.Discover(mac))[0]
		}
		wantAnswer(t, last, leasedv1.Answer_KIND_DROP, "suspended")
	}
	heard := func(mac, after string) {
		t.Helper()
		if a := f.Ask(leasedtest.Discover(mac))[0]; a.GetKind() != leasedv1.Answer_KIND_OFFER {
			t.Errorf("%s, it is answered %v %s", after, a.GetKind(), a.GetReason())
		}
	}
	flood(other)
	flood(guest)
	want := []string{guest + " STATE_SUSPENDED", other + " STATE_SUSPENDED"}
	if diff := cmp.Diff(want, list(leasedv1.Client_STATE_UNSPECIFIED)); diff != "" {
		t.Errorf("suspended (-want +got):\n%s", diff)
	}
	if got := list(leasedv1.Client_STATE_UNSERVED); len(got) != 0 {
		t.Errorf("unserved: %v; all are served", got)
	}
	if e := s.Await(t, 0, "client.suspended"); e[len(e)-1].GetMachine().GetHardware() != other {
		t.Errorf("event %v, want that of %s", e, other)
	}
	res, err := service.Resume(leasedtest.Context(t), &leasedv1.ResumeRequest{Hardware: guest})
	if err != nil || res.GetResumed() != 1 {
		t.Errorf("resumed %d, %v", res.GetResumed(), err)
	}
	heard(guest, "after Resume")
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("hall", other, "10.20.0.201", ""))
	heard(other, "after it was enrolled")
	_, err = service.Resume(leasedtest.Context(t), &leasedv1.ResumeRequest{Hardware: guest})
	wantFault(t, err, notFound("NO_SUCH_CLIENT", "hardware"))
	_, err = service.Resume(leasedtest.Context(t), &leasedv1.ResumeRequest{Hardware: "guest"})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
	if res, err = service.Resume(leasedtest.Context(t), &leasedv1.ResumeRequest{}); err != nil || res.GetResumed() != 0 {
		t.Errorf("nobody is left, resumed %d, %v", res.GetResumed(), err)
	}
}

// An unknown machine that nothing serves is shown as such, until it is enrolled.
func TestUnserved(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "for: unknown", "for: known", 1))
	f := s.Connect(t, "gate")
	wantAnswer(t, f.Ask(leasedtest.Discover(guest))[0], leasedv1.Answer_KIND_DROP, "unserved")
	service := leasedv1.NewClientServiceClient(s.Conn)
	res, err := service.List(leasedtest.Context(t), &leasedv1.ClientServiceListRequest{State: leasedv1.Client_STATE_UNSERVED})
	if err != nil || len(res.GetClients()) != 1 || res.GetClients()[0].GetHardware() != guest {
		t.Errorf("unserved: %v, %v; want %s", res, err, guest)
	}
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("lobby", guest, "", ""))
	f.Lease(guest)
}

// What is excluded is no part of a pool, so that the numbers add up there too.
func TestPoolUsageExcluded(t *testing.T) {
	const all, some = "range: 10.99.0.50-10.99.0.249", "exclude: [10.99.0.60-10.99.0.69]\n          " + "range: 10.99.0.50-10.99.0.249"
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, all, some, 1))
	res, err := leasedv1.NewPoolServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.PoolServiceListRequest{})
	if err != nil || len(res.GetPools()) != 1 {
		t.Fatalf("pools %v, %v; want the one of the lobby", res, err)
	}
	if p := res.GetPools()[0]; p.GetSize() != 190 || p.GetFree() != 190 {
		t.Errorf("size %d, free %d; want 190 of both: ten of 200 are excluded", p.GetSize(), p.GetFree())
	}
}
