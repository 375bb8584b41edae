package service_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

func TestLookups(t *testing.T) {
	answers := make(chan string, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, <-answers) }))
	defer srv.Close()
	defer close(answers)
	s := leasedtest.Start(t, leasedtest.Floor+"  lookup: {url: \""+srv.URL+"\"}\n")
	f := s.Connect(t, "gate")
	lookups := leasedv1.NewLookupServiceClient(s.Conn)
	list := func(hardware string) *leasedv1.LookupServiceListResponse {
		t.Helper()
		for deadline := time.Now().Add(leasedtest.Patience); ; time.Sleep(time.Millisecond) {
			res, err := lookups.List(leasedtest.Context(t), &leasedv1.LookupServiceListRequest{Hardware: hardware})
			if err != nil {
				t.Fatal(err)
			}
			asking := false
			for _, m := range res.GetMachines() {
				asking = asking || m.GetAsking()
			}
			if !asking || time.Now().After(deadline) {
				return res
			}
		}
	}
	ask := func(mac, answer string) {
		answers <- answer
		f.Ask(leasedtest.Discover(mac))
		list("")
	}
	ask(mac(1), `{"ip": "10.20.0.7"}`)
	ask(mac(2), "null")
	ask(mac(3), `{"ip": "10.1.2.3"}`)
	want := &leasedv1.LookupServiceListResponse{Total: 3, Machines: []*leasedv1.LookedUp{
		{Hardware: mac(1), Network: "floor", State: leasedv1.LookedUp_STATE_KNOWN, Says: "10.20.0.7 in hall", Answer: `{"ip":"10.20.0.7"}`},
		{Hardware: mac(3), Network: "floor", State: leasedv1.LookedUp_STATE_WAITING, Failures: 1, Problem: "ip: 10.1.2.3 is in no subnet"},
		{Hardware: mac(2), Network: "floor", State: leasedv1.LookedUp_STATE_UNKNOWN},
	}}
	times := protocmp.IgnoreFields(&leasedv1.LookedUp{}, "answered", "again")
	if diff := cmp.Diff(want, list(""), protocmp.Transform(), times); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
	one := list(mac(1)).GetMachines()
	if len(one) != 1 || one[0].GetAgain().AsTime().Sub(one[0].GetAnswered().AsTime()) != 5*time.Minute {
		t.Errorf("List of one: %v", one)
	}

	ctx := leasedtest.Context(t)
	if res, err := lookups.Forget(ctx, &leasedv1.ForgetRequest{Hardware: mac(1)}); err != nil || res.GetForgotten() != 1 {
		t.Errorf("Forget: %v, %v", res, err)
	}
	ask(mac(1), `{"ip": "10.20.0.8"}`)
	if a := f.Ask(leasedtest.Discover(mac(1)))[0]; leasedtest.Addr(a.GetYiaddr()).String() != "10.20.0.8" {
		t.Errorf("after the change: %v %v, want 10.20.0.8", a.GetKind(), leasedtest.Addr(a.GetYiaddr()))
	}
	_, err := lookups.Forget(ctx, &leasedv1.ForgetRequest{Hardware: mac(9)})
	wantFault(t, err, notFound("NOT_REMEMBERED", "hardware"))
	_, err = lookups.Forget(ctx, &leasedv1.ForgetRequest{Hardware: "x"})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
	if res, err := lookups.Forget(ctx, &leasedv1.ForgetRequest{}); err != nil || res.GetForgotten() != 3 {
		t.Errorf("Forget: %v, %v; want all three", res, err)
	}
	if res := list(""); res.GetTotal() != 0 || len(res.GetMachines()) != 0 {
		t.Errorf("List: %v, want nothing", res)
	}
}

func TestNoLookup(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	lookups := leasedv1.NewLookupServiceClient(s.Conn)
	want := &fault.Error{Code: fault.Precondition, Reason: "NO_LOOKUP"}
	_, err := lookups.List(leasedtest.Context(t), &leasedv1.LookupServiceListRequest{})
	wantFault(t, err, want)
	_, err = lookups.Forget(leasedtest.Context(t), &leasedv1.ForgetRequest{})
	wantFault(t, err, want)
}
