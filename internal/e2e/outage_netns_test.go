//go:build netns

package e2e_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"rollcall/internal/dhcptest"
)

// event is an event as the command line writes it.
type event struct {
	Sequence uint64 `json:"sequence"`
	Kind     string `json:"kind"`
	Address  string `json:"address"`
	Hardware string `json:"hardware"`
}

// events lists the log from its beginning.
func (w *world) events(kinds string) (all []event) {
	w.Helper()
	out := w.must("event", "list", "--after", "0", "--limit", "0", "--kind", kinds, "-o", "json")
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		w.Fatalf("event list: %v in %s", err, out)
	}
	return all
}

// While webhookd is away strangers come and go. Once it is back every event arrives, those of a machine in their order, although
// it is killed in the middle of it. With somebody watching, everything ends in time.
func TestOutage(t *testing.T) {
	t.Parallel()
	const machines, kinds = 30, "client.unknown,lease.granted,lease.released"
	w := newWorld(t, "outage", func(s *settings) { s.Subnets = []string{crowd} })
	desk := w.receive(nil)
	w.configure(func(s *settings) { s.Endpoints = []endpoint{{"desk", desk.URL, kinds, ""}} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	processes := w.run("leased", "frontend", "webhookd")

	come := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			m := stranger(via, i, dhcptest.Giaddr(crowdRelay))
			a := m.dora(t)
			if i%2 == 0 {
				if err := via.send(dhcptest.Release(m.mac, a.YIAddr.String(), a.ServerID().String(), m.with()...)); err != nil {
					t.Fatal(err)
				}
				w.awaitLease("release of "+m.mac, a.YIAddr.String(), soon, func(l lease) bool { return l.State == "released" })
			}
		}
	}
	come(0, 3)
	desk.await("lease.released", stranger(via, 2).mac)
	w.stop(processes[2])
	before := desk.count()
	come(3, machines)
	if n := desk.count(); n != before {
		t.Errorf("%d webhooks while webhookd was away", n-before)
	}
	again := w.launch("webhookd")
	w.wait("the first webhooks after the outage", soon, func() (bool, error) { return desk.count() > before+5, nil })
	again.Kill()
	again = w.run("webhookd")[0]

	want := w.events(kinds)
	if len(want) != machines*2+machines/2 {
		t.Errorf("%d events in the log, want %d", len(want), machines*2+machines/2)
	}
	w.wait("every event at the desk", soon, func() (bool, error) {
		arrived := make(map[uint64]bool)
		for _, d := range desk.deliveries() {
			arrived[d.Sequence] = true
		}
		var missing []event
		for _, e := range want {
			if !arrived[e.Sequence] {
				missing = append(missing, e)
			}
		}
		return len(missing) == 0, fmt.Errorf("%d missing, first %+v", len(missing), append(missing, event{})[0])
	})
	latest := make(map[string]uint64)
	seen := make(map[uint64]string)
	for _, d := range desk.deliveries() {
		if id, ok := seen[d.Sequence]; ok {
			if id != d.ID {
				t.Errorf("event %d came as %s and as %s", d.Sequence, id, d.ID)
			}
			continue // a repetition, which may come late
		}
		seen[d.Sequence] = d.ID
		if d.Sequence < latest[d.Hardware] {
			t.Errorf("%s: event %d came after event %d", d.Hardware, d.Sequence, latest[d.Hardware])
		}
		latest[d.Hardware] = d.Sequence
	}

	watcher := w.start(w.server, "watch", program, "event", "watch", "-c", w.config())
	passersBy := machines
	w.wait("a watcher that is attached", soon, func() (bool, error) {
		passersBy++
		m := stranger(via, passersBy, dhcptest.Giaddr(crowdRelay))
		m.dora(t)
		return watcher.Said(m.mac)
	})
	w.stop(processes[0])
	w.stop(again)
	w.stop(processes[1])
}
