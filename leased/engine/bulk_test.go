package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

func bulkQuery(t testing.TB, hw engine.HW, options option.List) *engine.BulkQuery {
	t.Helper()
	q := &engine.Query{HW: hw, Options: options}
	q.Index()
	b, _, why := engine.NewBulkQuery(q)
	if why != "" {
		t.Fatal(why)
	}
	return b
}

// TestBindingStates: in which state a lease is, and since when (RFC 6926 §6.2.4, §6.2.7).
func TestBindingStates(t *testing.T) {
	const lease = "A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100\n"
	for _, tc := range []struct {
		name, story string
		kind        engine.Kind
		state       string
		since       string // before now
		holder      bool
	}{
		{"active", lease + "+1m\nA renew 10.80.0.100 on=eth6 -> ACK 10.80.0.100\n+1m", engine.LeaseActive, "2", "2m", true},
		{"expired", lease + "+11m", engine.LeaseUnassigned, "3", "1m", true},
		{"run out, and not looked at", lease + "later 11m", engine.LeaseUnassigned, "3", "1m", true},
		{"released", lease + "+1m\nA release 10.80.0.100 on=eth6\n+1m", engine.LeaseUnassigned, "4", "1m", true},
		{"declined", lease + "A decline 10.80.0.100 on=eth6\n+1m", engine.LeaseUnassigned, "5", "1m", false},
		{"declined, and over", lease + "A decline 10.80.0.100 on=eth6\n+11m", engine.LeaseUnassigned, "1", "1m", false},
		{"in the way", "conflict 10.80.0.100 B\n+1m", engine.LeaseUnassigned, "5", "1m", false},
		{"found by ARP", "found 10.80.0.100 B\n+1m", engine.LeaseActive, "2", "1m", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := run(t, askable(planning{}), tc.story)
			d, ok := w.s.Binding(bulkQuery(t, engine.HW{}, nil), w.s.Lease(ip("10.80.0.100")), w.now)
			got := texts(d.Options)
			if !ok || d.Kind != tc.kind || d.CIAddr != ip("10.80.0.100") || got[option.DHCPState] != tc.state || d.Holder.IsZero() == tc.holder {
				t.Errorf("%v of %v for %v, state %s", d.Kind, d.CIAddr, d.Holder, got[option.DHCPState])
			}
			since, _ := d.Options.Get(option.StartTimeOfState)
			if want := duration(tc.since); len(since) != 4 || time.Duration(since[2])<<8|time.Duration(since[3]) != want/time.Second {
				t.Errorf("since %x, want %v", since, want)
			}
			if _, ok := d.Options.Get(option.LeaseTime); ok != (tc.kind == engine.LeaseActive) {
				t.Error("a lease time belongs to active leases, and to those alone")
			}
			// By hardware address it is found if the machine has or had it.
			hw := hwOf("A")
			if strings.Contains(tc.story, " B") {
				hw = hwOf("B")
			}
			if n := len(w.s.BulkLeases(bulkQuery(t, hw, nil))); (n == 1) != tc.holder {
				t.Errorf("%d leases by hardware address", n)
			}
		})
	}
}

// TestBindingOfAnotherPlan: what is not ours to lease any more is not told.
func TestBindingOfAnotherPlan(t *testing.T) {
	w := run(t, askable(planning{}), "A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100")
	l := w.s.Lease(ip("10.80.0.100"))
	w.s.Replan(askable(planning{leave: "yard"}).plan())
	if d, ok := w.s.Binding(bulkQuery(t, engine.HW{}, nil), l, w.now); ok {
		t.Errorf("told of %v", d)
	}
}

// TestUnleased: the walk over free addresses finds each once, however short its steps, and none that is not ours to give.
func TestUnleased(t *testing.T) {
	w := run(t, askable(planning{}), `
		A select 10.99.0.52 -> ACK 10.99.0.52
		+1h
		B select 10.99.0.53 -> ACK 10.99.0.53
		reserve C hall 10.20.0.7
		reserve A yard 10.80.0.105
	`)
	since := w.now.Unix()
	for _, step := range []int{1, 3, 1000} {
		var all []engine.IP
		for last, more := engine.IP(0), true; more; more = last != 0 {
			all, last = w.s.Unleased(all, last, step, since)
		}
		for id, more := "", true; more; more = id != "" {
			all, id = w.s.UnleasedReserved(all, id, step, since)
		}
		if sorted := slices.Sorted(slices.Values(all)); len(slices.Compact(sorted)) != len(all) {
			t.Errorf("steps of %d: an address twice in %v", step, all)
		}
		for addr, want := range map[string]bool{
			"10.99.0.50": true, "10.99.0.52": false, "10.99.0.53": true, // leased since
			"10.20.0.200": true, "10.20.0.7": true, "10.80.0.105": true, "10.20.0.8": false, "10.70.0.2": true,
		} {
			if slices.Contains(all, ip(addr)) != want {
				t.Errorf("steps of %d: %s is in the list: %v, want %v", step, addr, !want, want)
			}
		}
	}
}

// FuzzBulkQuery: whatever stands in a bulk query, it is answered in order or refused with words.
func FuzzBulkQuery(f *testing.F) {
	f.Add([]byte{}, []byte(option.List(nil).Append(option.RelayAgentInfo, []byte{2, 1, 'x', 12})))
	f.Add([]byte{2, 0, 0, 0, 0, 1}, []byte(option.List(nil).AppendUint32(option.QueryStartTime, 9).AppendUint32(option.QueryEndTime, 10)))
	f.Add([]byte{}, []byte(option.List(nil).Append(option.ParameterRequestList, []byte{51, 51, 12, 60, 61, 82, 91, 152, 156, 1, 3, 58, 59, 54})))
	f.Fuzz(func(t *testing.T, chaddr, options []byte) {
		w := newWorld(t, askable(planning{}))
		w.grant("A", "10.99.0.50")
		q := &engine.Query{HW: engine.HWOf(1, chaddr), Options: options}
		q.Index()
		b, status, why := engine.NewBulkQuery(q)
		if (status == engine.BulkSuccess) != (why == "") || (b == nil) != (why != "") {
			t.Fatalf("status %d, %q, query %v", status, why, b)
		}
		if b == nil {
			return
		}
		_ = w.s.BulkLeases(b)
		l := w.s.Lease(ip("10.99.0.50"))
		_ = b.Matches(l, w.now.Unix())
		d, ok := w.s.Binding(b, l, w.now)
		if !ok || d.Kind != engine.LeaseActive || !d.Options.Valid() {
			t.Fatalf("%v %x", d.Kind, d.Options)
		}
		seen := map[option.Code]bool{}
		for c := range d.Options.All() {
			if seen[c] {
				t.Errorf("option %d stands twice in %x", c, d.Options)
			}
			seen[c] = true
		}
	})
}
