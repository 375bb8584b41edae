package value_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// now is a Monday.
var now = time.Date(2026, 11, 23, 9, 8, 7, 0, time.UTC)

// world is a message, what is known of its client, and an answer.
type world struct {
	query    engine.Query
	facts    engine.Facts
	decision engine.Decision
	context  value.Context
	caller   *sandbox.Caller
}

func ip(s string) engine.IP { return engine.IPOf(netip.MustParseAddr(s)) }

// newWorld has a phone behind a relay that renews, and the ACK for it.
func newWorld(change ...func(*world)) *world {
	w := &world{}
	front := &engine.Frontend{Name: "west"}
	link := &engine.Link{Frontend: front, Name: "eth1"}
	info := "\x01\x06port-7" + "\x02\x03\x00\x01\x02" + "\x05\x04\x0a\x14\x00\x00"
	w.query = engine.Query{
		Link: link, Port: 67, VLAN: 100, Type: engine.Request, XID: 0xdeadbeef, Flags: 0x8000, Secs: 3, Hops: 1,
		CIAddr: ip("10.20.0.7"), GIAddr: ip("10.20.0.1"), HW: engine.HWOf(1, []byte("\x52\x54\x00\x12\x34\x56")),
		Source: ip("10.20.0.1"), Destination: ip("10.99.0.1"), File: []byte("pxe.0\x00\x00"),
		Options: option.List(nil).
			Append(option.HostName, []byte("Phone 7")).
			Append(option.VendorClass, []byte("Polycom\x00")).
			Append(option.UserClass, []byte("\x03abc\x02de")).
			Append(option.ParameterRequestList, []byte{1, 3, 6, 66}).
			Append(option.ClientID, []byte("\x01\x52\x54\x00\x12\x34\x56")).
			AppendUint32(option.LeaseTime, 86400).
			AppendUint16(option.MaxMessageSize, 1500).
			Append(option.ClientArch, []byte{0, 7}).
			Append(option.ClientUUID, append([]byte{0}, "0123456789abcdef"...)).
			AppendUint32(option.RequestedAddress, uint32(ip("10.20.0.9"))).
			Append(224, []byte{0xff, 0}).
			Append(option.RelayAgentInfo, []byte(info)),
	}
	network := &engine.Network{Name: "floor"}
	sub := &engine.Subnet{Ref: "hall/2", Prefix: netip.MustParsePrefix("10.20.0.0/22"), Network: network}
	sub.Pools = []*engine.Pool{
		{Name: "phones", Subnet: sub, First: ip("10.20.0.5"), Last: ip("10.20.0.50")},
		{Subnet: sub, First: ip("10.20.1.5"), Last: ip("10.20.1.50")},
	}
	res := &engine.Reservation{
		ID: "12", Kind: engine.ByHardware, Value: "\x52\x54\x00\x12\x34\x56", Subnet: "hall/2", Hostname: "desk",
		Details: &engine.Details{Classes: []string{"voip"}, Extra: map[string]string{"rack": "4", "owner": "ann"}},
	}
	other := &engine.Reservation{ID: "13", Kind: engine.ByClientID, Value: "\x01\x52", Subnet: "hall", IP: ip("10.20.0.200")}
	w.facts = engine.Facts{
		Known: true, Reservation: res, Candidates: []*engine.Reservation{res, other}, Classes: []string{"phones", "voip"},
		Network: "floor", Subnet: "hall/2",
		Lease: &engine.Lease{
			IP: ip("10.20.0.7"), State: engine.Active, Subnet: "hall/2", Hostname: "desk", Started: now.Unix() - 7200,
			CLTT: now.Unix() - 1800, Expires: now.Unix() + 1800, Renewals: 4, Reservation: "12",
		},
	}
	w.decision = engine.Decision{
		Kind: engine.Ack, IP: ip("10.20.0.7"), Subnet: sub, Next: ip("10.20.0.3"), File: "boot.0",
		Options: option.List(nil).
			AppendUint32(option.ServerID, uint32(ip("10.20.0.1"))).
			AppendUint32(option.LeaseTime, 3600).
			AppendUint32(option.RenewalTime, 1800).
			AppendUint32(option.RebindingTime, 3150).
			AppendUint32(option.SubnetMask, 0xfffffc00).
			AppendUint32(option.Router, uint32(ip("10.20.0.1"))).
			AppendString(option.DomainName, "lan.example.org"),
	}
	for _, c := range change {
		c(w)
	}
	w.query.Index()
	w.caller = sandbox.NewCaller(&w.context)
	w.context.Caller, w.context.Seed = w.caller, 7
	w.context.Begin(&w.query, &w.facts, now, true)
	return w
}

// run runs the body of a function of request, lease and reply, with event and the candidates beside them.
func (w *world) run(t testing.TB, body string) (starlark.Value, error) {
	t.Helper()
	text := "def f(request, lease, reply, candidates):\n    " + strings.ReplaceAll(body, "\n", "\n    ") + "\n"
	return w.call(t, text, w.context.Request(), w.context.Lease(&w.decision), w.context.Reply(&w.decision), w.context.Candidates())
}

func (w *world) call(t testing.TB, text string, args ...starlark.Value) (starlark.Value, error) {
	t.Helper()
	loader := sandbox.Loader{
		Read:        func(string) ([]byte, error) { return []byte(text), nil },
		Predeclared: value.Predeclared(nil),
	}
	modules, err := loader.Load("test.star")
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return w.caller.Call(modules[0].Globals["f"].(starlark.Callable), args, sandbox.Limits{Steps: 100000, Time: time.Minute})
}

// eval is run for an expression.
func (w *world) eval(t testing.TB, expr string) (starlark.Value, error) {
	t.Helper()
	return w.run(t, "return "+expr)
}
