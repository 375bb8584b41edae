package engine

import (
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// onPXEPort answers what came to port 4011, unless all of DHCP is served there.
func (c *decider) onPXEPort() Decision {
	switch c.q.Type {
	case Discover:
		return c.bootOnly(Offer)
	case Request, Inform:
		return c.bootOnly(Ack)
	}
	if c.booting == nil && c.here().Scope.Boot == nil {
		return c.drop(NoBootRule)
	}
	return c.drop(UnknownMessage)
}

// proxied answers in a subnet where another server gives the addresses. What is for that server is none of our business.
func (c *decider) proxied() Decision {
	switch {
	case c.q.Type == Discover:
		return c.bootOnly(Offer)
	case c.q.Type == BOOTRequest:
		return c.drop(Reason(boot.NotABootClient))
	case c.asksBootServer():
		return c.bootOnly(Ack)
	}
	return c.drop(Reason(boot.AddressServers))
}

// asksBootServer reports whether the message is for a boot server that the client has chosen from a menu, and not about an address:
// it has one already. Such a request may come to port 67 too.
func (c *decider) asksBootServer() bool {
	if c.booting == nil {
		return false
	}
	kind, ok := c.q.bootKind()
	return ok && c.booting.Client.AsksBootServer(kind)
}

// bootPort returns the port that the message came to.
func (q *Query) bootPort() uint16 {
	if q.Port == 0 {
		return dhcpPort
	}
	return q.Port
}

// bootOnly answers with what there is to boot and nothing else: no address, and so no lease, hold or probe. Where there is nothing it
// is silent, for another server gives the address, and another one may know what to boot (PXE 2.1 §2.5).
func (c *decider) bootOnly(k Kind) Decision {
	sub := c.here()
	scope := &sub.Scope
	if ip := c.q.CIAddr; !sub.proxy && ip != 0 && sub.Contains(ip) {
		scope = c.scope(ip, sub)
	} else if !sub.proxy {
		sub, scope = c.place()
	}
	if scope.Boot != c.bootPlace {
		c.readBootIn(scope.Boot)
	}
	said := c.levels.addPlace(scope.Boot)
	switch id := c.ownID(sub); {
	case !said:
		return c.drop(NoBootRule)
	case c.booting == nil:
		return c.drop(Reason(boot.NotABootClient))
	case id == 0:
		return c.drop(NoServerAddress)
	}
	c.traceBootOnly(sub)
	c.setPlace(c.q.CIAddr, sub, c.hostname(c.q.CIAddr))
	a := c.judgeBoot()
	if a.Silent || a.Stage == boot.StageNone {
		d := c.drop(Reason(a.Reason))
		d.Subnet = sub
		return d
	}
	c.alone = true
	d := Decision{Kind: k, Subnet: sub}
	c.sayBoot(&d, a)
	d.Broadcast = d.Broadcast || c.q.CIAddr == 0 && c.q.bootPort() == dhcpPort
	d.Options = c.bootOptions(sub, scope, c.ownID(sub))
	return d
}

// bootOptions returns what an answer without an address carries.
func (c *decider) bootOptions(sub *Subnet, scope *Scope, server IP) option.List {
	c.out = output{list: c.room.list(), sub: sub, base: &scope.Options}
	c.out.list = c.out.list.AppendUint32(option.ServerID, uint32(server))
	c.putForced()
	for _, code := range c.q.prl {
		if code := option.Code(code); beyondAddress(code) {
			c.put(code)
		}
	}
	c.traceOptions(c.out.list, c.out.base)
	return c.out.list
}

// beyondAddress are the options of others' making that go out with boot files where there is no address: what boot loaders read
// (RFC 4578 §2.4, RFC 5071).
func beyondAddress(code option.Code) bool {
	switch code {
	case option.VendorSpecific, option.VendorClass, option.TFTPServerName, option.BootfileName, option.TFTPServerAddress, option.Etherboot:
		return true
	}
	return code >= 128 && code <= 135 || code >= option.PXELinuxMagic && code <= option.PXELinuxRebootTime
}
