package engine

// serverID returns the server identifier (54) for a client of the subnet: the configured one; else the address of the link in that
// subnet, so that the client can reach it without a router; else the address the message was sent to; else the first one of the
// link. A relay that wants to see renewals too puts itself in its place (RFC 5107 §4).
func (c *decider) serverID(sub *Subnet) IP {
	if c.q.relayed() && c.q.serverOverride != 0 && len(c.q.Link.IPs) > 0 {
		return c.q.serverOverride
	}
	return c.ownID(sub)
}

// ownID is serverID whatever a relay wants: where a machine that boots finds this very server.
func (c *decider) ownID(sub *Subnet) IP {
	l := c.q.Link
	if sub != nil {
		if sub.ServerID != 0 {
			return sub.ServerID
		}
		for _, ip := range l.IPs {
			if sub.Contains(ip) {
				return ip
			}
		}
	}
	if c.q.unicast() && l.Frontend.has(c.q.Destination) {
		return c.q.Destination
	}
	if len(l.IPs) > 0 {
		return l.IPs[0]
	}
	return 0
}

// chosen says whether the client's server identifier names this server by way of this frontend: "" if it does.
func (c *decider) chosen() Reason {
	switch id := c.q.serverID; {
	case c.q.Link.Frontend.has(id), c.s.plan.serverIDs[id], c.q.relayed() && c.q.serverOverride != 0 && id == c.q.serverOverride:
		return ""
	case c.s.servers[id] > 0:
		return OtherFrontend
	}
	return OtherServer
}

// Ours reports whether ip is an address of the server itself.
func (s *State) Ours(ip IP) bool { return s.servers[ip] > 0 || s.plan.serverIDs[ip] }
