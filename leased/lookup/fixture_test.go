package lookup_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/lookup"
)

// site is two shared networks: floor, which has the subnets hall and lobby, and yard.
const site = `
leased:
  lookup: {url: "http://register.example.org/lookup", LOOKUP}
  option_definitions: [{name: phone-vlan, code: 224, type: uint16}]
  classes: [{name: phones, match: {vendor_class: phone}}, {name: staff, match: {vendor_class: staff}}]
  subnets:
    - {name: hall, prefix: 10.20.0.0/22, shared_network: floor, lease: {time: 8h}}
    - {name: lobby, prefix: 10.99.0.0/24, shared_network: floor, lease: {time: 2m}, pools: [{range: 10.99.0.50-10.99.0.99, name: guests}, {range: 10.99.0.100, lease: {time: 5m}}]}
    - {name: yard, prefix: 10.30.0.0/24, pools: [{range: 10.30.0.10-10.30.0.20}]}
    - {name: yard, serial: 1, prefix: 10.30.0.0/24}
`

// settings are those of the site, with some more lines of lookup.
func settings(t testing.TB, lines string) lookup.Settings {
	t.Helper()
	cfg, err := config.Parse("rollcall.yaml", []byte(strings.Replace(site, "LOOKUP", lines, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := lookup.Load(cfg.Leased)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// desk is a registration system without a network. It counts what it is asked.
type desk struct {
	mu     sync.Mutex
	asked  []string
	answer func(n int, r *http.Request) (int, string)
	header http.Header
	takes  time.Duration
}

func (d *desk) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	d.mu.Lock()
	d.asked = append(d.asked, string(body))
	n, takes := len(d.asked), d.takes
	status, text := d.answer(n, r)
	header := d.header
	d.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: r,
	}, nil
}

// says has the desk answer so from now on.
func (d *desk) says(status int, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = func(int, *http.Request) (int, string) { return status, text }
}

// slow has the desk take its time.
func (d *desk) slow(takes time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.takes = takes
}

// sends has the desk send headers along.
func (d *desk) sends(h http.Header) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.header = h
}

func (d *desk) times() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.asked)
}

// rig is a Lookup that runs, and its desk. It is used within a bubble of synctest.
type rig struct {
	*lookup.Lookup
	*desk
	t testing.TB
}

func newRig(t testing.TB, lines string) *rig {
	t.Helper()
	r := &rig{desk: &desk{}, t: t}
	r.says(200, "null")
	r.Lookup = lookup.New(lookup.Config{Settings: settings(t, lines), Transport: r.desk})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

// machine is a message of the n-th machine on the floor.
func machine(n byte) *engine.Query {
	q := &engine.Query{
		Type: engine.Discover, HW: engine.HWOf(1, []byte{0x52, 0x54, 0, 0x12, 0x34, n}), Link: &engine.Link{Name: "eth1"},
		Options: option.List(nil).AppendString(option.HostName, "Desk 7"),
	}
	q.Index()
	return q
}

var lookupNone lookup.Settings

var floor = &engine.Facts{Network: "floor", Subnet: "lobby"}

// send looks for the n-th machine, and waits until all that comes of it has come, but for time.
func (r *rig) send(n byte) (engine.Assignment, string) {
	a, extra := r.Find(machine(n), floor)
	synctest.Wait()
	return a, string(extra)
}

// settle sends two messages of the machine, of which the second knows what is answered to the first.
func (r *rig) settle(n byte) engine.Assignment {
	r.send(n)
	time.Sleep(time.Millisecond)
	synctest.Wait()
	a, _ := r.send(n)
	return a
}

func (r *rig) story(n byte) string {
	_, _, story := r.Peek(machine(n), floor)
	return story
}
