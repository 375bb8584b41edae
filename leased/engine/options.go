package engine

import (
	"bytes"

	"rollcall/internal/option"
)

// basic are sent even to a client that does not ask for them: what every host needs to use its address.
var basic = [...]option.Code{option.Router, option.DomainNameServer, option.DomainName}

// term is how long a lease is granted for, as the client is told: 0 for what it is not told.
type term struct{ time, t1, t2 uint32 }

// term returns what to tell a client of a lease of so many seconds, of which some have passed.
func (c *decider) term(times *Times, length, passed uint32) term {
	t := term{time: length}
	if length != Infinite {
		t.time -= passed
	}
	if t1, ok := times.T1.of(length); ok && t1 > passed && (times.TellT1 || c.asks(option.RenewalTime)) {
		t.t1 = t1 - passed
	}
	if t2, ok := times.T2.of(length); ok && t2 > passed && (times.TellT2 || c.asks(option.RebindingTime)) {
		t.t2 = t2 - passed
	}
	return t
}

// asks reports whether the client asks for an option (55).
func (c *decider) asks(code option.Code) bool { return bytes.IndexByte(c.q.prl, byte(code)) >= 0 }

// options returns what the answer carries, in the order of sending: server identifier and times, the subnet mask before any
// router (RFC 2132 §3.3), what is always sent, what the client asks for in the order it asks (RFC 2132 §9.8), then the basic ones
// that are left. A client that asks for nothing gets everything that is configured (RFC 2131 §4.3.1). What comes last gives way
// first when the answer is too long for the client.
func (c *decider) options(sub *Subnet, scope *Scope, server IP, hostname string, t term) option.List {
	w := optionWriter{c: c, list: make(option.List, 0, 160), sub: sub, base: &scope.Options, hostname: hostname}
	w.reserved = c.res != nil && c.res.Hostname != "" && c.res.Hostname == hostname
	if c.q.Type != BOOTRequest {
		w.list = w.list.AppendUint32(option.ServerID, uint32(server))
		w.time(option.LeaseTime, t.time)
		w.time(option.RenewalTime, t.t1)
		w.time(option.RebindingTime, t.t2)
	}
	w.put(option.SubnetMask)
	if c.asks(option.ClasslessRoute) && w.find(option.ClasslessRoute) != nil && w.find(option.ClasslessRoute).Value != nil {
		// A client that understands classless routes gets no others (RFC 3442, DHCP Server Administrator Responsibilities).
		w.sent.set(uint8(option.Router))
		w.sent.set(uint8(option.StaticRoute))
	}
	for _, o := range c.over {
		w.always(o)
	}
	w.always(w.base)
	for _, code := range c.q.prl {
		w.put(option.Code(code))
	}
	for _, code := range basic {
		if o := w.find(code); o != nil && (o.Send != SendRequested || len(c.q.prl) == 0) {
			w.put(code)
		}
	}
	if len(c.q.prl) == 0 {
		w.put(option.HostName)
		for _, o := range c.over {
			w.all(o)
		}
		w.all(w.base)
	}
	w.unasked()
	c.traceOptions(&w)
	return w.list
}

// optionWriter writes each option at most once, whatever a client asks for.
type optionWriter struct {
	c        *decider
	list     option.List
	sub      *Subnet
	base     *Options // of pool or subnet, outer levels included
	hostname string
	reserved bool // hostname is that of a reservation, and comes before the configured one
	sent     bitmap
}

// find returns what the nearest level says about a code, nil if none does.
func (w *optionWriter) find(code option.Code) *Option {
	for _, o := range w.c.over {
		if found := o.find(code); found != nil {
			return found
		}
	}
	return w.base.find(code)
}

func (w *optionWriter) time(code option.Code, seconds uint32) {
	w.sent.set(uint8(code))
	if seconds != 0 {
		w.list = w.list.AppendUint32(code, seconds)
	}
}

// always writes those of a level that go to every client, unless a nearer level says otherwise. Those that the client asks for
// have their turn there.
func (w *optionWriter) always(o *Options) {
	for _, code := range o.always {
		if nearest := w.find(code); nearest.Send == SendAlways && !w.c.asks(code) {
			w.put(code)
		}
	}
}

func (w *optionWriter) all(o *Options) {
	for i := range o.list {
		w.put(o.list[i].Code)
	}
}

func (w *optionWriter) put(code option.Code) {
	if w.sent.get(uint8(code)) {
		return
	}
	w.sent.set(uint8(code))
	if w.c.q.Type == BOOTRequest && beyondBOOTP(code) {
		return
	}
	switch code {
	case option.HostName:
		if w.reserved {
			w.list = w.list.AppendString(code, w.hostname)
			return
		}
	case option.IPv6OnlyPreferred:
		return // said where the answer has no address, and only there
	case option.AutoConfigure:
		if !w.c.q.autoConfigure {
			return
		}
	}
	if o := w.find(code); o != nil {
		if o.Value != nil {
			w.value(o)
		}
		return
	}
	switch code {
	case option.SubnetMask:
		w.list = w.list.AppendUint32(code, uint32(w.sub.mask))
	case option.BroadcastAddress:
		if w.sub.Prefix.Bits() < 31 {
			w.list = w.list.AppendUint32(code, uint32(w.sub.last))
		}
	case option.HostName:
		if w.hostname != "" {
			w.list = w.list.AppendString(code, w.hostname)
		}
	case option.BootfileName:
		if b := w.c.boot; b.File != nil && *b.File != "" {
			w.list = w.list.AppendString(code, *b.File)
		}
	case option.TFTPServerName:
		switch b := w.c.boot; {
		case b.ServerName != nil && *b.ServerName != "":
			w.list = w.list.AppendString(code, *b.ServerName)
		case b.Server != nil && *b.Server != 0:
			w.list = w.list.AppendString(code, b.Server.String())
		}
	}
}

// value writes a configured value. Of what is meant for several enterprises a client that names its own gets only that (RFC 3925).
func (w *optionWriter) value(o *Option) {
	v := o.Value
	if o.Code == option.VIVendorClass || o.Code == option.VIVendorSpecific {
		if v = option.FilterEnterprises(v, w.c.q.vendors[0], w.c.q.vendors[1]); len(v) == 0 {
			return
		}
	}
	w.list = w.list.Append(o.Code, v)
}

// unasked writes what a client gets for what it sent, not for what it asked for.
func (w *optionWriter) unasked() {
	q := w.c.q
	if q.Type == BOOTRequest {
		return
	}
	if q.fqdn != nil {
		w.fqdn()
	}
	if q.autoConfigure {
		w.put(option.AutoConfigure)
	}
	if q.relayed() && q.subnetSelection != 0 && !w.sub.Network.IgnoreLinkSelection {
		w.list = w.list.AppendUint32(option.SubnetSelection, uint32(q.subnetSelection)) // RFC 3011 §2: an identical copy
	}
}

// beyondBOOTP reports whether an option has a meaning in DHCP only (RFC 2132 §9, RFC 4039, RFC 3046).
func beyondBOOTP(code option.Code) bool {
	return code >= option.RequestedAddress && code <= option.ClientID || code >= option.RapidCommit && code <= option.RelayAgentInfo
}
