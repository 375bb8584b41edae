package engine

import "rollcall/internal/option"

// request answers a REQUEST. What the client is doing is told by what the message holds (RFC 2131 §4.3.2, Table 4): with a
// server identifier it selects an offer; without one but with a requested address it boots again; with ciaddr it renews or
// rebinds.
func (c *decider) request() Decision {
	q := c.q
	switch {
	case q.hasServerID && q.CIAddr == 0:
		return c.selecting()
	case q.hasServerID && c.chosen() != "":
		return c.drop(c.chosen())
	case q.CIAddr == 0 && q.requested == 0:
		return c.drop(NoAddress)
	case q.CIAddr == 0 && c.v6Only():
		return c.v6OnlyAnswer(Ack)
	case q.CIAddr == 0:
		return c.keep(q.requested)
	case c.s.plan.NAKRenewals:
		c.traceAddress(q.CIAddr, "all renewals are refused")
		return c.nak(RenewalsRefused)
	case c.v6Only():
		// It goes on using its address, whatever it hears now (RFC 8925 §3.2), so the address must stay its own.
		_, _, o := c.saidHere(option.IPv6OnlyPreferred)
		c.v6Told = o.Value
	}
	return c.keep(q.CIAddr)
}

// selecting grants what was offered. The offer itself may be forgotten by now, as after a restart: the address is granted all
// the same if the client could be offered it. A client that chose another server gives back what it was offered here.
func (c *decider) selecting() Decision {
	switch reason := c.chosen(); reason {
	case "":
	case OtherServer:
		d := c.drop(reason)
		d.unhold = true
		return d
	default:
		return c.drop(reason)
	}
	ip := c.q.requested
	switch {
	case c.v6Only():
		return c.v6OnlyAnswer(Ack)
	case ip == 0:
		return c.drop(NoAddress)
	}
	return c.give(ip)
}

// give grants ip if the client can have it, and may have one more where it has not got it already.
func (c *decider) give(ip IP) Decision {
	if reason := c.refuse(ip); reason != "" {
		return c.nak(reason)
	}
	if !c.owns(ip) {
		if e := c.leaseAt(ip); e == nil || !e.Holds(c.sec) {
			if reason := c.limited(); reason != "" {
				return c.drop(reason)
			}
		}
	}
	return c.ack(ip)
}

// keep answers a client that wants to go on with an address: INIT-REBOOT, RENEWING or REBINDING. If the address does not belong
// where the client is, it must be told so; if nothing is known of the lease, only an authoritative server may speak.
func (c *decider) keep(ip IP) Decision {
	sub := c.subnetOf(ip)
	if sub == nil && c.have == nil && c.res == nil {
		return c.unknownLease(ip, WrongNetwork) // of a stranger, in a subnet that may be another server's on the same wire
	}
	if sub == nil || sub.Network != c.network || !sub.Assignable(ip) {
		c.traceAddress(ip, "not of this network")
		return c.nak(WrongNetwork)
	}
	if c.ownAddress() && c.res.IP != ip {
		c.traceReserved()
		return c.nak(MoveToReservation)
	}
	if c.have == nil {
		if c.ownAddress() {
			return c.ack(ip) // what is on the roll needs no memory of a lease
		}
		return c.unknownLease(ip, UnknownLease)
	}
	if c.have.IP != ip && !c.owns(ip) {
		c.traceAddress(c.have.IP, "its lease")
		return c.nak(NotYours)
	}
	return c.give(ip)
}

// unknownLease refuses what nothing is known of, for a reason; where another server may know, by silence (RFC 2131 §4.3.2,
// INIT-REBOOT: "necessary for peaceful coexistence of non-communicating DHCP servers on the same wire").
func (c *decider) unknownLease(ip IP, r Reason) Decision {
	c.traceAddress(ip, "nothing is known of this lease")
	if c.s.plan.Authoritative {
		return c.nak(r)
	}
	return c.drop(NotAuthoritative)
}

// refuse says why the client cannot have ip, "" if it can.
func (c *decider) refuse(ip IP) Reason {
	sub := c.subnetOf(ip)
	if sub == nil || sub.Network != c.network || !sub.Assignable(ip) {
		return WrongNetwork
	}
	if c.ownAddress() && c.res.IP != ip {
		return MoveToReservation
	}
	switch c.standingOf(ip) {
	case standTaken:
		return AddressTaken
	case standReserved:
		return AddressReserved
	case standQuarantined:
		return AddressQuarantined
	}
	switch {
	case c.owns(ip):
		c.traceReserved()
	case c.inPool(ip):
		c.traceAddress(ip, "its lease")
	case c.awaitsOwn(ip) && c.have != nil && c.have.IP == ip && c.have.Holds(c.sec):
		// A guest that was enrolled while its own address is not to be had keeps what it has.
		c.traceAddress(ip, "its lease, until its own address is free")
	default:
		return NotAssignable
	}
	return ""
}
