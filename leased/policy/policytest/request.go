package policytest

import (
	"math"
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/hwaddr"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// What is left out is this, in every run.
const (
	serverIP engine.IP = 0xc0000201 // 192.0.2.1
	clientIP engine.IP = 0xc000020a // 192.0.2.10
	relayIP  engine.IP = 0xc00002fe // 192.0.2.254
	xid                = 0x726f6c6c
)

var (
	clientHW = []byte{0x02, 0, 0, 0, 0, 1}
	noon     = time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC) // a Monday
)

const (
	dhcpPort      = 67
	flagBroadcast = 0x8000
	limited       = engine.IP(math.MaxUint32) // 255.255.255.255
)

// requests are the functions that build one kind of message, and that kind.
var requests = map[string]engine.MessageType{
	"discover": engine.Discover, "inform": engine.Inform, "decline": engine.Decline, "release": engine.Release,
	"bootrequest": engine.BOOTRequest, "leasequery": engine.LeaseQuery,
}

// State in which a client sends a REQUEST, as request.kind has it behind "REQUEST:".
const (
	selecting  = "SELECTING"
	initReboot = "INIT-REBOOT"
	renew      = "RENEW"
	rebind     = "REBIND"
)

var requestStates = []string{selecting, initReboot, renew, rebind}

// message is a built request with what it is made of.
type message struct {
	query *engine.Query
	facts *engine.Facts
	now   time.Time
	plan  *engine.Plan // of a lease that the client has; nil for none
}

// request builds a request of a type; state is that of a REQUEST.
func (t *T) request(k *keywords, kind engine.MessageType, state string) (starlark.Value, error) {
	q := &engine.Query{
		Type: kind, XID: k.number("xid", xid, math.MaxUint32), Secs: uint16(k.number("secs", 0, math.MaxUint16)),
		Hops: uint8(k.number("hops", 0, math.MaxUint8)), Flags: uint16(k.number("flags", 0, math.MaxUint16)),
		YIAddr: k.address("yiaddr", 0), SIAddr: k.address("siaddr", 0), GIAddr: k.address("giaddr", 0),
		ServerName: []byte(k.text("sname", "")), File: []byte(k.text("file", "")),
		Port: uint16(k.number("port", dhcpPort, math.MaxUint16)), HW: k.hardware(),
	}
	if k.yes("broadcast", q.Flags&flagBroadcast != 0) {
		q.Flags |= flagBroadcast
	}
	q.Link, q.VLAN = k.link()
	options := k.options(t.names, kind)
	if info := k.relayInfo(); info != nil {
		options.set(k, "circuit_id", option.RelayAgentInfo, info)
		if q.GIAddr == 0 {
			q.GIAddr = relayIP
		}
	}
	if q.GIAddr != 0 && !k.has("hops") {
		q.Hops = 1
	}
	k.place(q, state, options)
	k.identify(options)
	k.firmware(options)
	q.Options = options.list()
	m := &message{query: q, now: k.moment("time", noon)}
	t.setFacts(k, m)
	lookup := k.json("lookup")
	if err := k.done(); err != nil {
		return nil, err
	}
	q.Index()
	t.root.Begin(q, m.facts, m.now, false) // random() follows the message that was built last
	c := t.context(m)
	c.Lookup, c.Plan = lookup, m.plan
	v := c.Request()
	t.made[v] = m
	return v, nil
}

// context returns a Context for values about a message.
func (t *T) context(m *message) *value.Context {
	c := &value.Context{Names: t.names, Seed: t.seed, Caller: t.root.Caller}
	c.Begin(m.query, m.facts, m.now, false)
	return c
}

// hardware reads mac and htype.
func (k *keywords) hardware() engine.HW {
	htype := uint8(k.number("htype", 1, math.MaxUint8))
	if htype != 1 {
		return engine.HWOf(htype, k.octets("mac"))
	}
	if !k.has("mac") {
		k.known = append(k.known, "mac")
		return engine.HWOf(1, clientHW)
	}
	text := k.text("mac", "")
	a, err := hwaddr.Parse(text)
	if err != nil && k.err == nil {
		k.err = err
	}
	return engine.HWOf(1, a[:])
}

// link reads where the message arrived: link, frontend and vlan.
func (k *keywords) link() (*engine.Link, uint32) {
	f := &engine.Frontend{Name: k.text("frontend", "gate")}
	l := &engine.Link{Frontend: f, Name: k.text("link", "eth1"), IPs: []engine.IP{serverIP}, Up: true}
	f.Links = []*engine.Link{l}
	return l, k.number("vlan", 0, 0x0fff0fff)
}

// place puts addresses where a client in the state puts them (RFC 2131 Table 5).
func (k *keywords) place(q *engine.Query, state string, o *options) {
	asks, has, unicast := engine.IP(0), engine.IP(0), false
	switch q.Type {
	case engine.Request:
		switch state {
		case selecting:
			asks = clientIP
			o.setAddress(option.ServerID, serverIP)
		case initReboot:
			asks = clientIP
		case renew:
			has, unicast = clientIP, true
		case rebind:
			has = clientIP
		}
	case engine.Decline:
		asks = clientIP
		o.setAddress(option.ServerID, serverIP)
	case engine.Release:
		has, unicast = clientIP, true
		o.setAddress(option.ServerID, serverIP)
	case engine.Inform, engine.LeaseQuery:
		has = clientIP
	}
	q.CIAddr = k.address("ciaddr", has)
	if asks = k.address("requested_address", asks); asks != 0 {
		o.setAddress(option.RequestedAddress, asks)
	}
	source, destination := q.CIAddr, limited
	if unicast {
		destination = serverIP
	}
	if q.GIAddr != 0 {
		source, destination = q.GIAddr, serverIP
	}
	q.Source, q.Destination = k.address("source", source), k.address("destination", destination)
}

// identify adds what a client says of itself.
func (k *keywords) identify(o *options) {
	o.set(k, "client_id", option.ClientID, k.octets("client_id"))
	o.set(k, "hostname", option.HostName, []byte(k.text("hostname", "")))
	o.set(k, "lease_time", option.LeaseTime, o.seconds(k))
	if v := k.get("parameters"); v != nil {
		var codes []byte
		for e := range k.elements("parameters", v, "a list of option names or numbers") {
			codes = append(codes, o.code(k, e))
		}
		o.set(k, "parameters", option.ParameterRequestList, codes)
	}
}

// setFacts reads what is known of the client.
func (t *T) setFacts(k *keywords, m *message) {
	f := &engine.Facts{Classes: k.texts("classes"), Network: k.text("network", ""), Subnet: k.text("subnet", "")}
	if v := k.get("reservation"); v != nil {
		r, ok := t.made[v].(*engine.Reservation)
		if !ok {
			k.wrong("reservation", v, "what test.reservation(…) returns")
		}
		f.Known, f.Reservation = true, r
	}
	if v := k.get("lease_held"); v != nil {
		l, ok := t.made[v].(held)
		if !ok {
			k.wrong("lease_held", v, "what test.lease(…) returns")
		}
		f.Lease, m.plan = l.record, l.plan
	}
	if known := k.yes("known", f.Known); known && f.Reservation == nil {
		f.Known, f.Reservation = true, plainReservation()
	} else if !known && f.Reservation != nil {
		k.fail("known is False, but the machine has a reservation; leave one of them out")
	}
	if f.Network == "" {
		f.Network = f.Subnet
	}
	m.facts = f
}
