package policy_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

// watched loads one file with metrics and a clock that only advance moves.
func watched(t *testing.T, text string, closed ...string) (p *policy.Policy, reg *prometheus.Registry, advance func(time.Duration)) {
	t.Helper()
	cfg := configure(t, files{"rules.star": text})
	fails(&cfg, closed...)
	reg = prometheus.NewRegistry()
	var mu sync.Mutex
	at := now
	cfg.Metrics = policy.NewMetrics(reg)
	cfg.Clock = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	p = load(t, cfg)
	cfg.Metrics.Show(p)
	return p, reg, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(d)
	}
}

const loopsFor01 = `
def filter(request):
    if request.mac == "52:54:00:12:34:01":
        for i in range(10000):
            for j in range(10000):
                pass
    return False
`

// The machine whose messages take a hook over its budget is left out for a minute; nobody else notices.
func TestOffender(t *testing.T) {
	p, reg, advance := watched(t, loopsFor01, "filter")
	for range 3 {
		if got := filter(p, discover(1)); got != engine.PolicyError {
			t.Errorf("the machine is refused with %q, want %q", got, engine.PolicyError)
		}
		if got := filter(p, discover(2)); got != engine.PolicyFilter {
			t.Errorf("another machine is refused with %q, want %q", got, engine.PolicyFilter)
		}
	}
	expect := func(calls, failures, skipped float64) {
		t.Helper()
		if got := count(t, reg, policy.MetricCalls, "filter"); got != calls {
			t.Errorf("%v calls, want %v", got, calls)
		}
		if got := count(t, reg, policy.MetricFailures, "filter", "steps"); got != failures {
			t.Errorf("%v calls went over their steps, want %v", got, failures)
		}
		if got := count(t, reg, policy.MetricSkipped, "filter", "machine"); got != skipped {
			t.Errorf("%v calls were left out, want %v", got, skipped)
		}
	}
	expect(4, 1, 2)
	advance(61 * time.Second)
	filter(p, discover(1))
	expect(5, 2, 2)
}

// Of machines there are more than are remembered; the memory is bounded, and the last ones count.
func TestOffendersAreBounded(t *testing.T) {
	cfg := configure(t, files{"rules.star": "def filter(request):\n    for i in range(10000):\n        pass\n    return True\n"})
	cfg.Settings.Steps = 100
	reg := prometheus.NewRegistry()
	cfg.Metrics, cfg.Clock = policy.NewMetrics(reg), func() time.Time { return now }
	p := load(t, cfg)
	machine := func(i int) *engine.Query {
		q := discover(0)
		q.HW = engine.HWOf(1, []byte{2, 0, 0, 0, byte(i >> 8), byte(i)})
		q.Index()
		return q
	}
	const machines = 5000
	for i := range machines {
		filter(p, machine(i))
	}
	filter(p, machine(machines-1))
	filter(p, machine(0))
	if got := count(t, reg, policy.MetricSkipped, "filter", "machine"); got != 1 {
		t.Errorf("%v of the first and the last machine are remembered, want the last alone", got)
	}
}

