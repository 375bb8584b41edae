package deliver_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"rollcall/webhookd/deliver"
	"rollcall/webhookd/queue"
)

// verify checks a request with the reference library.
func verify(t *testing.T, r request, key deliver.Secret) error {
	t.Helper()
	wh, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		t.Fatal(err)
	}
	return wh.Verify([]byte(r.body), r.header)
}

func TestRequestVerifiesWithTheReferenceLibrary(t *testing.T) {
	d := newDesk(t, nil)
	other := deliver.Secret("another secret, of 32 octets....")
	ep := d.endpoint("desk")
	ep.Secrets = append(ep.Secrets, other)
	r := newRig(t, ep)
	r.post("desk", "m1")
	got := d.wait(t, 1)[0]
	r.untilEmpty("desk")

	for _, key := range ep.Secrets {
		if err := verify(t, got, key); err != nil {
			t.Errorf("with the secret %q: %v", key, err)
		}
	}
	if err := verify(t, got, deliver.Secret("not a secret of this endpoint")); err == nil {
		t.Error("it verifies with any secret")
	}
	if want := `{"n":1,"machine":"m1"}`; got.body != want {
		t.Errorf("body = %s, want %s", got.body, want)
	}
	if ct := got.header.Get("Content-Type"); ct != "application/cloudevents+json" {
		t.Errorf("content type = %q", ct)
	}
	if id := got.header.Get("webhook-id"); id == "" || strings.Contains(id, ".") {
		t.Errorf("webhook-id = %q", id)
	}
}

func TestFailedAttemptIsRepeatedAsItWas(t *testing.T) {
	d := newDesk(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			http.Error(w, "database\x1b[31m is on fire", http.StatusInternalServerError)
		}
	})
	r := newRig(t, d.endpoint("desk"))
	r.post("desk", "m1")
	if got, want := r.untilFailed("desk").LastError, "500 Internal Server Error: database [31m is on fire"; got != want {
		t.Errorf("last error = %q, want %q", got, want)
	}
	got := d.wait(t, 2)
	r.untilEmpty("desk")
	if got[0].body != got[1].body || got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") {
		t.Errorf("the second attempt differs: %v, then %v", got[0], got[1])
	}
	if err := verify(t, got[1], secret); err != nil {
		t.Errorf("second attempt: %v", err)
	}
}

func TestWhatCountsAsFailure(t *testing.T) {
	elsewhere := newDesk(t, nil)
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused.Close()
	for name, c := range map[string]struct {
		url    string
		answer func(n int, w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"redirect": {answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.url, http.StatusPermanentRedirect)
		}, want: "308 Permanent Redirect to " + elsewhere.url + "; redirects are not followed"},
		"hang":   {answer: func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, want: "no answer within 200ms"},
		"close":  {answer: func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, want: "EOF"},
		"refuse": {url: "http://" + refused.Addr().String(), want: "connection refused"},
		"not found": {answer: func(_ int, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
			want: "404 Not Found: 404 page not found"},
		"flood": {answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			for range 1 << 10 {
				if _, err := w.Write([]byte(strings.Repeat("ha", 1<<10))); err != nil {
					return
				}
			}
		}, want: "418 I'm a teapot: hahaha"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.answer)
			ep := d.endpoint("desk")
			ep.Timeout = 200 * time.Millisecond
			if c.url != "" {
				ep.URL = c.url
			}
			r := newRig(t, ep)
			r.post("desk", "m1")
			got := r.untilFailed("desk")
			if !strings.Contains(got.LastError, c.want) || len(got.LastError) > 300 {
				t.Errorf("last error = %q, want %q", got.LastError, c.want)
			}
			if got.State != queue.Pending {
				t.Errorf("state = %v after one failure", got.State)
			}
			if err := r.stopFleet(); err != nil {
				t.Error(err)
			}
		})
	}
	if n := len(elsewhere.requests()); n > 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		d := newDesk(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(status)
		})
		r := newRig(t, d.endpoint("desk"))
		r.post("desk", "m1", "m2")
		got := r.untilFailed("desk")
		if wait := time.Until(got.Next); wait < 4*time.Minute || wait > 6*time.Minute {
			t.Errorf("%d with Retry-After: 300 is tried again in %v", status, wait)
		}
		if err := r.stopFleet(); err != nil {
			t.Error(err)
		}
		if n := len(d.requests()); n > 2 {
			t.Errorf("%d requests to a receiver that asked for a pause", n)
		}
	}
}

func TestGoneEndpointIsLeftAloneUntilTheNextReload(t *testing.T) {
	d := newDesk(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.WriteHeader(http.StatusGone)
		}
	})
	ep := d.endpoint("desk")
	r := newRig(t, ep)
	r.post("desk", "m1")
	r.untilFailed("desk")
	r.post("desk", "m2", "m3")
	// A second endpoint shows that time has passed in which the first could have been tried.
	other := newDesk(t, nil)
	r.fleet.Apply([]deliver.Endpoint{ep, other.endpoint("other")}) // this is a reload, and lifts it
	r.post("other", "m1")
	r.untilEmpty("other")
	r.untilEmpty("desk")
	if n := len(d.requests()); n != 4 {
		t.Errorf("%d requests, want one refused and three delivered", n)
	}
}

