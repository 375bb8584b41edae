package engine

// bootRequest answers a client that speaks BOOTP and no DHCP (RFC 1534 §2). There is one message and one answer: what is given is
// granted at once, for ever.
func (c *decider) bootRequest() Decision {
	if ip := c.q.CIAddr; ip != 0 { // it has an address, and wants what else there is to know (RFC 1542 §3.1.2)
		return c.inform()
	}
	return c.allot()
}
