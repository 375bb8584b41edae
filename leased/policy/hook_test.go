package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// What goes wrong in a script, in every way there is.
var defects = map[string]string{
	"raises":           "    fail('so not')\n",
	"divides by zero":  "    return 1 // 0\n",
	"never ends":       "    for i in range(10000):\n        for j in range(10000):\n            pass\n",
	"allocates":        "    x = 'a' * 1000000000\n",
	"returns nonsense": "    return 17.5\n",
	"unknown name":     "    return getattr(request, 'macc')\n",
}

func TestFilter(t *testing.T) {
	tests := map[string]struct {
		text string
		want engine.Reason
	}{
		"goes on":   {"def filter(request):\n    return True\n", ""},
		"drops":     {"def filter(request):\n    return request.mac != '52:54:00:12:34:01'\n", engine.PolicyFilter},
		"suspends":  {"def filter(request):\n    if request.vendor_class == 'phone':\n        return None\n    return True\n", engine.PolicySuspend},
		"no filter": {"def reply(request, lease, reply):\n    pass\n", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := discover(1)
			if got := filter(script(t, tt.text), q); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
			if !q.Verdict.Heard.Has(engine.StageFilter) {
				t.Error("the filter was not noted as heard")
			}
		})
	}
}

func TestFilterFails(t *testing.T) {
	for name, body := range defects {
		t.Run(name, func(t *testing.T) {
			text := "def filter(request):\n" + body + "    return True\n"
			if got := filter(script(t, text), discover(1)); got != "" {
				t.Errorf("open: refused with %q", got)
			}
			if got := filter(script(t, text, "filter"), discover(1)); got != engine.PolicyError {
				t.Errorf("closed: refused with %q, want %q", got, engine.PolicyError)
			}
		})
	}
}

