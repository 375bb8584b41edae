//go:build netns

package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
)

// A webhook verifies with the Standard Webhooks library. Endpoints that answer 500, hang or close the connection hold up neither
// the one that works nor DHCP.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hooks")
	open := make(chan struct{})
	desk := w.receive(nil)
	bad := map[string]*receiver{
		"failing": w.receive(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) }),
		"hanging": w.receive(func(_ http.ResponseWriter, req *http.Request) {
			select {
			case <-open:
			case <-req.Context().Done():
			}
		}),
		"closing": w.receive(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	}
	w.configure(func(s *settings) {
		s.Endpoints = []endpoint{{"desk", desk.URL, "client.unknown, lease.granted", ""}}
		for name, r := range bad {
			s.Endpoints = append(s.Endpoints, endpoint{name, r.URL, "lease.*", ""})
		}
	})
	defer close(open)
	processes := w.run("up")

	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	const machines = 40
	begun := time.Now()
	granted := make(map[string]time.Time)
	for i := range machines {
		m := stranger(via, i)
		a := m.dora(t)
		granted[m.mac] = time.Now()
		if got, want := dhcptest.Reply.Duration(a, 58), 117*time.Second; got != want {
			t.Fatalf("T1 of a guest is %v, want %v", got, want) // 97.5 % of 2m
		}
	}
	if took := time.Since(begun); took > machines*patience/2 {
		t.Errorf("%d exchanges took %v beside broken endpoints", machines, took)
	}
	for i := range machines {
		mac := stranger(via, i).mac
		unknown, lease := desk.await("client.unknown", mac), desk.await("lease.granted", mac)
		if unknown.Sequence >= lease.Sequence || lease.At.Before(unknown.At) {
			t.Errorf("%s: client.unknown %+v does not come before lease.granted %+v", mac, unknown, lease)
		}
		if late := lease.At.Sub(granted[mac]); late > 5*time.Second {
			t.Errorf("the webhook of %s came %v after its lease, beside broken endpoints", mac, late)
		}
	}
	for name, r := range bad {
		w.wait("a request to the "+name+" endpoint", soon, func() (bool, error) { return r.count() > 0, nil })
		r.deliveries() // verified too
	}
	if out := w.must("delivery", "list", "--endpoint", "failing", "-o", "json"); len(out) < 10 {
		t.Errorf("deliveries to the failing endpoint are not listed: %s", out)
	}
	w.stop(processes[0])
}
