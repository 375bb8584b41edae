package engine

// release ends the lease of a client that gives it back (RFC 2131 §4.3.4). It has no answer.
func (c *decider) release() Decision {
	q := c.q
	if q.CIAddr == 0 {
		return c.drop(NoAddress)
	}
	if q.hasServerID && c.chosen() != "" {
		return c.drop(c.chosen())
	}
	e := c.leaseAt(q.CIAddr)
	if e == nil || !e.Holds(c.sec) || !c.mine(&e.Lease) {
		return c.drop(NotHolder)
	}
	d := c.drop(ReleaseDone)
	d.Subnet = c.subnetOf(e.IP)
	c.end(&d, e, "")
	return d
}

// decline sets aside an address that its client found in use (RFC 2131 §4.3.3). One client can set aside only so many; more
// than that, and the address is merely taken back. It has no answer.
func (c *decider) decline() Decision {
	q := c.q
	switch {
	case q.requested == 0:
		return c.drop(NoAddress)
	case !q.hasServerID:
		return c.drop(NoServerID)
	case c.chosen() != "":
		return c.drop(c.chosen())
	}
	ip := q.requested
	e := c.leaseAt(ip)
	holds := e != nil && e.Holds(c.sec) && c.mine(&e.Lease)
	o := c.offered()
	if !holds && (o == nil || o.ip != ip) {
		return c.drop(NotHolder)
	}
	if c.s.declines[q.HW] >= c.s.plan.QuarantinePerClient {
		d := c.drop(DeclineLimit)
		d.unhold = true
		if holds {
			c.end(&d, e, DeclineLimit)
		}
		return d
	}
	d := c.drop(DeclineDone)
	d.Subnet, d.unhold, d.Verify = c.subnetOf(ip), true, ip
	set := c.s.quarantine(ip, q.HW, QuarantineDeclined, c.now)
	for _, l := range set.Leases {
		c.room.write(&d, l)
	}
	for _, ev := range set.Events {
		ev.Machine, ev.Link = q.machine(), q.linkText()
		c.room.tell(&d, ev)
	}
	return d
}

// end ends a lease as a part of what is decided.
func (c *decider) end(d *Decision, e *entry, reason Reason) {
	gone, ended := c.room.end(&e.Lease, c.now, string(reason))
	c.room.write(d, gone)
	c.room.tell(d, ended)
}

// inform answers a client that has an address from elsewhere and wants the options (RFC 2131 §4.3.5): no lease, no times, no
// yiaddr. Its address must be of the network, lest anyone have us send packets to others.
func (c *decider) inform() Decision {
	sub := c.at
	if ip := c.q.CIAddr; ip != 0 {
		if sub = c.subnetOf(ip); sub == nil || sub.Network != c.network {
			return c.drop(NoSubnet)
		}
	} else if !c.q.relayed() {
		return c.drop(NoAddress)
	}
	if sub == nil {
		return c.drop(NoSubnet)
	}
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	scope, name := &sub.Scope, ""
	switch ip := c.q.CIAddr; {
	case ip != 0 && c.have != nil && c.have.IP == ip && c.have.Holds(c.sec):
		c.traceAddress(ip, "its lease")
		scope, name = c.scope(ip, sub), c.hostname(ip) // what it was told with the lease
	default:
		c.traceAddress(ip, "the client has it from elsewhere")
		if c.res != nil {
			name = c.res.Hostname
		}
	}
	d := Decision{Kind: Ack, Subnet: sub}
	c.finish(&d, scope, id, name, term{})
	return d
}
