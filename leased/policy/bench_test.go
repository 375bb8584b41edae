package policy_test

import (
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

// What operators do with each message: look at who asks, and change what it gets.
const typical = `
blocked = {"52:54:00:12:34:99": True}

def filter(request):
    if request.mac in blocked:
        return False
    return request.relay == None or request.relay.circuit_id != "port 13"

def unknown(request):
    if request.vendor_class.startswith("phone"):
        return "phones"
    return None

def choose(request, candidates):
    for c in candidates:
        if c.subnet == "lobby":
            return c
    return None

def reply(request, lease, reply):
    if request.vendor_class.startswith("phone"):
        reply.options["tftp-server-name"] = "10.0.0.2"
        reply.options["bootfile-name"] = request.mac.replace(":", "") + ".cfg"
    if octets(lease.address)[3] < 128:
        reply.options["routers"] = ["10.0.0.1"]

def event(e):
    if e.circuit_id:
        e.annotations["line"] = e.circuit_id
`

func BenchmarkHooks(b *testing.B) {
	p := script(b, typical)
	cases := map[string]func(q *engine.Query){
		"filter": func(q *engine.Query) { p.Filter(now, q, nil) },
		"unknown": func() func(*engine.Query) {
			d := ask(engine.StageUnknown, engine.Facts{})
			return func(q *engine.Query) { p.Consult(now, q, d) }
		}(),
		"choose": func() func(*engine.Query) {
			d := ask(engine.StageChoose, candidates)
			return func(q *engine.Query) { p.Consult(now, q, d) }
		}(),
		"reply": func() func(*engine.Query) {
			d := offer()
			return func(q *engine.Query) { p.Consult(now, q, d) }
		}(),
		"filter+reply": func() func(*engine.Query) {
			d := offer()
			return func(q *engine.Query) { p.Filter(now, q, nil); p.Consult(now, q, d) }
		}(),
		"event": func() func(*engine.Query) {
			e := &engine.Event{Kind: "lease.granted", Machine: &engine.Machine{HW: discover(1).HW, CircuitID: []byte("port 7")}}
			return func(*engine.Query) { p.Annotate(e) }
		}(),
	}
	for _, name := range []string{"filter", "unknown", "choose", "reply", "filter+reply", "event"} {
		b.Run(name, func(b *testing.B) {
			q := discover(1)
			b.ReportAllocs()
			for b.Loop() {
				*q.Verdict = engine.Verdict{}
				cases[name](q)
			}
		})
	}
}

// What the bookkeeping around a call costs: a hook that does nothing.
func BenchmarkEmpty(b *testing.B) {
	cfg := configure(b, files{"rules.star": "def filter(request):\n    return True\n"})
	cfg.Metrics = policy.NewMetrics(nil)
	p := load(b, cfg)
	q := discover(1)
	b.ReportAllocs()
	for b.Loop() {
		*q.Verdict = engine.Verdict{}
		p.Filter(now, q, nil)
	}
}
