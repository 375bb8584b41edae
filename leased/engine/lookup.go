package engine

// lookups remembers what one message looks for again and again: the rules ask wherever they need it, and only the first time costs a
// search.
type lookups struct {
	ip      IP // what pool is of
	pool    *Pool
	asked   bool // offer is known
	offered *offer
	looked  bool // own is known
	own     standing
	leaseOf IP // what lease is of
	leased  bool
	lease   entry
}

// poolOf returns the pool that contains ip, or nil.
func (c *decider) poolOf(ip IP) *Pool {
	if l := &c.seen; l.ip != ip {
		l.ip, l.pool = ip, c.findPool(ip)
	}
	return c.seen.pool
}

// findPool looks at the pools of the subnet at hand first: nearly always it is one of those few, and a search among all pools of a
// large network touches much memory.
func (c *decider) findPool(ip IP) *Pool {
	const few = 8
	if !c.hasToItself(ip) || len(c.at.Pools) > few {
		return c.s.plan.PoolOf(ip)
	}
	for _, p := range c.at.Pools {
		if p.Contains(ip) {
			return p
		}
	}
	return nil
}

// hasToItself reports whether the subnet that the relay or the link points to has ip, and no other can have it.
func (c *decider) hasToItself(ip IP) bool { return c.at != nil && !c.s.plan.twins && c.at.Contains(ip) }

// subnetOf returns the subnet that contains ip, or nil.
func (c *decider) subnetOf(ip IP) *Subnet {
	if p := c.poolOf(ip); p != nil {
		return p.Subnet
	}
	if c.hasToItself(ip) {
		return c.at
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

// leaseAt returns the lease of an address, or nil. It is there until that of another address is asked for.
func (c *decider) leaseAt(ip IP) *entry {
	if c.have != nil && c.have.IP == ip {
		return c.have
	}
	l := &c.seen
	if l.leaseOf != ip {
		l.leaseOf, l.leased = ip, c.s.readAt(ip, &l.lease)
	}
	if !l.leased {
		return nil
	}
	return &l.lease
}

// ownAddress reports whether the client has an address of its own on the roll that it can have now.
func (c *decider) ownAddress() bool {
	if c.own == 0 {
		return false
	}
	l := &c.seen
	if !l.looked {
		l.looked, l.own = true, c.standingOf(c.res.IP)
	}
	return l.own == standFree || l.own == standMine
}
