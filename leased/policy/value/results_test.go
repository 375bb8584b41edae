package value_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

func TestChoice(t *testing.T) {
	w := newWorld()
	for _, tt := range []struct {
		v    starlark.Value
		want string
	}{
		{starlark.None, ""},
		{value.Candidate(w.facts.Candidates[1]), "13"},
		{value.Candidate(&engine.Reservation{ID: "99"}), "error: choose() returned reservation 99, which is none of the candidates"},
		{starlark.String("13"), `error: choose() returned "13"; it may return one of the candidates, or None for the first one`},
		{starlark.Tuple{}, `error: choose() returned tuple; it may return one of the candidates, or None for the first one`},
	} {
		got, err := w.context.Choice(tt.v)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want {
			t.Errorf("%v: %s, want %s", tt.v, got, tt.want)
		}
	}
}

func TestAssignment(t *testing.T) {
	for _, tt := range []struct {
		expr string
		want engine.Assignment
	}{
		{`None`, engine.Assignment{}},
		{`"ignore"`, engine.Assignment{Kind: engine.AssignIgnore}},
		{`"nak"`, engine.Assignment{Kind: engine.AssignNAK}},
		{`"guests"`, engine.Assignment{Kind: engine.AssignPool, Pool: "guests"}},
		{`"10.0.0.5-10.0.0.9"`, engine.Assignment{Kind: engine.AssignPool, Pool: "10.0.0.5-10.0.0.9"}},
		{`definition(address="10.20.0.77", lease_time="2h", hostname="printer", classes=["voip"], extra={"room": "4"}, options={"routers": ["10.20.0.2"], 66: b"x", "domain-name": None})`,
			engine.Assignment{Kind: engine.AssignDefinition, LeaseTime: 7200, Definition: &engine.Reservation{
				Kind: engine.ByHardware, Value: "\x52\x54\x00\x12\x34\x56", IP: ip("10.20.0.77"), Hostname: "printer",
				Details: &engine.Details{
					Options: engine.NewOptions([]engine.Option{
						{Code: option.Router, Value: []byte("\x0a\x14\x00\x02"), From: "definition (test.star:2:22)"},
						{Code: option.TFTPServerName, Value: []byte("x"), From: "definition (test.star:2:22)"},
						{Code: option.DomainName, From: "definition (test.star:2:22)"},
					}),
					Classes: []string{"voip"}, Extra: map[string]string{"room": "4"},
				},
			}}},
		{`definition(subnet="hall", serial=2)`, engine.Assignment{Kind: engine.AssignDefinition, Definition: &engine.Reservation{
			Kind: engine.ByHardware, Value: "\x52\x54\x00\x12\x34\x56", Subnet: "hall/2",
		}}},
	} {
		w := newWorld()
		v, err := w.eval(t, tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		got, err := w.context.Assignment(v)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		opts := cmp.Transformer("options", func(o engine.Options) []engine.Option { return o.All() })
		if diff := cmp.Diff(tt.want, got, opts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.expr, diff)
		}
	}
	for _, v := range []starlark.Value{starlark.True, starlark.MakeInt(5), starlark.String(""), starlark.NewList(nil)} {
		if _, err := newWorld().context.Assignment(v); err == nil || !strings.Contains(err.Error(), `it may return the name of a pool or its range, definition(...), "ignore", "nak", or None`) {
			t.Errorf("%v: %v", v, err)
		}
	}
}

func TestDefinition(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`(lambda d: (d.address, d.subnet, d.serial, d.lease_time, d.hostname, d.options, d.classes, d.extra))(` +
			`definition(address="10.20.0.77", subnet="hall", serial=3, lease_time=60, hostname="a", options={"routers": "10.20.0.1", 43: b"\x01\x01x"}, classes=["c"], extra={"k": "v"}))`,
			`("10.20.0.77", "hall", 3, 60, "a", {"routers": ["10.20.0.1"], "vendor-specific": "1=x"}, ["c"], {"k": "v"})`},
		{`(lambda d: (d.address, d.subnet, d.lease_time, d.hostname, d.options, d.classes, d.extra))(definition(subnet="hall", hostname=None, options=None))`,
			`(None, "hall", None, None, {}, [], {})`},
		{`definition(ip="10.20.0.7")`, `unexpected keyword argument "ip"; it takes address, subnet, serial, lease_time, hostname, options, classes and extra`},
		{`definition()`, `neither address nor subnet is given; write definition(address="10.20.0.7") or definition(subnet="hall")`},
		{`definition(address="10.20.0")`, `definition: address: "10.20.0" is not an IPv4 address`},
		{`definition(address="255.255.255.255")`, `is no address of a machine`},
		{`definition(address="0.0.0.0")`, `definition: 0.0.0.0 is no address of a machine`},
		{`definition(address=7)`, `takes an address as text, not int`},
		{`definition(subnet=7)`, `definition: subnet takes the name of one, not int`},
		{`definition(address="10.20.0.7", serial=1)`, `serial 1 is of no subnet; name the subnet too`},
		{`definition(subnet="hall", serial=-1)`, `serial -1 is not in 0 to`},
		{`definition(subnet="hall", lease_time=0)`, `definition: lease_time: "0" is no time`},
		{`definition(subnet="hall", hostname="a b")`, `hostname "a b" is no host name`},
		{`definition(subnet="hall", options={"routers": 5})`, `definition: option routers is of type addresses, and takes no int`},
		{`definition(subnet="hall", options={"roters": 5})`, `definition: unknown option "roters"; did you mean "routers"?`},
		{`definition(subnet="hall", options={"routers": None, 3: None})`, `definition: option routers is given twice`},
		{`definition(subnet="hall", options={"lease-time": 5})`, `set lease_time= instead`},
		{`definition(subnet="hall", options={61: None})`, `returns to the client as it came`},
		{`definition(subnet="hall", options={53: None})`, `comes from the kind of the answer`},
		{`definition(subnet="hall", classes="voip")`, `got string, want iterable`},
		{`definition(subnet="hall", classes=[1])`, `classes takes a list of at most 64 names`},
		{`definition(subnet="hall", classes=range(1000))`, `classes takes a list`},
		{`definition(subnet="hall", extra={"a": 1})`, `extra takes text under text, not int under string`},
		{`definition(subnet="hall", extra={"a": "x" * 256})`, `has 256 bytes, and no more than 255 can be`},
		{`definition(subnet="hall", extra={str(i): "" for i in range(65)})`, `extra has 65 entries, and takes at most 64`},
		{`definition(subnet="hall", colour="red")`, `unexpected keyword argument "colour"`},
	} {
		got, err := newWorld().eval(t, tt.expr)
		switch {
		case err != nil && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: %v, want %s", tt.expr, err, tt.want)
		case err == nil && got.String() != tt.want:
			t.Errorf("%s is %v, want %s", tt.expr, got, tt.want)
		}
	}
}

