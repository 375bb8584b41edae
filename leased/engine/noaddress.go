package engine

import (
	"slices"

	"rollcall/internal/option"
)

// v6Only reports whether the client can do without IPv4 and its network wants it to (RFC 8925 §3.3): it asks for option 108, and
// that is configured for it.
func (c *decider) v6Only() bool {
	if !c.asks(option.IPv6OnlyPreferred) || !c.network.v6Only && c.over.n == 0 {
		return false
	}
	_, _, o := c.saidHere(option.IPv6OnlyPreferred)
	return o != nil && len(o.Value) == 4
}

// saidHere returns where an address of the client would be from, and what is said there of an option: nil for nothing.
func (c *decider) saidHere(code option.Code) (*Subnet, *Scope, *Option) {
	sub, scope := c.place()
	return sub, scope, c.find(code, &scope.Options)
}

// place returns where an address of the client would be from, be one free or not: its own, that of its lease, or else the first
// pool that serves it. Where nothing does, it is the subnet that the relay or the link points to.
func (c *decider) place() (*Subnet, *Scope) {
	if c.ownAddress() {
		sub := c.subnetOf(c.res.IP)
		return sub, &sub.Scope
	}
	if e := c.have; e != nil && e.Holds(c.sec) && c.inPool(e.IP) {
		sub := c.subnetOf(e.IP)
		return sub, c.scope(e.IP, sub)
	}
	at := c.at
	if at == nil {
		at = c.network.Subnets[0]
	}
	if i := slices.IndexFunc(at.Pools, c.serves); i >= 0 {
		return at, &at.Pools[i].Scope
	}
	for _, sub := range c.network.Subnets {
		if i := slices.IndexFunc(sub.Pools, c.serves); i >= 0 {
			return sub, &sub.Pools[i].Scope
		}
	}
	return at, &at.Scope
}

// v6OnlyAnswer tells the client to do without IPv4 for a while. It uses no address.
func (c *decider) v6OnlyAnswer(k Kind) Decision {
	sub, scope, o := c.saidHere(option.IPv6OnlyPreferred)
	d := Decision{Kind: k, Subnet: sub, unhold: true}
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	c.traceAddressless("the client can do without IPv4, and option 108 from ", o.From, " says that it should")
	c.v6Told = o.Value
	c.finish(&d, scope, id, "", term{time: c.length(0, scope, true)})
	return d
}

// forbidsAutoConfigure reports whether a client that gets no address is to be told that it must not choose one by itself (RFC 2563
// §2.3): it asks, and that is configured here.
func (c *decider) forbidsAutoConfigure() bool {
	if !c.q.autoConfigure || c.q.Type != Discover {
		return false
	}
	_, _, o := c.saidHere(option.AutoConfigure)
	return o != nil && len(o.Value) == 1 && o.Value[0] == 0
}

// noAddress answers with nothing but that.
func (c *decider) noAddress(r Reason) Decision {
	sub, _, o := c.saidHere(option.AutoConfigure)
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	c.traceAddressless(r.Text(), "; it must not choose one by itself (option 116 from ", o.From, ")")
	l := c.room.list().AppendUint32(option.ServerID, uint32(id)).Append(option.AutoConfigure, o.Value)
	return Decision{Kind: Offer, Reason: r, Options: l, Subnet: sub}
}
