package engine

import (
	"bytes"

	"rollcall/internal/event"
	"rollcall/internal/option"
)

// ack grants ip, or renews it. Where it moves the client, the lease left behind ends in the same commit.
func (c *decider) ack(ip IP) Decision {
	sub := c.subnetOf(ip)
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	scope := c.scope(ip, sub)
	d := Decision{Kind: Ack, IP: ip, Subnet: sub, unhold: true}
	if c.amend(Ack, ip, sub) {
		c.withhold(&d)
		return d
	}

	old := c.leaseAt(ip)
	renewal := old != nil && old.Holds(c.sec) && c.mine(&old.Lease)
	l := c.newLease(ip, sub, c.length(ip, scope, renewal))
	length, passed := l.length(), uint32(0)
	// A message sent again, of the same kind, counts for nothing, but the lease must last as long as this answer says. Some clients never change
	// their xid (systemd-networkd), so one that comes late is not the same message: it renews.
	again := renewal && old.last == c.q.token() && c.q.XID != 0 && !old.FoundByARP && c.sec < old.CLTT+int64(min(length, old.length()))/4
	kept := again && l.Expires == old.Expires
	if !kept && renewal && c.reusable(&old.Lease, &l, &scope.Times) {
		kept = true
		length, passed = old.length(), uint32(c.sec-old.CLTT)
	}
	c.finish(&d, scope, id, c.hostname(ip), c.term(&scope.Times, length, passed))
	if kept {
		c.traceReuse(passed)
		return d
	}
	if old != nil {
		l.Revision = old.Revision + 1
		l.Quarantines = old.Quarantines
	}
	if renewal {
		l.Started, l.Renewals = old.Started, old.Renewals
		if c.q.CIAddr != 0 && !c.q.relayed() && old.Giaddr != 0 { // past the relay it came through
			l.Giaddr, l.RelayInfo = old.Giaddr, old.RelayInfo
		}
		if c.q.CIAddr != 0 && !again {
			l.Renewals++
			l.Quarantines = 0 // it has used the address and found nothing wrong
		}
	}
	given := c.room.lease(&l)
	c.room.write(&d, given)

	granted := !renewal || old.FoundByARP
	var left IP
	if h := c.have; h != nil && h.IP != ip && h.Holds(c.sec) {
		left = h.IP
		gone, ended := c.room.end(&h.Lease, c.now, string(MoveToReservation))
		c.room.write(&d, gone)
		if !granted { // else the event of the grant names the address left
			c.room.tell(&d, ended)
		}
	}
	if old != nil && old.State == Active && !old.Holds(c.sec) {
		c.room.tell(&d, c.room.expired(&old.Lease, c.now)) // it ran out, and Expire has not come to it
	}
	switch {
	case again:
	case granted:
		c.tellLease(&d, event.LeaseGranted, given, left)
		c.tellLow(&d, ip)
	case c.q.CIAddr != 0 && c.s.plan.RenewedEvents:
		c.tellLease(&d, event.LeaseRenewed, given, 0)
	}
	return d
}

// length returns for how long a client of ip gets it: for as long as it asks, within bounds (RFC 2131 §4.3.1); for less when it is
// new and the pool runs low; for ever when it speaks BOOTP, which knows no end (RFC 1534 §2). What the policy says comes before all but
// that.
func (c *decider) length(ip IP, scope *Scope, renewal bool) uint32 {
	t := &scope.Times
	switch {
	case c.q.Type == BOOTRequest:
		return Infinite
	case c.leaseTime != 0:
		return c.leaseTime
	case c.given && c.assigned.LeaseTime != 0:
		return c.assigned.LeaseTime
	case c.given && c.assigned.Kind == AssignDefault: // it keeps what it has
		return c.have.length()
	}
	if t.Scarce > 0 && !renewal && t.Min < t.Time {
		if p := c.poolOf(ip); p != nil && &p.Scope == scope && c.s.pools[p.index].shareWithout(ip) < t.Scarce {
			return t.Min
		}
	}
	return t.grant(c.q.leaseTime)
}

// reusable reports whether the lease as it is answers the client: it is young, and what would be written is what is there. The
// disk then has all that the answer promises.
func (c *decider) reusable(old, l *Lease, t *Times) bool {
	if t.Reuse == 0 || old.FoundByARP || old.Expires == Never || l.Expires < old.Expires || c.sec < old.CLTT || c.q.Type == BOOTRequest ||
		c.leaseTime != 0 {
		return false // to BOOTP no time can be told, and what the policy says is told as it says it
	}
	return (c.sec-old.CLTT)*10000 < t.Reuse*int64(old.length()) && l.Subnet == old.Subnet && l.Reservation == old.Reservation &&
		l.Hostname == old.Hostname && l.HW == old.HW && bytes.Equal(l.ClientID, old.ClientID) &&
		bytes.Equal(l.VendorClass, old.VendorClass) && (!c.q.relayed() || l.Giaddr == old.Giaddr && bytes.Equal(l.RelayInfo, old.RelayInfo))
}

// finish fills in what every OFFER and ACK carries.
func (c *decider) finish(d *Decision, scope *Scope, id IP, hostname string, t term) {
	c.traceLease(scope, t)
	c.tellBoot(d, scope, hostname)
	d.Options = c.options(d.Subnet, scope, id, hostname, t)
	c.heedBootOptions(d)
	if c.q.rapidCommit && c.q.Type == Discover && d.Kind == Ack {
		d.Options = d.Options.Append(option.RapidCommit, nil) // RFC 4039 §3.1
	}
	if c.v6Told != nil {
		d.Options = d.Options.Append(option.IPv6OnlyPreferred, c.v6Told)
	}
	c.traceOptions(d.Options, c.out.base)
}

// newLease returns what the client would be granted. Its octets are those of the message.
func (c *decider) newLease(ip IP, sub *Subnet, length uint32) Lease {
	q := c.q
	l := Lease{
		IP: ip, State: Active, HW: q.HW, ClientID: q.clientID, ByHardware: sub.ByHardware, Subnet: sub.Ref,
		Hostname: c.hostname(ip), Started: c.sec, CLTT: c.sec, Expires: ends(c.sec, length),
		VendorClass: q.boot.VendorClass, Revision: 1,
	}
	l.Giaddr, l.RelayInfo = q.GIAddr, keepRelay(q.relayInfo)
	if c.owns(ip) {
		l.Reservation = c.res.ID
	}
	if l.Hostname == "" {
		var room [hostnameRoom]byte
		l.Hostname = c.name(q.appendOwnName(room[:0]), ip)
	}
	return l
}

func (c *decider) tellLease(d *Decision, k event.Kind, l *Lease, left IP) {
	e := c.event(k, l)
	e.Subnet, e.IP, e.Previous, e.Reservation = l.Subnet, l.IP, left, l.Reservation
	if c.res != nil {
		e.Extra = c.res.extra()
	}
	e.LeaseTime = l.length()
	if l.Expires != Never {
		e.Expires = l.Expires
	}
	c.room.tell(d, e)
}
