package engine

import "rollcall/internal/option"

// v6Only reports whether the client can do without IPv4 and its network wants it to (RFC 8925 §3.3): it asks for option 108, and
// that is configured here.
func (c *decider) v6Only() bool {
	if !c.asks(option.IPv6OnlyPreferred) {
		return false
	}
	_, o := c.saidHere(option.IPv6OnlyPreferred)
	return o != nil && len(o.Value) == 4
}

// saidHere returns where the client is and what is said there of an option, apart from any address: nil for nothing.
func (c *decider) saidHere(code option.Code) (*Subnet, *Option) {
	sub := c.at
	if sub == nil {
		sub = c.network.Subnets[0]
	}
	return sub, c.find(code, &sub.Scope.Options)
}

// v6OnlyAnswer tells the client to do without IPv4 for a while. It uses no address.
func (c *decider) v6OnlyAnswer(k Kind) Decision {
	sub, o := c.saidHere(option.IPv6OnlyPreferred)
	d := Decision{Kind: k, Subnet: sub, unhold: true}
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	c.traceAddressless("none", "the client can do without IPv4, and option 108 from "+o.From+" says that it should")
	c.finish(&d, &sub.Scope, id, "", term{time: c.length(0, &sub.Scope, true)})
	d.Options = d.Options.Append(option.IPv6OnlyPreferred, o.Value)
	return d
}

// forbidsAutoConfigure reports whether a client that gets no address is to be told that it must not choose one by itself (RFC 2563
// §2.3): it asks, and that is configured here.
func (c *decider) forbidsAutoConfigure() bool {
	if !c.q.autoConfigure || c.q.Type != Discover {
		return false
	}
	_, o := c.saidHere(option.AutoConfigure)
	return o != nil && len(o.Value) == 1 && o.Value[0] == 0
}

// noAddress answers with nothing but that.
func (c *decider) noAddress(r Reason) Decision {
	sub, o := c.saidHere(option.AutoConfigure)
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	c.traceAddressless("none", r.Text()+"; it must not choose one by itself (option 116 from "+o.From+")")
	l := option.List{}.AppendUint32(option.ServerID, uint32(id)).Append(option.AutoConfigure, o.Value)
	return Decision{Kind: Offer, Reason: r, Options: l, Subnet: sub}
}
