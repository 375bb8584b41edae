package engine

import (
	"time"

	"rollcall/internal/option"
)

// Decide says what becomes of one message. It changes neither the state nor the query.
//
// Idempotence: the same message sent again (same client, type and xid) is answered with the same address, and counts neither
// as another renewal nor as another grant.
func Decide(s *State, q *Query, now time.Time) Decision { return decide(s, q, now, nil) }

func decide(s *State, q *Query, now time.Time, t *Trace) Decision {
	c := &decider{s: s, q: q, now: now, sec: now.Unix(), trace: t}
	d := c.decide()
	d.network = c.network
	c.traceAnswer(&d)
	return d
}

// decider carries one message through the rules.
type decider struct {
	s     *State
	q     *Query
	now   time.Time
	sec   int64
	trace *Trace

	network *Network
	at      *Subnet // the subnet that the relay or the link points to; nil when the link is merely named by one
	res     *Reservation
	have    *entry // the lease that the client has, or had last, in the network; nil if none
}

const dhcpPort = 67

func (c *decider) decide() Decision {
	if c.q.Port != dhcpPort && c.q.Port != 0 {
		return c.drop(NoBootRule)
	}
	if reason := c.chooseNetwork(); reason != "" {
		c.traceMachine()
		return c.drop(reason)
	}
	if c.res = c.s.roll.match(c.network, c.q); c.res == nil {
		c.res = c.relayedBefore()
	}
	c.have = c.lease()
	c.traceMachine()
	c.traceNetwork()
	switch c.q.Type {
	case Discover:
		return c.discover()
	case Request:
		return c.request()
	case Decline:
		return c.decline()
	case Release:
		return c.release()
	case Inform:
		return c.inform()
	}
	return c.drop(UnknownMessage)
}

func (c *decider) drop(r Reason) Decision { return Decision{Kind: Drop, Reason: r} }

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
		at := q.GIAddr
		switch {
		case q.linkSelection != 0:
			at = q.linkSelection
		case q.subnetSelection != 0:
			at = q.subnetSelection
		}
		if c.at = plan.SubnetOf(at); c.at == nil {
			return NoSubnet
		}
		c.network = c.at.Network
		return ""
	}
	if q.CIAddr != 0 && q.unicast() {
		if c.at = plan.SubnetOf(q.CIAddr); c.at != nil {
			c.network = c.at.Network
			return ""
		}
	}
	if c.network = plan.byLink[q.Link.Name]; c.network != nil {
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

// lease returns the lease that the client has or had last in the network. Where the subnet goes by hardware, so do we.
func (c *decider) lease() *entry {
	holders := c.s.holders[c.network.index]
	if e := holders[Identity(c.q.id)]; e != nil && c.mine(e.Lease) {
		return e
	}
	if len(c.q.clientID) > 0 {
		// It may be kept by hardware: the subnet wants that, or ARP found the machine before it asked.
		if e := holders[Identity(c.q.hwID)]; e != nil && c.mine(e.Lease) {
			return e
		}
	}
	if c.res != nil && c.res.IP != 0 {
		if e := c.s.leases[c.res.IP]; e != nil && c.mine(e.Lease) {
			return e
		}
	}
	return nil
}

// mine reports whether the client of the message is the holder of l: by identity; on its own reserved address by what the
// reservation knows it by, whatever identifier the boot stage of the moment sends; or by hardware address, where that is all
// that ARP could learn. What comes out of quarantine was nobody's, least of all that of the client that declined it.
func (c *decider) mine(l *Lease) bool {
	switch {
	case l.Reason != "":
		return false
	case c.res != nil && c.res.IP == l.IP && c.res.names(l):
		return true
	case l.ByHardware || l.FoundByARP:
		return l.HW == c.q.HW
	case len(l.ClientID) > 0:
		return string(l.ClientID) == string(c.q.clientID)
	}
	return len(c.q.clientID) == 0 && l.HW == c.q.HW
}

// known reports whether the machine is on the roll.
func (c *decider) known() bool { return c.res != nil }

// serves reports whether a pool is for the client. A reservation without an address keeps to its own subnet.
func (c *decider) serves(p *Pool) bool {
	if !p.For.serves(c.known()) {
		return false
	}
	return c.res == nil || c.res.IP != 0 || p.Subnet.Ref == c.res.Subnet
}

// standing says how an address stands to the client.
type standing uint8

const (
	standFree standing = iota
	standMine
	standTaken // by another client: leased, offered, or one of our own
	standQuarantined
	standReserved // for another machine
)

// standingOf says how an address stands to the client, apart from whether a pool serves it.
func (c *decider) standingOf(ip IP) standing {
	if r := c.s.roll.byIP[ip]; r != nil && r != c.res {
		return standReserved
	}
	if c.s.servers[ip] > 0 {
		return standTaken
	}
	if e := c.s.leases[ip]; e != nil {
		switch {
		case e.State == Declined && c.sec < e.Expires:
			return standQuarantined
		case e.Holds(c.sec):
			if !c.mine(e.Lease) {
				return standTaken
			}
			return standMine
		}
	}
	if o := c.s.offers.byIP[ip]; o != nil && c.sec < o.until && o != c.s.offerTo(c.network, c.q) {
		return standTaken
	}
	return standFree
}

// ownAddress reports whether the client has an address of its own on the roll that it can have now.
func (c *decider) ownAddress() bool {
	if c.res == nil || c.res.IP == 0 {
		return false
	}
	st := c.standingOf(c.res.IP)
	return st == standFree || st == standMine
}

// awaitsOwn reports whether the client has an address of its own on the roll that it cannot have now. What it has it keeps until
// then.
func (c *decider) awaitsOwn() bool { return c.res != nil && c.res.IP != 0 && !c.ownAddress() }

// inPool reports whether the client may have ip from a pool: one that serves it, in its network.
func (c *decider) inPool(ip IP) bool {
	p := c.s.plan.PoolOf(ip)
	return p != nil && p.Subnet.Network == c.network && c.serves(p)
}

// serverID returns the server identifier for a client of the subnet: the address of the link in that subnet, so that the
// client can reach it without a router; else the address the message was sent to; else the first one of the link. A relay that
// wants to see renewals too puts itself in its place (RFC 5107 §4).
func (c *decider) serverID(sub *Subnet) IP {
	l := c.q.Link
	if c.q.relayed() && c.q.serverOverride != 0 && len(l.IPs) > 0 {
		return c.q.serverOverride
	}
	if sub != nil {
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

// chosen says whether the client's server identifier names this frontend: "" if it does.
func (c *decider) chosen() Reason {
	switch id := c.q.serverID; {
	case c.q.Link.Frontend.has(id), c.q.relayed() && c.q.serverOverride != 0 && id == c.q.serverOverride:
		return ""
	case c.s.servers[id] > 0:
		return OtherFrontend
	}
	return OtherServer
}

// nak refuses a request. A NAK carries the server identifier and says why (RFC 2131 Table 3).
func (c *decider) nak(r Reason) Decision {
	id := c.serverID(c.at)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	var l option.List
	l = l.AppendUint32(option.ServerID, uint32(id))
	l = l.AppendString(option.Message, r.Text())
	return Decision{Kind: Nak, Reason: r, Options: l, Subnet: c.at, unhold: true}
}