func TestUnknown(t *testing.T) {
	tests := map[string]struct {
		returns string
		want    engine.Assignment
	}{
		"pool":    {"'guests'", engine.Assignment{Kind: engine.AssignPool, Pool: "guests"}},
		"ignore":  {"'ignore'", engine.Assignment{Kind: engine.AssignIgnore}},
		"nak":     {"'nak'", engine.Assignment{Kind: engine.AssignNAK}},
		"default": {"None", engine.Assignment{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := script(t, "def unknown(request):\n    return "+tt.returns+"\n")
			v := consult(p, discover(1), ask(engine.StageUnknown, engine.Facts{}))
			if diff := cmp.Diff(tt.want, v.Unknown, cmpopts.IgnoreFields(engine.Assignment{}, "By")); diff != "" {
				t.Errorf("assigned (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("definition", func(t *testing.T) {
		p := script(t, "def unknown(request):\n    return definition(address='10.0.0.9', subnet='hall', lease_time=60, hostname='nine')\n")
		a := consult(p, discover(1), ask(engine.StageUnknown, engine.Facts{})).Unknown
		if a.Kind != engine.AssignDefinition || a.Definition == nil {
			t.Fatalf("assigned %+v", a)
		}
		if d := a.Definition; d.IP != 0x0a000009 || d.Subnet != "hall" || d.Hostname != "nine" || a.LeaseTime != 60 {
			t.Errorf("defined %+v for %d s", d, a.LeaseTime)
		}
	})
}

func TestUnknownFails(t *testing.T) {
	for name, body := range defects {
		t.Run(name, func(t *testing.T) {
			text := "def unknown(request):\n" + body
			if a := consult(script(t, text), discover(1), ask(engine.StageUnknown, engine.Facts{})).Unknown; a.Kind != engine.AssignDefault {
				t.Errorf("open: assigned %+v", a)
			}
			a := consult(script(t, text, "unknown"), discover(1), ask(engine.StageUnknown, engine.Facts{})).Unknown
			if a.Kind != engine.AssignIgnore || a.Reason != engine.PolicyError {
				t.Errorf("closed: assigned %+v", a)
			}
		})
	}
}

var candidates = engine.Facts{Known: true, Candidates: []*engine.Reservation{
	{ID: "1", Kind: engine.ByHardware, Value: "RT\x00\x124\x01", Subnet: "hall"},
	{ID: "2", Kind: engine.ByCircuitID, Value: "port 7", Subnet: "lobby"},
}}

func TestChoose(t *testing.T) {
	for returns, want := range map[string]string{"candidates[1]": "2", "None": "", "[c for c in candidates if c.subnet == 'hall'][0]": "1"} {
		p := script(t, "def choose(request, candidates):\n    return "+returns+"\n")
		v := consult(p, discover(1), ask(engine.StageChoose, candidates))
		if v.Choice != want || v.Refusal != "" {
			t.Errorf("%s chose %q (refusal %q), want %q", returns, v.Choice, v.Refusal, want)
		}
	}
}

func TestChooseFails(t *testing.T) {
	for name, body := range defects {
		t.Run(name, func(t *testing.T) {
			text := "def choose(request, candidates):\n" + body
			if v := consult(script(t, text), discover(1), ask(engine.StageChoose, candidates)); v.Choice != "" || v.Refusal != "" {
				t.Errorf("open: chose %q, refused with %q", v.Choice, v.Refusal)
			}
			v := consult(script(t, text, "choose"), discover(1), ask(engine.StageChoose, candidates))
			if v.Choice != "" || v.Refusal != engine.PolicyError {
				t.Errorf("closed: chose %q, refused with %q", v.Choice, v.Refusal)
			}
		})
	}
}

// amended is what a policy makes of an OFFER with a router, without what says whose amendment it is.
func amended(v *engine.Verdict) engine.Amendment {
	a := v.Reply
	a.Kind, a.IP, a.Subnet = 0, 0, nil
	if len(a.Options) == 0 {
		a.Options = nil
	}
	return a
}

func TestReply(t *testing.T) {
	tests := map[string]struct {
		body string
		want engine.Amendment
	}{
		"nothing":      {"pass", engine.Amendment{}},
		"any word":     {"return reply", engine.Amendment{}},
		"silence":      {"return False", engine.Amendment{Refusal: engine.PolicySilent}},
		"lease time":   {"reply.lease_time = 60", engine.Amendment{Sets: engine.AmendLeaseTime, LeaseTime: 60}},
		"no router":    {"reply.options['routers'] = None", engine.Amendment{Options: []engine.OptionEdit{{Code: option.Router}}}},
		"other router": {"reply.options['routers'] = ['10.0.0.2']", engine.Amendment{Options: []engine.OptionEdit{{Code: option.Router, Value: []byte{10, 0, 0, 2}}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := script(t, "def reply(request, lease, reply):\n    "+tt.body+"\n")
			if diff := cmp.Diff(tt.want, amended(consult(p, discover(1), offer()))); diff != "" {
				t.Errorf("amended (-want +got):\n%s", diff)
			}
		})
	}
}

// A reply hook that fails has changed nothing, whatever it had done before.
func TestReplyFails(t *testing.T) {
	for name, body := range defects {
		if name == "returns nonsense" {
			continue // anything but False lets the answer go
		}
		t.Run(name, func(t *testing.T) {
			text := "def reply(request, lease, reply):\n    reply.lease_time = 60\n    reply.options['routers'] = None\n" + body
			if diff := cmp.Diff(engine.Amendment{}, amended(consult(script(t, text), discover(1), offer()))); diff != "" {
				t.Errorf("open: amended (-want +got):\n%s", diff)
			}
			if a := consult(script(t, text, "reply"), discover(1), offer()).Reply; a.Refusal != engine.PolicyError {
				t.Errorf("closed: refused with %q, want %q", a.Refusal, engine.PolicyError)
			}
		})
	}
}

func TestEvent(t *testing.T) {
	p := script(t, `
racks = {"52:54:00:12:34:01": "12"}

def event(e):
    if e.mac in racks:
        e.annotations["rack"] = racks[e.mac]
    if e.mac == "52:54:00:12:34:02":
        return False
    if e.mac == "52:54:00:12:34:03":
        e.annotations["half"] = "done"
        fail("oh")
`)
	if !p.HasEvent() {
		t.Fatal("the event hook was not found")
	}
	of := func(host byte) *engine.Event {
		return &engine.Event{Kind: "lease.granted", Machine: &engine.Machine{HW: discover(host).HW}}
	}
	e := of(1)
	got := p.Annotate(e)
	if diff := cmp.Diff(map[string]string{"rack": "12"}, got.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if e.Annotations != nil {
		t.Error("the event itself was changed")
	}
	if got := p.Annotate(of(2)); got != nil {
		t.Errorf("the event that the hook drops: %+v", got)
	}
	for _, host := range []byte{3, 4} {
		if e := of(host); p.Annotate(e) != e {
			t.Errorf("machine %d: the event is another one, though nothing was added", host)
		}
	}
	if e := (&engine.Event{Kind: "pool.low"}); p.Annotate(e) != e {
		t.Error("an event without a machine is another one")
	}
}

func TestSeveralFiles(t *testing.T) {
	t.Run("filter", func(t *testing.T) {
		p := load(t, configure(t, files{
			"1.star": "def filter(request):\n    return request.mac[-2:] != '01'\n",
			"2.star": "def filter(request):\n    if request.mac[-2:] in ('01', '02'):\n        return None\n    return True\n",
		}))
		for host, want := range map[byte]engine.Reason{1: engine.PolicyFilter, 2: engine.PolicySuspend, 3: ""} {
			if got := filter(p, discover(host)); got != want {
				t.Errorf("machine %d is refused with %q, want %q", host, got, want)
			}
		}
	})
	t.Run("unknown", func(t *testing.T) {
		p := load(t, configure(t, files{
			"1.star": "def unknown(request):\n    return 'one' if request.mac[-2:] == '01' else None\n",
			"2.star": "def unknown(request):\n    return 'two'\n",
		}))
		for host, want := range map[byte]string{1: "one", 2: "two"} {
			if got := consult(p, discover(host), ask(engine.StageUnknown, engine.Facts{})).Unknown.Pool; got != want {
				t.Errorf("machine %d gets pool %q, want %q", host, got, want)
			}
		}
	})
	t.Run("choose", func(t *testing.T) {
		p := load(t, configure(t, files{
			"1.star": "def choose(request, candidates):\n    return None\n",
			"2.star": "def choose(request, candidates):\n    return candidates[-1]\n",
		}))
		if got := consult(p, discover(1), ask(engine.StageChoose, candidates)).Choice; got != "2" {
			t.Errorf("chose %q, want 2", got)
		}
	})
	t.Run("reply", func(t *testing.T) {
		p := load(t, configure(t, files{
			"1.star": "def reply(request, lease, reply):\n    reply.lease_time = 600\n",
			"2.star": "def reply(request, lease, reply):\n    reply.lease_time = reply.lease_time // 2\n    fail('undone')\n",
			"3.star": "def reply(request, lease, reply):\n    reply.t1 = reply.lease_time // 10\n",
		}))
		want := engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1, LeaseTime: 600, T1: 60}
		if diff := cmp.Diff(want, amended(consult(p, discover(1), offer()))); diff != "" {
			t.Errorf("amended (-want +got):\n%s", diff)
		}
	})
	t.Run("event", func(t *testing.T) {
		p := load(t, configure(t, files{
			"1.star": "def event(e):\n    e.annotations['a'] = '1'\n",
			"2.star": "def event(e):\n    e.annotations['b'] = e.annotations['a'] + '2'\n    fail('undone')\n",
			"3.star": "def event(e):\n    e.annotations['c'] = e.annotations['a'] + '3'\n",
		}))
		got := p.Annotate(&engine.Event{Kind: "pool.low"}).Annotations
		if diff := cmp.Diff(map[string]string{"a": "1", "c": "13"}, got); diff != "" {
			t.Errorf("annotations (-want +got):\n%s", diff)
		}
	})
}
