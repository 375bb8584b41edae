package lookup_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

const known = `{"ip": "10.20.0.7", "lease_time": 600}`

// is fails the test where an assignment is of another kind.
func is(t *testing.T, when string, a engine.Assignment, kind engine.AssignmentKind, pending bool) {
	t.Helper()
	if a.Kind != kind || a.Pending != pending {
		t.Errorf("%s: kind %d, pending %v; want %d, %v", when, a.Kind, a.Pending, kind, pending)
	}
}

func TestTheNextMessageFindsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, known)
		a, extra := r.send(1)
		is(t, "first", a, engine.AssignDefault, true)
		if extra != "" {
			t.Errorf("an answer before it came: %s", extra)
		}
		a, extra = r.send(1)
		is(t, "second", a, engine.AssignDefinition, false)
		if a.By != "lookup" || a.Definition.IP.String() != "10.20.0.7" || a.Definition.Subnet != "hall" || a.Definition.ID != "" || a.LeaseTime != 600 {
			t.Errorf("assignment: %+v, %+v", a, a.Definition)
		}
		if extra != `{"ip":"10.20.0.7","lease_time":600}` {
			t.Errorf("the answer is handed on as %s", extra)
		}
		if want := `{"mac":"52:54:00:12:34:01","hostname":"Desk-7","link":"eth1","subnet":"lobby","network":"floor"}`; r.asked[0] != want {
			t.Errorf("asked: %s\nwant:  %s", r.asked[0], want)
		}
		r.send(1)
		if n := r.times(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestOneRequestAtATimeForAMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "concurrent: 10")
		r.slow(time.Second)
		for range 10 {
			a, _ := r.send(1)
			is(t, "while it is asked", a, engine.AssignDefault, true)
		}
		time.Sleep(2 * time.Second)
		a, _ := r.send(1)
		is(t, "after the answer", a, engine.AssignDefault, false)
		if n := r.times(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A stranger that has been enrolled is known once the answer that it was not is old.
func TestUnknownIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "keep: {negative: 30s}")
		is(t, "stranger", r.settle(1), engine.AssignDefault, false)
		r.says(200, known)
		time.Sleep(29 * time.Second)
		is(t, "after 29s", r.settle(1), engine.AssignDefault, false)
		time.Sleep(time.Second)
		a, _ := r.send(1)
		is(t, "after 30s", a, engine.AssignDefault, true)
		is(t, "then", r.settle(1), engine.AssignDefinition, false)
	})
}

// An old answer serves while it is renewed.
func TestKnownIsRenewedInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "keep: {positive: 5m, stale: 0}")
		r.says(200, known)
		r.settle(1)
		time.Sleep(8 * time.Minute)
		r.says(200, `{"ip": "10.20.0.8"}`)
		a, _ := r.send(1)
		is(t, "old", a, engine.AssignDefinition, false)
		if got := a.Definition.IP.String(); got != "10.20.0.7" {
			t.Errorf("at the renewal: %s, want what the lease was given by", got)
		}
		if a, _ = r.send(1); a.Definition == nil || a.Definition.IP.String() != "10.20.0.8" {
			t.Errorf("after it: %+v", a)
		}
	})
}

// A machine with a lease of eight hours renews after four: the answer must still be there.
func TestAnAnswerOutlivesTheLeaseThatItGave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "keep: {positive: 1m, stale: 1m}")
		r.says(200, `{"ip": "10.20.0.7"}`)
		is(t, "granted", r.settle(1), engine.AssignDefinition, false)
		time.Sleep(4 * time.Hour)
		a, _ := r.send(1)
		is(t, "renewed", a, engine.AssignDefinition, false)
		time.Sleep(9 * time.Hour)
		a, _ = r.send(1)
		is(t, "after the lease has ended", a, engine.AssignDefault, true)
	})
}

// While the service is down its last word counts, for as long as the configuration says.
func TestStaleAnswersServeWhileTheServiceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "keep: {positive: 1m, stale: 1h}")
		r.says(200, `{"ip": "10.20.0.7"}`)
		r.settle(1)
		r.says(500, "")
		for range 60 {
			time.Sleep(time.Minute)
			a, _ := r.send(1)
			is(t, "while it fails", a, engine.AssignDefinition, false)
		}
		time.Sleep(2 * time.Minute)
		a, _ := r.send(1)
		is(t, "after an hour", a, engine.AssignDefault, false)
		if got := r.story(1); !strings.Contains(got, "10.20.0.7 in hall, which is too old to use") || !strings.Contains(got, "Internal Server Error") {
			t.Errorf("story: %s", got)
		}
	})
}

func TestFailuresEndThePatienceWithAMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, "nonsense")
		for i, pending := range []bool{true, true, true, true, true, false, false} {
			a, _ := r.send(1)
			is(t, "message "+string(rune('1'+i)), a, engine.AssignDefault, pending)
			if i%2 == 1 {
				time.Sleep(time.Minute) // longer than it rests
			}
		}
		if n := r.times(); n != 4 {
			t.Errorf("asked %d times; a failure is not repeated at once", n)
		}
		if got := r.story(1); !strings.HasPrefix(got, "no answer so far; failed 4 times, last 0s ago: the answer is not JSON") {
			t.Errorf("story: %s", got)
		}
	})
}

func TestAServiceThatIsDownIsTriedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "timeout: 1s, concurrent: 4, rate: 1000")
		r.slow(time.Hour)
		for range 600 { // ten minutes of a hundred machines that all ask
			for n := range byte(100) {
				r.send(n)
			}
			time.Sleep(time.Second)
		}
		if n := r.times(); n > 60 {
			t.Errorf("%d requests to a service that was down for ten minutes", n)
		}
		pending := 0
		for n := range byte(10) { // of which one may be the question that is tried
			if a, _ := r.send(210 + n); a.Pending {
				pending++
			}
		}
		if pending > 1 {
			t.Errorf("%d of ten new machines wait for an answer", pending)
		}
		r.slow(0)
		r.says(200, known)
		for range 60 {
			r.send(200)
			time.Sleep(time.Second)
		}
		a, _ := r.send(200)
		is(t, "after it came back", a, engine.AssignDefinition, false)
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(503, "")
		r.sends(http.Header{"Retry-After": {"120"}})
		r.send(1)
		for range 119 {
			time.Sleep(time.Second)
			r.send(2)
		}
		if n := r.times(); n != 1 {
			t.Errorf("asked %d times within the pause", n)
		}
		time.Sleep(2 * time.Second)
		r.send(2)
		if n := r.times(); n != 2 {
			t.Errorf("asked %d times in all; the pause is over", n)
		}
	})
}

func TestRateAndConcurrencyAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "rate: 10, concurrent: 2, timeout: 1m")
		for n := range byte(100) {
			r.send(n)
		}
		time.Sleep(5 * time.Second)
		if n := r.times(); n < 49 || n > 52 {
			t.Errorf("%d requests in five seconds, at ten a second", n)
		}
		time.Sleep(time.Minute)
		r.slow(10 * time.Second)
		for n := range byte(100) {
			r.send(n)
		}
		time.Sleep(5 * time.Second)
		if n := r.times(); n != 102 {
			t.Errorf("%d requests under way, want 2", n-100)
		}
	})
}

// What is not known is forgotten first, however many strangers come.
func TestStrangersDoNotPushOutTheKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "machines: 100, rate: 100000")
		r.says(200, known)
		r.settle(1)
		r.says(404, "")
		for n := range 250 {
			r.send(byte(2 + n))
		}
		asked := r.times()
		a, _ := r.send(1)
		is(t, "the known one", a, engine.AssignDefinition, false)
		if r.times() != asked {
			t.Error("the known one was forgotten")
		}
		r.send(2)
		if r.times() == asked {
			t.Error("250 strangers are remembered where there is room for 100 machines")
		}
	})
}

// The same machine may be wanted here and not there, and behind one line and not behind another.
func TestNetworksAndLinesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		relayed := func(circuit string) *engine.Query {
			q := machine(1)
			q.GIAddr = 0x0a630001
			q.Options = option.List(nil).Append(option.RelayAgentInfo, engine.JoinRelay([]byte(circuit), []byte("switch-7")))
			q.Index()
			return q
		}
		find := func(q *engine.Query, f *engine.Facts) engine.Assignment {
			r.Find(q, f)
			synctest.Wait()
			a, _ := r.Find(q, f)
			return a
		}
		r.answer = func(n int, _ *http.Request) (int, string) {
			if strings.Contains(r.asked[n-1], `"circuit_id":"port-1","remote_id":"switch-7"`) {
				return 200, known
			}
			return 404, ""
		}
		is(t, "line 1", find(relayed("port-1"), floor), engine.AssignDefinition, false)
		is(t, "line 2", find(relayed("port-2"), floor), engine.AssignDefault, false)
		is(t, "elsewhere", find(relayed("port-1"), &engine.Facts{Network: "yard", Subnet: "yard"}), engine.AssignDefault, false)
		asked := r.times()
		// A renewal comes past the relay; the lease knows what that said.
		lease := &engine.Lease{RelayInfo: engine.JoinRelay([]byte("port-1"), []byte("switch-7"))}
		is(t, "renewal", find(machine(1), &engine.Facts{Network: "floor", Lease: lease}), engine.AssignDefinition, false)
		if n := r.times(); n != asked {
			t.Errorf("asked %d times more", n-asked)
		}
	})
}

