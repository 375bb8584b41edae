package engine

// leaseQuery answers a relay that asks what is known of a lease (RFC 4388).
func (c *decider) leaseQuery() Decision { return c.drop(UnknownMessage) }
