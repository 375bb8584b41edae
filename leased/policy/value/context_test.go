package value_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// Hooks of one message see each other's changes; those of one that fails are taken back as a whole.
func TestUndo(t *testing.T) {
	w := newWorld()
	reply := w.context.Reply(&w.decision)
	hook := func(body string) error {
		w.context.Mark()
		_, err := w.call(t, "def f(reply):\n    "+body+"\n", reply)
		if err != nil {
			w.context.Undo()
		}
		return err
	}
	if err := hook(`reply.options["host-name"] = "a"; reply.t1 = 60`); err != nil {
		t.Fatal(err)
	}
	if hook(`reply.options["host-name"] = "b"; reply.options["routers"] = None; reply.t1 = 90; reply.file = "x"; reply.kind = "NAK"; fail("oh")`) == nil {
		t.Fatal("it did not fail")
	}
	if err := hook(`if (reply.options["host-name"], reply.t1, reply.file, reply.kind) != ("a", 60, "boot.0", "ACK"): fail(reply.options["host-name"])`); err != nil {
		t.Error(err)
	}
	if err := hook(`reply.options["host-name"] += "2"`); err != nil {
		t.Fatal(err)
	}
	a := w.context.Amendment()
	if len(a.Options) != 1 || string(a.Options[0].Value) != "a2" || a.Sets != engine.AmendT1 || a.T1 != 60 || a.Refusal != "" {
		t.Errorf("amendment %+v", a)
	}
	if steps := w.context.Steps(); len(steps) != 3 || steps[2].Outcome != "host-name a2, was a" {
		t.Errorf("steps %+v", steps)
	}
	// The next message finds nothing of it, and the amendment outlives it.
	w.context.Begin(&w.query, &w.facts, now, false)
	w.context.Reply(&w.decision)
	if next := w.context.Amendment(); len(next.Options) != 0 || next.Sets != 0 || len(w.context.Steps()) != 0 {
		t.Errorf("the next message has %+v", next)
	}
	if hook(`reply.options["host-name"] = "zz"`) != nil || string(a.Options[0].Value) != "a2" {
		t.Errorf("the amendment became %+v", a)
	}
}

// Answers that grant no lease have no times, and hooks need not know which those are.
func TestNoLease(t *testing.T) {
	for _, change := range []func(*world){
		func(w *world) { // INFORM
			w.query.Type = engine.Inform
			w.decision = engine.Decision{Kind: engine.Ack, Subnet: w.decision.Subnet, Options: option.List(nil).AppendUint32(option.SubnetMask, 0xffffff00)}
		},
		func(w *world) {
			w.decision = engine.Decision{Kind: engine.Nak, Subnet: w.decision.Subnet, Options: option.List(nil).AppendString(option.Message, "no")}
		},
	} {
		w := newWorld(change)
		if _, err := w.run(t, `reply.lease_time = 60; reply.t1 = 5; reply.t2 = 5; reply.yiaddr = None; reply.options["renewal-time"] = 7
if (reply.lease_time, reply.t1, reply.t2, reply.yiaddr, lease.time, lease.address, lease.state) != (None, None, None, None, None, None, "new"):
    fail(reply.lease_time)`); err != nil {
			t.Error(err)
		}
		if a := w.context.Amendment(); a.Sets != 0 || len(a.Options) != 0 {
			t.Errorf("amendment %+v", a)
		}
	}
	w := newWorld(func(w *world) { w.query.Type = engine.Discover; w.decision.Kind = engine.Offer })
	if _, err := w.run(t, `reply.kind = "NAK"`); err == nil ||
		!strings.Contains(err.Error(), "only a REQUEST can be refused by NAK, and this answers DISCOVER; return False to send no answer") {
		t.Error(err)
	}
}

// What a relay said counts on for a client that renews past it, but not in the filter, which may be without facts.
func TestRelayRemembered(t *testing.T) {
	renews := func(w *world) {
		w.query.GIAddr, w.query.Options = 0, nil
		w.facts.Lease.Giaddr, w.facts.Lease.RelayInfo = ip("10.20.0.1"), []byte("\x01\x06port-9")
	}
	w := newWorld(renews)
	if got, err := w.eval(t, `(request.kind, request.giaddr, request.relay.address, request.relay.circuit_id)`); err != nil ||
		got.String() != `("REQUEST:RENEW", None, "10.20.0.1", "port-9")` {
		t.Errorf("%v, %v", got, err)
	}
	w = newWorld(renews)
	w.context.Filtering = true
	if got, err := w.eval(t, `request.relay`); err != nil || got != starlark.None {
		t.Errorf("in the filter %v, %v", got, err)
	}
	// Nobody else is believed, not even the client.
	w = newWorld(func(w *world) { w.query.GIAddr, w.query.CIAddr = 0, 0 })
	if got, err := w.eval(t, `request.relay`); err != nil || got != starlark.None {
		t.Errorf("without a relay %v, %v", got, err)
	}
}