// A hook that wastes more than 40 ms rests for five times as long as it has wasted, and is named by a metric.
func TestResting(t *testing.T) {
	cfg := configure(t, files{"rules.star": "def reply(request, lease, reply):\n    for i in range(10000):\n        for j in range(10000):\n            pass\n    return True\n"})
	reg := prometheus.NewRegistry()
	cfg.Metrics = policy.NewMetrics(reg)
	at, looks := now, 0
	cfg.Clock = func() time.Time {
		if looks++; looks == 2 { // at the beginning of a call, and at its end
			at = at.Add(15 * time.Millisecond)
		}
		return at
	}
	p := load(t, cfg)
	cfg.Metrics.Show(p)
	call := func(host byte) {
		looks = 0
		consult(p, discover(host), offer())
		looks = 2
	}
	expect := func(calls, skipped, slow float64) {
		t.Helper()
		if got := count(t, reg, policy.MetricCalls, "reply"); got != calls {
			t.Errorf("%v calls, want %v", got, calls)
		}
		if got := count(t, reg, policy.MetricSkipped, "reply", "resting"); got != skipped {
			t.Errorf("%v calls left out while it rests, want %v", got, skipped)
		}
		if got := count(t, reg, policy.MetricSlow, "rules.star", "reply"); got != slow {
			t.Errorf("slow is %v, want %v", got, slow)
		}
	}
	looks = 2
	expect(0, 0, 0)
	for host := range byte(4) {
		call(host)
	}
	expect(4, 0, 1) // 60 ms wasted, of which 9 ms are forgotten
	for range 10 {
		call(20)
	}
	expect(4, 10, 1)
	at = at.Add(250 * time.Millisecond)
	call(100)
	expect(4, 11, 1)
	at = at.Add(10 * time.Millisecond)
	call(101)
	expect(5, 11, 1)
	at = at.Add(2 * time.Minute)
	expect(5, 11, 0)
}

// Each call has memory of its own, so nothing of one message shows in another.
func TestConcurrency(t *testing.T) {
	p := script(t, `
calls = {"n": 0}

def filter(request):
    return request.mac[-2:] != "00"

def unknown(request):
    return "pool-" + request.mac[-2:]

def reply(request, lease, reply):
    reply.options["domain-name"] = "host" + request.mac[-2:] + ".example"
    reply.lease_time = 60 + int(request.mac[-2:], 16)

def event(e):
    e.annotations["mac"] = e.mac
`)
	var wg sync.WaitGroup
	for host := range byte(8) {
		wg.Go(func() {
			mac := fmt.Sprintf("%02x", host)
			for range 200 {
				q := discover(host)
				if got := filter(p, q) != ""; got != (host == 0) {
					t.Errorf("machine %s: dropped %v", mac, got)
				}
				if got := consult(p, q, ask(engine.StageUnknown, engine.Facts{})).Unknown.Pool; got != "pool-"+mac {
					t.Errorf("machine %s: pool %q", mac, got)
				}
				a := consult(p, q, offer()).Reply
				if len(a.Options) != 1 || string(a.Options[0].Value) != "host"+mac+".example" || a.LeaseTime != 60+uint32(host) {
					t.Errorf("machine %s: %+v", mac, a)
				}
				e := p.Annotate(&engine.Event{Kind: "lease.granted", Machine: &engine.Machine{HW: q.HW}})
				if got := e.Annotations["mac"]; got != q.HW.String() {
					t.Errorf("machine %s: annotated with %q", mac, got)
				}
			}
		})
	}
	wg.Wait()
}

// What was said of one message stays as it is while others are asked about, for a verdict waits for the disk.
func TestVerdictLasts(t *testing.T) {
	p := script(t, `
def unknown(request):
    return definition(subnet = "hall", hostname = "host" + request.mac[-2:], options = {"domain-name": "d" + request.mac[-2:]})

def reply(request, lease, reply):
    reply.options["domain-name"] = "r" + request.mac[-2:]
    reply.file = "f" + request.mac[-2:]
`)
	var said []string
	tell := func(q *engine.Query) string {
		u, a := q.Verdict.Unknown, q.Verdict.Reply
		return fmt.Sprintf("%s %v %q %s", u.Definition.Hostname, u.Definition.Details.Options.All(), a.Options[0].Value, a.File)
	}
	var queries []*engine.Query
	for host := range byte(50) {
		q := discover(host)
		consult(p, q, ask(engine.StageUnknown, engine.Facts{}))
		consult(p, q, offer())
		queries, said = append(queries, q), append(said, tell(q))
	}
	for i, q := range queries {
		if got := tell(q); got != said[i] {
			t.Errorf("of machine %d was said %s, and now it is %s", i, said[i], got)
		}
	}
}
