//go:build netns

package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// delivery is a webhook as it arrived.
type delivery struct {
	ID       string
	At       time.Time
	Kind     string
	Hardware string
	Sequence uint64
	Address  string
}

// receiver is a plain HTTP server for webhooks.
type receiver struct {
	*world
	verifier *standardwebhooks.Webhook
	URL      string

	mu       sync.Mutex
	got      []delivery
	invalid  []error
	requests int
}

// receive opens a receiver on the server. answer writes the answer once a webhook was verified; nil answers 204.
func (w *world) receive(answer http.HandlerFunc) *receiver {
	w.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		w.Fatal(err)
	}
	if answer == nil {
		answer = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) }
	}
	ln, err := w.server.Listen(w.Context(), "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	r := &receiver{world: w, verifier: verifier, URL: "http://" + ln.Addr().String() + "/hooks/dhcp"}
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		r.note(req)
		answer(rw, req)
	})}
	go server.Serve(ln)
	w.Cleanup(func() { server.Close() })
	return r
}

// note verifies and remembers a request.
func (r *receiver) note(req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err == nil {
		err = r.verifier.Verify(body, req.Header)
	}
	var document struct {
		Type    string `json:"type"`
		Subject string `json:"subject"`
		Data    struct {
			Sequence uint64 `json:"sequence"`
			Address  string `json:"address"`
		} `json:"data"`
	}
	if err == nil {
		err = json.Unmarshal(body, &document)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	if err != nil {
		r.invalid = append(r.invalid, err)
		return
	}
	r.got = append(r.got, delivery{req.Header.Get("webhook-id"), time.Now(), document.Type, document.Subject,
		document.Data.Sequence, document.Data.Address})
}

// deliveries returns what arrived and was verified, and fails the test if anything was not.
func (r *receiver) deliveries() []delivery {
	r.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range r.invalid {
		r.Errorf("webhook: %v", err)
	}
	r.invalid = nil
	return slices.Clone(r.got)
}

// count returns how many requests arrived.
func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// await waits for a webhook.
func (r *receiver) await(kind, mac string) (d delivery) {
	r.Helper()
	r.wait("webhook "+kind+" of "+mac, soon, func() (bool, error) {
		for _, d = range r.deliveries() {
			if d.Kind == kind && d.Hardware == mac {
				return true, nil
			}
		}
		return false, nil
	})
	return d
}