// A filter without facts is told so, and reads what the message says.
func TestNoFacts(t *testing.T) {
	w := newWorld()
	w.context.Begin(&w.query, nil, now, false)
	request := w.context.Request()
	for _, name := range value.FactAttributes() {
		if _, err := request.(starlark.HasAttrs).Attr(name); err == nil || !strings.Contains(err.Error(), "request."+name+" is not known") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range request.(starlark.HasAttrs).AttrNames() {
		if _, err := request.(starlark.HasAttrs).Attr(name); err != nil && !strings.Contains(err.Error(), "is not known") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLookup(t *testing.T) {
	w := newWorld()
	w.context.Lookup = []byte(`{"room": "4.07", "ports": [1, 2.5, null, true]}`)
	if got, err := w.eval(t, `(request.lookup["room"], request.lookup["ports"])`); err != nil || got.String() != `("4.07", [1, 2.5, None, True])` {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := w.eval(t, `request.lookup.pop("room")`); err == nil {
		t.Error("it can be changed")
	}
	w = newWorld()
	w.context.Lookup = []byte(`{`)
	if got, err := w.eval(t, `request.lookup`); err != nil || got != starlark.None {
		t.Errorf("%v, %v", got, err)
	}
}

func TestLeaseStates(t *testing.T) {
	for _, tt := range []struct {
		want   string
		change func(*world)
	}{
		{`("expired", 4)`, func(w *world) { w.facts.Lease.Expires = now.Unix() }},
		{`("released", 4)`, func(w *world) { w.facts.Lease.State = engine.Released }},
		{`("new", 0)`, func(w *world) { w.facts.Lease = nil }},
		{`("new", 0)`, func(w *world) { w.facts.Lease.IP++ }}, // of another address
		{`("offered", 0)`, func(w *world) {
			w.facts.Lease, w.query.CIAddr = nil, 0
			w.query.Options = w.query.Options.AppendUint32(option.ServerID, 1)
		}},
	} {
		if got, err := newWorld(tt.change).eval(t, `(lease.state, lease.renewals)`); err != nil || got.String() != tt.want {
			t.Errorf("%v (%v), want %s", got, err, tt.want)
		}
	}
	// An address of its own is of no pool, one that has no end does not expire.
	w := newWorld(func(w *world) {
		w.facts.Reservation = &engine.Reservation{ID: "1", Kind: engine.ByHardware, IP: ip("10.20.0.7")}
		w.facts.Lease.Expires = engine.Never
	})
	if got, err := w.eval(t, `(lease.pool, lease.expires, request.lease_held.time, lease.extra)`); err != nil || got.String() != `(None, None, 4294967295, {})` {
		t.Errorf("%v, %v", got, err)
	}
	// Who is served by a definition has what that carries, and is not known.
	w = newWorld(func(w *world) {
		w.facts.Reservation, w.facts.Known, w.facts.Lease = nil, false, nil
		w.query.Verdict = &engine.Verdict{Unknown: engine.Assignment{Kind: engine.AssignDefinition, Definition: &engine.Reservation{
			Hostname: "x", Details: &engine.Details{Extra: map[string]string{"a": "b"}},
		}}}
	})
	if got, err := w.eval(t, `(lease.extra, lease.known, lease.reservation, lease.hostname)`); err != nil || got.String() != `({"a": "b"}, False, None, "x")` {
		t.Errorf("%v, %v", got, err)
	}
}

// The same message has the same random numbers, another one and another seed have others.
func TestRandom(t *testing.T) {
	draw := func(change func(*world), seed uint64) string {
		w := newWorld(change)
		w.context.Seed = seed
		v, err := w.eval(t, `[random() for _ in range(3)]`)
		if err != nil {
			t.Fatal(err)
		}
		return v.String()
	}
	same := func(*world) {}
	first := draw(same, 1)
	if draw(same, 1) != first {
		t.Error("a replay differs")
	}
	if draw(same, 2) == first || draw(func(w *world) { w.query.XID++ }, 1) == first || draw(func(w *world) { w.query.Secs++ }, 1) == first {
		t.Error("others are the same")
	}
	sum, n := 0.0, 2000
	for i := range n {
		w := newWorld(func(w *world) { w.query.XID = uint32(i) })
		v, err := starlark.Call(w.caller.Thread(), value.Predeclared(nil)["random"], nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum += float64(v.(starlark.Float))
	}
	if math.Abs(sum/float64(n)-0.5) > 0.03 {
		t.Errorf("the mean of many is %v", sum/float64(n))
	}
	if _, err := starlark.Call(new(starlark.Thread), value.Predeclared(nil)["random"], nil, nil); err == nil {
		t.Error("there are random numbers without a message")
	}
}

// Whatever a client sends is shown quoted, and can be set nowhere where it would break the answer.
func TestHostileText(t *testing.T) {
	hostile := func(w *world) {
		w.query.Options = option.List(nil).Append(option.VendorClass, []byte("\x1b[2J\xff\n%s{}\"")).
			Append(option.HostName, []byte("\x1b]0;x\x07"))
		w.query.File = []byte("\x1b[2J")
		w.query.Options = w.query.Options.Append(option.RelayAgentInfo, []byte("\x01\x03\x1b[2\x02\xff"))
	}
	for _, body := range []string{
		`reply.lease_time = request.vendor_class`, `reply.siaddr = request.vendor_class`, `reply.options["routers"] = request.vendor_class`,
		`reply.options[request.vendor_class] = "x"`, `getattr(request, request.vendor_class)`, `octets(request.vendor_class)`,
		`reply.sname = request.vendor_class + "\x00"`, `definition(subnet = "x", hostname = request.vendor_class)`,
	} {
		_, err := newWorld(hostile).run(t, body)
		if err == nil || !printable(err.Error()) {
			t.Errorf("%s: %q", body, err)
		}
	}
	w := newWorld(hostile)
	if _, err := w.run(t, `reply.file = request.file; reply.sname = request.vendor_class; reply.options["root-path"] = request.vendor_class`); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.context.Steps() {
		if !printable(s.Outcome) {
			t.Errorf("step %q", s.Outcome)
		}
	}
	if got, err := newWorld(hostile).eval(t, `request.relay.circuit_id`); err != nil || got.String() != `"hex:1b5b32"` {
		t.Errorf("%v, %v", got, err)
	}
}

// Names of the operator's own are names like others, and their types count.
func TestOwnNames(t *testing.T) {
	names, err := option.Standard().Define(option.Definition{Name: "phone-vlan", Code: 224, Type: "uint16"})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	w.context.Names = names
	if _, err := w.run(t, `reply.options["phone-vlan"] = 70; reply.options["phone-vlan"] += 1`); err != nil {
		t.Fatal(err)
	}
	if a := w.context.Amendment(); len(a.Options) != 1 || string(a.Options[0].Value) != "\x00\x47" {
		t.Errorf("amendment %+v", a)
	}
	if _, err := w.run(t, `reply.options["fone-vlan"] = 70`); err == nil || !strings.Contains(err.Error(), `did you mean "phone-vlan"?`) {
		t.Error(err)
	}
	v, err := starlark.Call(w.caller.Thread(), value.Predeclared(names)["definition"], nil, []starlark.Tuple{
		{starlark.String("subnet"), starlark.String("hall")}, {starlark.String("options"), optionsDict("phone-vlan", starlark.MakeInt(7))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.(starlark.HasAttrs).Attr("options"); err != nil || got.String() != `{"phone-vlan": 7}` {
		t.Errorf("%v, %v", got, err)
	}
}

func optionsDict(name string, v starlark.Value) *starlark.Dict {
	d := starlark.NewDict(1)
	_ = d.SetKey(starlark.String(name), v)
	return d
}

// A Context that waits keeps nothing, and works again.
func TestEnd(t *testing.T) {
	w := newWorld()
	if _, err := w.run(t, `reply.options["host-name"] = "a"`); err != nil {
		t.Fatal(err)
	}
	w.context.End()
	if a := w.context.Amendment(); len(a.Options) != 0 || w.context.Query != nil || w.context.Annotations() != nil {
		t.Errorf("kept %+v", a)
	}
	w.context.Begin(&w.query, &w.facts, now, false)
	if got, err := w.eval(t, `(request.relay.circuit_id, request.arch, reply.options.get("host-name"))`); err != nil ||
		got.String() != `("port-7", "uefi-x64", None)` {
		t.Errorf("%v, %v", got, err)
	}
}

func TestFrozen(t *testing.T) {
	w := newWorld()
	reply := w.context.Reply(&w.decision)
	starlark.NewList([]starlark.Value{reply}).Freeze()
	for _, body := range []string{`reply.t1 = 5`, `reply.options["routers"] = None`, `reply.options.pop("routers")`} {
		if _, err := w.call(t, "def f(reply):\n    "+body+"\n", reply); err == nil || !strings.Contains(err.Error(), "frozen") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// The tables name each attribute once, with a sentence, and nothing of what they name is missing.
func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range value.Reference() {
		if o.Doc == "" || len(o.Attributes) == 0 || seen[o.Name] {
			t.Errorf("object %q: %+v", o.Name, o)
		}
		seen[o.Name] = true
		names := map[string]bool{}
		for _, a := range o.Attributes {
			if a.Doc == "" || names[a.Name] {
				t.Errorf("%s.%s has no sentence, or is there twice", o.Name, a.Name)
			}
			names[a.Name] = true
		}
	}
}

// printable reports whether text can be written to a terminal as one line.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsAny(text, "\x1b\n")
}
