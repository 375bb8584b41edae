package engine

// lookups remembers what one message looks for again and again: the rules ask wherever they need it, and only the first time costs a
// search.
type lookups struct {
	ip      IP // what pool is of
	pool    *Pool
	asked   bool // offer is known
	offered *offer
}

// poolOf returns the pool that contains ip, or nil.
func (c *decider) poolOf(ip IP) *Pool {
	if l := &c.seen; l.ip != ip {
		l.ip, l.pool = ip, c.s.plan.PoolOf(ip)
	}
	return c.seen.pool
}

// subnetOf returns the subnet that contains ip, or nil.
func (c *decider) subnetOf(ip IP) *Subnet {
	if p := c.poolOf(ip); p != nil {
		return p.Subnet
	}
	return c.s.plan.SubnetOf(ip)
}

// offered returns what is held for the client, or nil.
func (c *decider) offered() *offer {
	if l := &c.seen; !l.asked {
		l.asked, l.offered = true, c.s.offerTo(c.network, c.q)
	}
	return c.seen.offered
}
