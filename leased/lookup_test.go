package leased_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// TestLookup: a stranger's DISCOVER has the registration system asked, and a later one gets what it answered; a policy sees the answer
// and may overrule it. A reload brings the lookup and takes it away.
func TestLookup(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), guest) {
			_, _ = io.WriteString(w, `{"ip": "10.20.0.77", "subnet": "hall", "hostname": "desk", "extra": {"room": "7"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"ip": "10.20.0.78", "subnet": "hall", "extra": {"room": "8"}}`)
	}))
	defer desk.Close()
	dir := leasedtest.Dir(t)
	write(t, dir, "def unknown(request):\n    if request.lookup != None and request.lookup['extra']['room'] == '8':\n        return 'ignore'\n")
	with := leasedtest.Read(t, dir, ruled+"  lookup: {url: \""+desk.URL+"\"}\n")
	without := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: without, DataDir: dir})
	f := s.Connect(t, "gate")
	lobby := func(mac string) {
		t.Helper()
		a := f.Ask(leasedtest.Discover(mac))[0]
		if got := leasedtest.Addr(a.GetYiaddr()).String(); a.GetKind() != leasedv1.Answer_KIND_OFFER || !strings.HasPrefix(got, "10.99.0.") {
			t.Errorf("DISCOVER of %s: %v of %s, want the lobby", mac, a.GetKind(), got)
		}
	}
	until := func(mac, what string, done func(*leasedv1.Answer) bool) {
		t.Helper()
		for limit := time.Now().Add(leasedtest.Patience); ; time.Sleep(10 * time.Millisecond) {
			if a := f.Ask(leasedtest.Discover(mac))[0]; done(a) {
				return
			} else if time.Now().After(limit) {
				t.Fatalf("DISCOVER of %s: still %v %s %v, want %s", mac, a.GetKind(), a.GetReason(), leasedtest.Addr(a.GetYiaddr()), what)
			}
		}
	}
	lobby(guest)
	if asked.Load() != 0 {
		t.Error("somebody was asked without a lookup")
	}

	if err := reload(s.Service, with); err != nil {
		t.Fatalf("reload: %v", err)
	}
	until(guest, "what was answered", func(a *leasedv1.Answer) bool { return leasedtest.Addr(a.GetYiaddr()).String() == "10.20.0.77" })
	until(other, "silence by policy", func(a *leasedv1.Answer) bool { return a.GetReason() == "policy-ignore" })
	res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t), &leasedv1.ExplainRequest{Hardware: guest})
	if err != nil || res.GetAddress() != "10.20.0.77" {
		t.Errorf("Explain: %v, %v; want the address that was answered", res.GetAddress(), err)
	}

	if err := reload(s.Service, without); err != nil {
		t.Fatalf("reload: %v", err)
	}
	lobby("52:54:00:12:34:58")
	if n := asked.Load(); n != 2 {
		t.Errorf("the registration system was asked %d times, want once for each machine", n)
	}
}