func TestDeadLetterAfterTheWindowAndReplay(t *testing.T) {
	up := make(chan struct{})
	d := newDesk(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		select {
		case <-up:
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	ep := d.endpoint("desk")
	ep.MaxAge = 300 * time.Millisecond
	r := newRig(t, ep)
	r.post("desk", "m1", "m1")
	dead := r.untilDead("desk", 2)
	if dead[0].Attempts < 2 {
		t.Errorf("given up after %d attempts", dead[0].Attempts)
	}
	close(up)
	before := len(d.requests())
	if _, err := r.Replay(t.Context(), []string{dead[1].ID}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := d.wait(t, before+1)[before].header.Get("webhook-id"); got != dead[1].ID {
		t.Errorf("replayed %s, want %s", got, dead[1].ID)
	}
	r.untilDead("desk", 1)
}

func TestDownEndpointCostsLittleAndExpires(t *testing.T) {
	d := newDesk(t, func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	ep := d.endpoint("desk")
	ep.MaxAge = time.Second
	r := newRig(t, ep)
	var machines []string
	for i := range 500 {
		machines = append(machines, fmt.Sprint(i))
	}
	r.post("desk", machines...)
	for _, dl := range r.untilDead("desk", 500) {
		if dl.LastError == "" {
			t.Fatalf("delivery %s was given up without a reason", dl.ID)
		}
	}
	if n := len(d.requests()); n > 40 {
		t.Errorf("%d requests to an endpoint that was down for a second", n)
	}
}

func TestRecoveryReleasesWhatWaits(t *testing.T) {
	d := newDesk(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n <= 2 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	r := newRig(t, d.endpoint("desk"))
	var machines []string
	for i := range 100 {
		machines = append(machines, fmt.Sprint(i))
	}
	r.post("desk", machines...)
	r.untilEmpty("desk")
}

func TestTroubleStaysWithItsEndpoint(t *testing.T) {
	release := make(chan struct{})
	hang := newDesk(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	fails := newDesk(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	live := newDesk(t, nil)
	down := live.endpoint("down")
	down.URL = "http://127.0.0.1:1/"
	r := newRig(t, hang.endpoint("hang"), fails.endpoint("fails"), down, live.endpoint("live"))
	var machines []string
	for i := range 50 {
		machines = append(machines, fmt.Sprint(i))
	}
	for _, name := range []string{"hang", "fails", "down", "live"} {
		r.post(name, machines...)
	}
	hang.wait(t, 8) // all its workers are busy
	r.untilEmpty("live")
	for _, name := range []string{"hang", "fails", "down"} {
		r.until(name, "all still queued", func(ds []queue.Delivery) bool { return len(ds) == 50 })
	}
	if n := len(hang.requests()); n != 8 {
		t.Errorf("%d requests at once to one endpoint, want 8", n)
	}
	close(release)
}

func TestStopDuringAnAttemptLosesNothing(t *testing.T) {
	d := newDesk(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	r := newRig(t, d.endpoint("desk"))
	r.post("desk", "m1")
	d.wait(t, 1)
	began := time.Now()
	if err := r.stopFleet(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
	got := r.until("desk", "still pending", func(ds []queue.Delivery) bool { return len(ds) == 1 })[0]
	if got.State != queue.Pending || got.Attempts != 0 {
		t.Errorf("after the stop: %+v; an attempt we cut off is not the receiver's failure", got)
	}
}

func TestChangedSecretsSignTheNextAttempt(t *testing.T) {
	d := newDesk(t, nil)
	ep := d.endpoint("desk")
	r := newRig(t, ep)
	r.post("desk", "m1")
	r.untilEmpty("desk")
	changed := ep
	changed.Secrets = []deliver.Secret{deliver.Secret("a new secret of enough octets")}
	r.fleet.Apply([]deliver.Endpoint{changed})
	for n := 2; ; n++ { // Apply is acted on at once, not before it returns
		r.post("desk", "m1")
		got := d.wait(t, n)[n-1]
		if verify(t, got, changed.Secrets[0]) == nil {
			break
		}
		if n > 100 {
			t.Fatal("the new secret is not used")
		}
	}
}

func TestEndpointThatLeftIsSentNothing(t *testing.T) {
	d := newDesk(t, nil)
	live := newDesk(t, nil)
	r := newRig(t, live.endpoint("live"))
	r.post("left", "m1")
	r.post("live", "m1")
	r.untilEmpty("live")
	if n := len(d.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	r.until("left", "kept", func(ds []queue.Delivery) bool { return len(ds) == 1 })
	r.fleet.Apply([]deliver.Endpoint{d.endpoint("left")}) // it comes back
	r.untilEmpty("left")
}

func TestStoppedQueueEndsTheFleet(t *testing.T) {
	d := newDesk(t, nil)
	r := newRig(t, d.endpoint("desk"))
	r.post("desk", "m1", "m1")
	r.untilEmpty("desk")
	hold := make(chan struct{})
	slow := newDesk(t, func(int, http.ResponseWriter, *http.Request) { <-hold })
	r.fleet.Apply([]deliver.Endpoint{slow.endpoint("slow")})
	r.post("slow", "m1")
	slow.wait(t, 1)
	if err := r.stopQueue(); err != nil {
		t.Fatal(err)
	}
	close(hold) // the answer is 200, and it cannot be written down
	if err := r.stopFleet(); !errors.Is(err, queue.ErrStopped) {
		t.Errorf("Run = %v, want ErrStopped", err)
	}
}
