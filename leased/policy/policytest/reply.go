package policytest

import (
	"math"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// plainMessage is the message that a value is about where the test names none.
func plainMessage(kind engine.MessageType) *message {
	l := &engine.Link{Frontend: &engine.Frontend{Name: "gate"}, Name: "eth1", IPs: []engine.IP{serverIP}, Up: true}
	q := &engine.Query{Type: kind, XID: xid, Port: dhcpPort, HW: engine.HWOf(1, clientHW), Link: l, Destination: limited}
	if kind == engine.Request {
		q.Options = q.Options.AppendUint32(option.RequestedAddress, uint32(clientIP)).AppendUint32(option.ServerID, uint32(serverIP))
	}
	q.Index()
	return &message{query: q, facts: &engine.Facts{}, now: noon}
}

// replyKinds are what a reply may be, and the message that it answers where the test names none.
var replyKinds = map[string]struct {
	kind  engine.Kind
	query engine.MessageType
}{
	"OFFER": {engine.Offer, engine.Discover}, "ACK": {engine.Ack, engine.Request}, "NAK": {engine.Nak, engine.Request},
}

// reply builds what a hook reply is given as its third argument.
func (t *T) reply(k *keywords) (starlark.Value, error) {
	name := k.text("kind", "OFFER")
	kind, ok := replyKinds[name]
	if !ok {
		k.wrong("kind", starlark.String(name), `"OFFER", "ACK" or "NAK"`)
	}
	m := plainMessage(kind.query)
	if v := k.get("request"); v != nil {
		if m, ok = t.made[v].(*message); !ok {
			k.wrong("request", v, "what test.discover(…) and the like return")
			m = plainMessage(kind.query)
		}
	}
	d := &engine.Decision{Kind: kind.kind, Next: k.address("siaddr", 0), ServerName: k.text("sname", ""), File: k.text("file", "")}
	d.Broadcast = k.yes("broadcast", false)
	o := k.options(t.names, engine.BOOTRequest)
	o.setAddress(option.ServerID, serverIP)
	if kind.kind == engine.Nak {
		d.Reason = engine.UnknownLease
		o.set(k, "message", option.Message, []byte(k.text("message", d.Reason.Text())))
		k.noneOf("a NAK has no", "yiaddr", "lease_time", "t1", "t2")
	} else {
		d.IP = k.address("yiaddr", clientIP)
		d.Subnet = planAround(&keywords{}, d.IP).Subnets[0]
		o.set(k, "message", option.Message, []byte(k.text("message", "")))
		o.setTimes(k, m.query.Type)
	}
	d.Options = o.list()
	if err := k.done(); err != nil {
		return nil, err
	}
	v := t.context(m).Reply(d)
	return v, nil
}

// noneOf refuses arguments that make no sense.
func (k *keywords) noneOf(why string, args ...string) {
	for _, arg := range args {
		if k.get(arg) != nil {
			k.fail("%s %s", why, arg)
		}
	}
}

// setTimes adds 51, 58 and 59. What answers an INFORM has none of them (RFC 2131 §4.3.5).
func (o *options) setTimes(k *keywords, query engine.MessageType) {
	if query == engine.Inform {
		k.noneOf("what answers an INFORM has no", "lease_time", "t1", "t2")
		return
	}
	for _, time := range []struct {
		arg       string
		code      option.Code
		otherwise uint32
	}{{"lease_time", option.LeaseTime, usualTime}, {"t1", option.RenewalTime, 0}, {"t2", option.RebindingTime, 0}} {
		given := k.has(time.arg)
		if n := k.number(time.arg, time.otherwise, math.MaxUint32); n != 0 && (given || !o.args[time.code]) {
			o.set(k, time.arg, time.code, []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		}
	}
}
