package value_test

import (
	"testing"
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// hook loads a function f.
func hook(t testing.TB, text string) starlark.Callable {
	t.Helper()
	loader := sandbox.Loader{Read: func(string) ([]byte, error) { return []byte(text), nil }, Predeclared: value.Predeclared(nil)}
	modules, err := loader.Load("bench.star")
	if err != nil {
		t.Fatal(err)
	}
	return modules[0].Globals["f"].(starlark.Callable)
}

// The hooks as they are typical, and how much each may allocate: of the filter nothing comes from the values.
var typical = []struct {
	name, text string
	allocs     float64
}{
	{"filter", `
def f(request):
    if request.vendor_class.startswith("MSFT"):
        return False
    relay = request.relay
    return relay == None or relay.circuit_id != "port-13"
`, 4},
	{"reply", `
def f(request, lease, reply):
    reply.options["routers"] = ["10.20.0.254"]
    reply.options["tftp-server-name"] = "10.20.0.9"
    reply.lease_time = 600
`, 8},
	{"look", `
def f(request, lease, reply):
    if request.kind == "REQUEST:RENEW" or lease.renewals > 5 or request.link == "eth9" or request.options["max-message-size"] < 100:
        return False
`, 1},
}

func (w *world) again(name string, f starlark.Callable, args starlark.Tuple) error {
	c := &w.context
	c.Begin(&w.query, &w.facts, now, false)
	args = append(args[:0], c.Request())
	if name != "filter" {
		args = append(args, c.Lease(&w.decision), c.Reply(&w.decision))
	}
	_, err := w.caller.Call(f, args, sandbox.Limits{Steps: 10000, Time: time.Second})
	c.Amendment()
	return err
}

func BenchmarkHook(b *testing.B) {
	for _, bb := range typical {
		b.Run(bb.name, func(b *testing.B) {
			w, f, args := newWorld(), hook(b, bb.text), make(starlark.Tuple, 0, 3)
			b.ReportAllocs()
			for b.Loop() {
				if err := w.again(bb.name, f, args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestHookAllocations(t *testing.T) {
	for _, tt := range typical {
		w, f, args := newWorld(), hook(t, tt.text), make(starlark.Tuple, 0, 3)
		got := testing.AllocsPerRun(100, func() {
			if err := w.again(tt.name, f, args); err != nil {
				t.Fatal(err)
			}
		})
		if got > tt.allocs {
			t.Errorf("%s allocates %v times, more than %v", tt.name, got, tt.allocs)
		}
	}
}