func TestEvent(t *testing.T) {
	e := &engine.Event{
		Kind: event.LeaseGranted, Time: now.UnixMicro() + 5, Link: "west/eth1", Subnet: "hall", IP: ip("10.20.0.7"), LeaseTime: 60,
		Expires: now.Unix() + 60, Pool: "10.20.0.5-10.20.0.50", Reservation: "12", Extra: map[string]string{"rack": "4"},
		Machine: &engine.Machine{HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, 1}), ClientID: []byte{1, 2}, Hostname: "a", VendorClass: []byte("v\xff"), Giaddr: ip("10.20.0.1"),
			CircuitID: []byte("port-7"), RemoteID: []byte{0, 1}},
		Annotations: map[string]string{"earlier": "1"},
	}
	w := newWorld()
	run := func(body string) (starlark.Value, error) {
		return w.call(t, "def f(e):\n    "+strings.ReplaceAll(body, "\n", "\n    ")+"\n", w.context.Event(e))
	}
	for _, tt := range []struct{ expr, want string }{
		{`(e.kind, e.time, e.reason, e.mac, e.client_id, e.hostname)`, `("lease.granted", 2026-11-23T09:08:07Z, None, "02:00:00:00:00:01", "01:02", "a")`},
		{`(len(e.vendor_class), e.relay, e.circuit_id, e.remote_id, e.link, e.subnet)`, `(2, "10.20.0.1", "port-7", "hex:0001", "west/eth1", "hall")`},
		{`(e.address, e.previous, e.lease_time, e.expires - e.time, e.pool, e.reservation, e.extra)`, `("10.20.0.7", None, 60, 60, "10.20.0.5-10.20.0.50", "12", {"rack": "4"})`},
		{`(e.annotations["earlier"], e.annotations.get("x"), e.annotations.get("x", "y"), e.annotations.keys(), "x" in e.annotations, len(e.annotations))`, `("1", None, "y", ["earlier"], False, 1)`},
		{`random() == random()`, `False`},
	} {
		if got, err := run("return " + tt.expr); err != nil || got.String() != tt.want {
			t.Errorf("%s is %v (%v), want %s", tt.expr, got, err, tt.want)
		}
	}
	if _, err := run(`e.annotations["rack"] = e.extra["rack"]
e.annotations["vendor"] = e.vendor_class
e.annotations["earlier"] = None
for k in e.annotations:
    e.annotations[k + "2"] = e.annotations[k]`); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"rack": "4", "vendor": "v\uFFFD", "rack2": "4", "vendor2": "v\uFFFD"}
	if diff := cmp.Diff(want, w.context.Annotations()); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	w.context.Undo()
	if diff := cmp.Diff(e.Annotations, w.context.Annotations()); diff != "" {
		t.Errorf("undone (-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ body, want string }{
		{`e.annotations["a"] = 1`, `annotations["a"] takes text, not int; write str(x)`},
		{`e.annotations[1] = "a"`, `keys of annotations are text, not int`},
		{`e.annotations[(1,)]`, `keys of annotations are text, not tuple`},
		{`e.annotations[""] = "a"`, `a key cannot be empty`},
		{`e.annotations["a"] = "x" * 256`, `the text under "a" has 256 bytes, and no more than 255 can be`},
		{`e.annotations["x" * 256] = "a"`, `has 256 bytes`},
		{`e.annotations["x" * 60000]`, `no annotation has a key of 60000 bytes`},
		{"for i in range(17): e.annotations[str(i)] = ''", `an event takes no more than 16 annotations`},
		{`e.kind = "x"`, `event.kind cannot be set: it is what happened; add to it with event.annotations[key] = text`},
		{`e.knd`, `did you mean .kind?`},
		{`{e: 1}`, `unhashable type: event`},
	} {
		if _, err := run(tt.body); err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, want %s", tt.body, err, tt.want)
		}
	}
	// Many have nobody.
	e = &engine.Event{Kind: event.PoolLow, Time: now.UnixMicro()}
	if got, err := run(`return (e.mac, e.client_id, e.hostname, e.vendor_class, e.relay, e.circuit_id, e.link, e.address, e.expires, e.extra)`); err != nil ||
		got.String() != `(None, None, "", "", None, None, None, None, None, {})` {
		t.Errorf("%v, %v", got, err)
	}
}
