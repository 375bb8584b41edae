//go:build netns

package crash_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// secret is that of the desk: 32 bytes, as webhookd wants it.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQzJiMDEyMzQ="

// desk receives webhooks, and outlives every process.
type desk struct {
	url      string
	verifier *standardwebhooks.Webhook

	mu      sync.Mutex
	arrived []webhook       // in the order of arrival
	seen    map[uint64]bool // sequence numbers
	invalid []error
}

// openDesk opens the desk on the server.
func (w *world) openDesk() *desk {
	w.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		w.Fatal(err)
	}
	ln, err := w.server.Listen(w.Context(), "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	d := &desk{url: "http://" + ln.Addr().String() + "/", verifier: verifier, seen: map[uint64]bool{}}
	server := &http.Server{Handler: d}
	go server.Serve(ln)
	w.Cleanup(func() { server.Close() })
	return d
}

// ServeHTTP notes a webhook once it was verified, and acknowledges it.
func (d *desk) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	hook, err := d.read(req)
	if err != nil && req.Context().Err() != nil {
		return // its sender was killed in the middle of it
	}
	d.mu.Lock()
	if err != nil {
		d.invalid = append(d.invalid, err)
	} else {
		d.arrived = append(d.arrived, hook)
		d.seen[hook.sequence] = true
	}
	d.mu.Unlock()
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

func (d *desk) read(req *http.Request) (webhook, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return webhook{}, err
	}
	if err := d.verifier.Verify(body, req.Header); err != nil {
		return webhook{}, err
	}
	var document struct {
		Type    string `json:"type"`
		Subject string `json:"subject"`
		Data    struct {
			Sequence uint64 `json:"sequence"`
			Machine  struct {
				Hardware string `json:"hardware"`
			} `json:"machine"`
			Address  netip.Addr `json:"address"`
			Previous netip.Addr `json:"previous_address"`
		} `json:"data"`
	}
	err = json.Unmarshal(body, &document)
	return webhook{req.Header.Get("webhook-id"), event{
		sequence: document.Data.Sequence, kind: document.Type, client: document.Data.Machine.Hardware, address: document.Data.Address,
		previous: document.Data.Previous,
	}}, err
}

// count returns how many events arrived so far.
func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.seen)
}

// all returns what arrived, and what arrived and was none of ours.
func (d *desk) all() ([]webhook, []error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.arrived), slices.Clone(d.invalid)
}