// On InfiniBand the client identifier says who it is.
func TestMachinesWithoutHardwareAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, known)
		q := &engine.Query{Type: engine.Discover, HW: engine.HW{Type: 32}, Options: option.List(nil).Append(option.ClientID, []byte{0, 1, 2, 3})}
		q.Index()
		r.Find(q, nil)
		synctest.Wait()
		a, _ := r.Find(q, nil)
		is(t, "by client identifier", a, engine.AssignDefinition, false)
		if want := `{"client_id":"00:01:02:03"}`; r.asked[0] != want {
			t.Errorf("asked %s, want %s", r.asked[0], want)
		}
		nobody := &engine.Query{Type: engine.Discover, HW: engine.HW{Type: 32}}
		nobody.Index()
		a, _ = r.Find(nobody, nil)
		synctest.Wait()
		is(t, "nobody", a, engine.AssignDefault, false)
		if n := r.times(); n != 1 {
			t.Errorf("asked %d times; nobody can be told from others", n)
		}
	})
}

func TestReloadKeepsWhatStillHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, `{"ip": "10.20.0.7", "address": "10.20.0.9"}`)
		r.settle(1)
		r.Reconfigure(settings(t, "fields: {ip: address}, rate: 7"))
		a, _ := r.send(1)
		if r.times() != 1 || a.Definition == nil || a.Definition.IP.String() != "10.20.0.9" {
			t.Errorf("asked %d times, %+v; want the remembered answer read with the new fields", r.times(), a)
		}
		r.Reconfigure(settings(t, "fields: {ip: data.ip}"))
		a, _ = r.send(1)
		is(t, "an answer that means nothing any more", a, engine.AssignDefault, true)
		r.Reconfigure(settings(t, "headers: {X-Site: hall}"))
		a, _ = r.send(1)
		is(t, "another service", a, engine.AssignDefault, true)
		is(t, "its answer", r.settle(1), engine.AssignDefinition, false)
	})
}

// A service that goes leaves nothing behind, and comes back later.
func TestReloadWithoutLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.slow(time.Second)
		r.says(200, known)
		r.send(1)
		r.Reconfigure(lookupNone)
		a, _ := r.send(1)
		is(t, "without", a, engine.AssignDefault, false)
		if got := r.story(1); got != "" {
			t.Errorf("story: %s", got)
		}
		time.Sleep(2 * time.Second)
		r.Reconfigure(settings(t, ""))
		if got := r.story(1); got != "nothing is remembered" {
			t.Errorf("story: %s", got)
		}
	})
}

// Of a list it is the object about the network that is remembered, and that policies see.
func TestOneOfAListIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, `[{"ip": "10.30.0.7"}, {"ip": "10.20.0.7", "extra": {"a": "b"}}]`)
		r.settle(1)
		r.Reconfigure(settings(t, "rate: 7"))
		a, extra := r.send(1)
		if extra != `{"ip":"10.20.0.7","extra":{"a":"b"}}` || a.Definition == nil || r.times() != 1 {
			t.Errorf("%s, %+v, asked %d times", extra, a, r.times())
		}
	})
}

func TestWhatIsNotAskedIsNotPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "rate: 1, concurrent: 1")
		r.slow(time.Second)
		pending := 0
		for n := range 2000 {
			q := machine(0)
			q.HW.Octets[4], q.HW.Octets[5] = byte(n>>8), byte(n)
			if a, _ := r.Find(q, floor); a.Pending {
				pending++
			}
		}
		if pending < 1000 || pending > 1002 {
			t.Errorf("%d of 2000 machines are to wait; a thousand questions may", pending)
		}
	})
}
