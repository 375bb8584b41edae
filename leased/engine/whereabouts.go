package engine

// chooseNetwork finds the shared network of the client. A relay says where it is: by link selection (RFC 3527 §3), else subnet
// selection (RFC 3011 §3), else its own address. A client without a relay is on the link the message arrived on, unless
// it sent the message to this server alone from an address of its own: then it renews, and may be anywhere (RFC 2131
// §4.3.2 RENEWING).
func (c *decider) chooseNetwork() Reason {
	q, plan := c.q, c.s.plan
	if q.relayed() {
		if q.Link.Frontend.has(q.GIAddr) {
			return OurGiaddr
		}
		at := plan.SubnetOf(q.GIAddr)
		if selected := q.selection(); selected != 0 && (at == nil || !at.Network.IgnoreLinkSelection) {
			at = plan.SubnetOf(selected)
		}
		if at == nil {
			return NoSubnet
		}
		c.at, c.network = at, at.Network
		return ""
	}
	if q.CIAddr != 0 && q.unicast() {
		if c.at = plan.SubnetOf(q.CIAddr); c.at != nil {
			c.network = c.at.Network
			return ""
		}
	}
	if c.network, _ = plan.networkOn(q); c.network != nil {
		c.at = c.network.subnetOfLink(q.Link)
		return ""
	}
	for _, ip := range q.Link.IPs {
		if c.at = plan.SubnetOf(ip); c.at != nil {
			c.network = c.at.Network
			return ""
		}
	}
	return NoSubnet
}

// selection returns an address in the subnet that the relay names apart from its own, 0 for none: by link selection (82/5, RFC 3527
// §3), else by subnet selection (118, RFC 3011 §2).
func (q *Query) selection() IP {
	if q.linkSelection != 0 {
		return q.linkSelection
	}
	return q.subnetSelection
}

func (n *Network) subnetOfLink(l *Link) *Subnet {
	for _, ip := range l.IPs {
		for _, s := range n.Subnets {
			if s.Contains(ip) {
				return s
			}
		}
	}
	return nil
}
