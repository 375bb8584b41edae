package deliver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rollcall/webhookd/deliver"
	"rollcall/webhookd/queue"
)

var secret = deliver.Secret("0123456789abcdef01234567")

// desk is a receiver that keeps what it is sent.
type desk struct {
	url string

	mu     sync.Mutex
	got    []request
	change chan struct{} // closed by every request
}

type request struct {
	header http.Header
	body   string
}

// newDesk starts a receiver; answer writes the answer to the n-th request, from 1. Nil is 200.
func newDesk(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *desk {
	t.Helper()
	d := &desk{change: make(chan struct{})}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sender gave up
		}
		d.mu.Lock()
		d.got = append(d.got, request{r.Header.Clone(), string(body)})
		n := len(d.got)
		close(d.change)
		d.change = make(chan struct{})
		d.mu.Unlock()
		if answer != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			answer(n, w, r)
		}
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	d.url = srv.URL
	return d
}

func (d *desk) requests() []request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]request(nil), d.got...)
}

// wait returns the requests when there are at least n.
func (d *desk) wait(t *testing.T, n int) []request {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		d.mu.Lock()
		got, change := append([]request(nil), d.got...), d.change
		d.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-change:
		case <-deadline:
			t.Fatalf("%d requests in ten seconds, want %d", len(got), n)
		}
	}
}

func (d *desk) endpoint(name string) deliver.Endpoint {
	return deliver.Endpoint{Name: name, URL: d.url, Secrets: []deliver.Secret{secret}, Timeout: 5 * time.Second, MaxAge: time.Hour}
}

// rig is a fleet at work on a queue.
type rig struct {
	*queue.Queue
	t         *testing.T
	fleet     *deliver.Fleet
	stopFleet func() error // once
	stopQueue func() error // once
}

func newRig(t *testing.T, endpoints ...deliver.Endpoint) *rig {
	t.Helper()
	q, err := queue.Open(filepath.Join(t.TempDir(), "webhookd.db"), queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Queue: q, t: t, fleet: deliver.NewFleet(q, nil, deliver.NewMetrics(nil))}
	r.stopQueue = run(q.Run)
	r.fleet.Apply(endpoints)
	r.stopFleet = run(r.fleet.Run)
	t.Cleanup(func() {
		if err := errors.Join(r.stopFleet(), r.stopQueue(), q.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// run starts a task and returns what stops it and returns its error; nil when called again.
func run(task func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- task(ctx) }()
	var once sync.Once
	return func() (err error) {
		once.Do(func() {
			cancel()
			err = <-ended
		})
		return err
	}
}

// post queues one delivery to an endpoint for each machine.
func (r *rig) post(endpoint string, machines ...string) {
	r.t.Helper()
	p := r.Cursor()
	var ds []queue.Delivery
	for _, m := range machines {
		p++
		ds = append(ds, queue.Delivery{Endpoint: endpoint, Position: p, Machine: m, Kind: "client.unknown", Time: time.Now(),
			Body: fmt.Appendf(nil, `{"n":%d,"machine":%q}`, p, m)})
	}
	if err := r.TakeOver(r.t.Context(), p, time.Now(), ds); err != nil {
		r.t.Fatal(err)
	}
}

// until waits for the queue of an endpoint to satisfy a condition.
func (r *rig) until(endpoint, what string, ok func([]queue.Delivery) bool) []queue.Delivery {
	r.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-tick.C {
		ds, _, err := r.List(queue.Filter{Endpoint: endpoint}, "", 1000)
		if err != nil {
			r.t.Fatal(err)
		}
		if ok(ds) {
			return ds
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("not in ten seconds: %s; the queue has %+v", what, ds)
		}
	}
}

func (r *rig) untilEmpty(endpoint string) {
	r.t.Helper()
	r.until(endpoint, "everything delivered", func(ds []queue.Delivery) bool { return len(ds) == 0 })
}

// untilFailed waits for the first failed attempt and returns that delivery.
func (r *rig) untilFailed(endpoint string) queue.Delivery {
	r.t.Helper()
	return r.until(endpoint, "a failed attempt", func(ds []queue.Delivery) bool { return len(ds) > 0 && ds[0].Attempts > 0 })[0]
}

func (r *rig) untilDead(endpoint string, n int) []queue.Delivery {
	r.t.Helper()
	return r.until(endpoint, fmt.Sprintf("%d dead letters", n), func(ds []queue.Delivery) bool {
		dead := 0
		for _, d := range ds {
			if d.State == queue.Dead {
				dead++
			}
		}
		return dead == n && len(ds) == n
	})
}
