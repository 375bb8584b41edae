package engine

import "rollcall/internal/event"

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
	case q.CIAddr != 0:
		return c.keep(q.CIAddr)
	case q.requested != 0:
		return c.keep(q.requested)
	}
	return c.drop(NoAddress)
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
	if ip == 0 {
		return c.drop(NoAddress)
	}
	if reason := c.refuse(ip); reason != "" {
		return c.nak(reason)
	}
	return c.ack(ip)
}

// keep answers a client that wants to go on with an address: INIT-REBOOT, RENEWING or REBINDING. If the address does not belong
// where the client is, it must be told so; if nothing is known of the lease, only an authoritative server may speak.
func (c *decider) keep(ip IP) Decision {
	sub := c.s.plan.SubnetOf(ip)
	if sub == nil && c.have == nil && c.res == nil {
		return c.unknownLease(ip, WrongNetwork) // of a stranger, in a subnet that may be another server's on the same wire
	}
	if sub == nil || sub.Network != c.network || !sub.Assignable(ip) {
		c.traceAddress(ip, "not of this network")
		return c.nak(WrongNetwork)
	}
	if c.ownAddress() && c.res.IP != ip {
		c.traceAddress(c.res.IP, "reservation "+c.res.ID)
		return c.nak(MoveToReservation)
	}
	if c.have == nil {
		if c.ownAddress() {
			return c.ack(ip) // what is on the roll needs no memory of a lease
		}
		return c.unknownLease(ip, UnknownLease)
	}
	if c.have.IP != ip && !(c.res != nil && c.res.IP == ip) {
		c.traceAddress(c.have.IP, "its lease")
		return c.nak(NotYours)
	}
	if reason := c.refuse(ip); reason != "" {
		return c.nak(reason)
	}
	return c.ack(ip)
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
	sub := c.s.plan.SubnetOf(ip)
	if sub == nil || sub.Network != c.network || !sub.Assignable(ip) {
		return WrongNetwork
	}
	own := c.res != nil && c.res.IP != 0
	if own && c.res.IP != ip && c.ownAddress() {
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
	case own && c.res.IP == ip:
		c.traceAddress(ip, "reservation "+c.res.ID)
	case c.inPool(ip):
		c.traceAddress(ip, "its lease")
	case c.awaitsOwn() && c.have != nil && c.have.IP == ip && c.have.Holds(c.sec):
		// A guest that was enrolled while its own address is not to be had keeps what it has.
		c.traceAddress(ip, "its lease, until its own address is free")
	default:
		return NotAssignable
	}
	return ""
}

// ack grants ip, or renews it. Where it moves the client, the lease left behind ends in the same commit.
func (c *decider) ack(ip IP) Decision {
	sub := c.s.plan.SubnetOf(ip)
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	d := Decision{Kind: Ack, IP: ip, Subnet: sub, unhold: true}
	d.Options = c.options(sub, id, c.hostname(ip), true)

	old := c.s.leases[ip]
	renewal := old != nil && old.Holds(c.sec) && c.mine(old.Lease)
	// A message sent again, of the same kind, counts for nothing, but the lease must last as long as this answer says. Some clients never change
	// their xid (systemd-networkd), so one that comes late is not the same message: it renews.
	again := renewal && old.last == c.q.token() && c.q.XID != 0 && !old.FoundByARP && c.sec < old.CLTT+int64(sub.T1)/2
	l := c.newLease(ip, sub)
	if again && l.Expires == old.Expires {
		return d
	}
	if old != nil {
		l.Revision = old.Revision + 1
		l.Quarantines = old.Quarantines
	}
	if renewal {
		l.Started, l.Renewals = old.Started, old.Renewals
		if c.q.CIAddr != 0 && !c.q.relayed() { // past the relay it came through
			l.Giaddr, l.CircuitID, l.RemoteID = old.Giaddr, old.CircuitID, old.RemoteID
		}
		if c.q.CIAddr != 0 && !again {
			l.Renewals++
			l.Quarantines = 0 // it has used the address and found nothing wrong
		}
	}
	d.Commit.Leases = append(d.Commit.Leases, l)

	granted := !renewal || old.FoundByARP
	var left IP
	if h := c.have; h != nil && h.IP != ip && h.Holds(c.sec) {
		left = h.IP
		end := EndLease(h.Lease, c.now, string(MoveToReservation))
		d.Commit.Leases = append(d.Commit.Leases, end.Leases...)
		if !granted { // else the event of the grant names the address left
			d.Commit.Events = append(d.Commit.Events, end.Events...)
		}
	}
	if old != nil && old.State == Active && !old.Holds(c.sec) {
		d.Commit.Events = append(d.Commit.Events, old.expired(c.now)) // it ran out, and Expire has not come to it
	}
	switch {
	case again:
	case granted:
		c.tellLease(&d, event.LeaseGranted, l, left)
		c.tellLow(&d, ip)
	case c.q.CIAddr != 0 && c.s.plan.RenewedEvents:
		c.tellLease(&d, event.LeaseRenewed, l, 0)
	}
	return d
}

func (c *decider) newLease(ip IP, sub *Subnet) *Lease {
	q := c.q
	l := &Lease{
		IP: ip, State: Active, HW: q.HW, ClientID: clone(q.clientID), ByHardware: sub.ByHardware, Subnet: sub.Ref,
		Hostname: c.hostname(ip), Started: c.sec, CLTT: c.sec, Expires: c.sec + int64(sub.LeaseTime),
		VendorClass: clone(q.vendorClass), Giaddr: q.GIAddr, CircuitID: clone(q.circuitID), RemoteID: clone(q.remoteID),
		Revision: 1,
	}
	if sub.LeaseTime == Infinite {
		l.Expires = Never
	}
	if c.res != nil && c.res.IP == ip {
		l.Reservation = c.res.ID
	}
	if l.Hostname == "" {
		l.Hostname = CleanHostname(q.hostname)
	}
	return l
}

func (c *decider) tellLease(d *Decision, k event.Kind, l *Lease, left IP) {
	e := c.event(k)
	e.Subnet, e.IP, e.Previous, e.Reservation = l.Subnet, l.IP, left, l.Reservation
	e.LeaseTime = d.Subnet.LeaseTime
	if l.Expires != Never {
		e.Expires = l.Expires
	}
	d.Commit.Events = append(d.Commit.Events, e)
}
