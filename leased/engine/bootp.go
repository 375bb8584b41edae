package engine

// bootRequest answers a client that speaks BOOTP and no DHCP (RFC 1534 §2). There is one message and one answer: what is given is
// granted at once, for ever.
func (c *decider) bootRequest() Decision {
	if ip := c.q.CIAddr; ip != 0 { // it has an address, and wants what else there is to know (RFC 1542 §3.1.2)
		return c.inform()
	}
	if c.res == nil && c.s.isUnserved(c.network, c.q.who, c.sec) && c.trace == nil {
		return c.drop(Unserved)
	}
	ip, reason := c.choose()
	if reason != "" {
		d := c.drop(reason)
		c.tellUnknown(&d)
		c.tellExhausted(&d)
		d.unserved = reason == Unserved && !c.network.guarded
		return d
	}
	d := c.offer(ip)
	c.tellUnknown(&d)
	return d
}
