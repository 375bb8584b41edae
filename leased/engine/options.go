package engine

import "rollcall/internal/option"

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
	if c.amended != nil {
		return c.amended.term(t)
	}
	return t
}

// asks reports whether the client asks for an option (55).
func (c *decider) asks(code option.Code) bool { return c.q.asked.get(uint8(code)) }

// options returns what the answer carries, in the order of sending: server identifier and times, the subnet that a relay selected,
// the subnet mask before any router (RFC 2132 §3.3), what is always sent, what the client asks for in the order it asks (RFC 2132
// §9.8), then the basic ones that are left. A client that asks for nothing gets everything that is configured (RFC 2131 §4.3.1).
// What comes last gives way first when the answer is too long for the client.
func (c *decider) options(sub *Subnet, scope *Scope, server IP, hostname string, t term) option.List {
	c.out = output{list: c.room.list(), sub: sub, base: &scope.Options, hostname: hostname}
	c.out.reserved = c.res != nil && c.res.Hostname != "" && c.res.Hostname == hostname
	if c.q.Type != BOOTRequest {
		c.out.list = c.out.list.AppendUint32(option.ServerID, uint32(server))
		c.putTime(option.LeaseTime, t.time)
		c.putTime(option.RenewalTime, t.t1)
		c.putTime(option.RebindingTime, t.t2)
		if c.q.relayed() && c.q.subnetSelection != 0 && !sub.Network.IgnoreLinkSelection {
			// RFC 3011 §2: an identical copy, without which the client discards the answer; so it must not be left out.
			c.out.list = c.out.list.AppendUint32(option.SubnetSelection, uint32(c.q.subnetSelection))
		}
	}
	c.put(option.SubnetMask)
	c.putForced()
	if o := c.find(option.ClasslessRoute, c.out.base); o != nil && o.Value != nil && c.asks(option.ClasslessRoute) {
		// A client that understands classless routes gets no others (RFC 3442, DHCP Server Administrator Responsibilities).
		c.out.sent.set(uint8(option.Router))
		c.out.sent.set(uint8(option.StaticRoute))
	}
	for o := range c.over.all {
		c.putAlways(o)
	}
	c.putAlways(c.out.base)
	for _, code := range c.q.prl {
		c.put(option.Code(code))
	}
	for _, code := range basic {
		if o := c.find(code, c.out.base); o != nil && o.Send != SendRequested {
			c.put(code)
		}
	}
	if len(c.q.prl) == 0 {
		c.put(option.HostName)
		for o := range c.over.all {
			c.putAll(o)
		}
		c.putAll(c.out.base)
	}
	c.putUnasked()
	return c.out.list
}

// output is the options written so far: each at most once, whatever a client asks for.
type output struct {
	list     option.List
	sub      *Subnet
	base     *Options // of pool or subnet, outer levels included
	hostname string
	reserved bool // hostname is that of a reservation, and comes before the configured one
	sent     bitmap
}

// find returns what the nearest level says about a code, nil if none does: the reservation, the classes, then base, which has the
// others.
func (c *decider) find(code option.Code, base *Options) *Option {
	for o := range c.over.all {
		if found := o.find(code); found != nil {
			return found
		}
	}
	return base.find(code)
}

func (c *decider) putTime(code option.Code, seconds uint32) {
	c.out.sent.set(uint8(code))
	if seconds != 0 {
		c.out.list = c.out.list.AppendUint32(code, seconds)
	}
}

// putAlways writes those of a level that go to every client, unless a nearer level says otherwise. Those that the client asks for
// have their turn there.
func (c *decider) putAlways(o *Options) {
	for _, code := range o.always {
		if nearest := c.find(code, c.out.base); nearest.Send == SendAlways && !c.asks(code) {
			c.put(code)
		}
	}
}

// putAll writes those of a level that a client gets which asks for nothing in particular.
func (c *decider) putAll(o *Options) {
	for i := range o.list {
		if code := o.list[i].Code; c.find(code, c.out.base).Send != SendRequested {
			c.put(code)
		}
	}
}

func (c *decider) put(code option.Code) {
	if c.out.sent.get(uint8(code)) {
		return
	}
	c.out.sent.set(uint8(code))
	if c.q.Type == BOOTRequest && beyondBOOTP(code) {
		return
	}
	switch code {
	case option.HostName:
		if c.out.reserved {
			c.out.list = c.out.list.AppendString(code, c.out.hostname)
			return
		}
	case option.IPv6OnlyPreferred:
		return // finish says it to those who can do without an address here
	case option.AutoConfigure:
		if !c.q.autoConfigure {
			return
		}
	}
	if o := c.find(code, c.out.base); o != nil {
		if o.Value != nil {
			c.putValue(o)
		}
		return
	}
	switch code {
	case option.SubnetMask:
		c.out.list = c.out.list.AppendUint32(code, uint32(c.out.sub.mask))
	case option.BroadcastAddress:
		if c.out.sub.Prefix.Bits() < 31 {
			c.out.list = c.out.list.AppendUint32(code, uint32(c.out.sub.last))
		}
	case option.HostName:
		if c.out.hostname != "" {
			c.out.list = c.out.list.AppendString(code, c.out.hostname)
		}
	case option.BootfileName:
		if c.head.file != "" {
			c.out.list = c.out.list.AppendString(code, c.head.file)
		}
	case option.TFTPServerName:
		switch h := &c.head; {
		case h.serverName != "":
			c.out.list = c.out.list.AppendString(code, h.serverName)
		case h.next != 0:
			var text [len("255.255.255.255")]byte
			c.out.list = c.out.list.Append(code, h.next.appendText(text[:0]))
		}
	}
}

// putValue writes a configured value. Of what is meant for several enterprises a client that names its own gets only that (RFC 3925).
func (c *decider) putValue(o *Option) {
	v := o.Value
	if o.Code == option.VIVendorClass || o.Code == option.VIVendorSpecific {
		if v = option.FilterEnterprises(v, c.q.vendors[0], c.q.vendors[1]); len(v) == 0 {
			return
		}
	}
	if o.Code == option.BootfileName {
		c.out.list = c.appendValue(c.out.list, o.Code, v)
		return
	}
	c.out.list = c.out.list.Append(o.Code, v)
}

// appendValue appends an option of the operator's. For a machine that boots the name of a file ends with a NUL, as rules have it: see
// leased/boot.
func (c *decider) appendValue(list option.List, code option.Code, v []byte) option.List {
	if n := len(v); code == option.BootfileName && c.booting != nil && n > 0 && n < 255 && v[n-1] != 0 {
		return list.AppendString(code, string(v)+"\x00")
	}
	return list.Append(code, v)
}

// putUnasked writes what a client gets for what it sent, not for what it asked for.
func (c *decider) putUnasked() {
	q := c.q
	if q.Type == BOOTRequest {
		return
	}
	if q.fqdn != nil {
		c.putFQDN()
	}
	if q.autoConfigure {
		c.put(option.AutoConfigure)
	}
}

// beyondBOOTP reports whether an option has a meaning in DHCP only (RFC 2132 §9, RFC 4039, RFC 3046).
func beyondBOOTP(code option.Code) bool {
	switch code {
	case option.TFTPServerName, option.BootfileName, option.RapidCommit, option.ClientFQDN, option.RelayAgentInfo:
		return true
	}
	return code >= option.RequestedAddress && code <= option.ClientID
}
