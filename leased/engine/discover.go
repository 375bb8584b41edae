package engine

import (
	"strings"
	"time"

	"rollcall/internal/event"
)

// discover answers a DISCOVER: with an offer, with the grant itself where the client asks for that (RFC 4039), or with silence;
// never with a NAK.
func (c *decider) discover() Decision {
	if c.v6Only() {
		return c.v6OnlyAnswer(Offer)
	}
	return c.allot()
}

// allot finds an address for a client and answers with it, or says why there is none.
func (c *decider) allot() Decision {
	if c.res == nil && c.pool == nil && c.s.isUnserved(c.network, c.q.who, c.sec) && c.trace == nil && !c.q.autoConfigure {
		return c.drop(c.unserved())
	}
	ip, reason := c.choose()
	if reason != "" {
		d := c.drop(reason)
		if reason != Probing && c.forbidsAutoConfigure() {
			d = c.noAddress(reason)
		}
		c.tellUnknown(&d)
		c.tellExhausted(&d)
		d.unserved = reason == Unserved && c.res == nil && !c.network.guarded // with guards, what it boots next may be served
		return d
	}
	d := c.offer(ip)
	c.tellUnknown(&d)
	return d
}

// choose finds the address for a client, in the order of RFC 2131 §4.3.1 and ours before it: its own address on the roll, its
// current lease, what it was offered already, its previous lease, the one it asks for, and the one that has been free
// longest.
func (c *decider) choose() (IP, Reason) {
	if c.ownAddress() {
		if o := c.offered(); o != nil && o.ip == c.res.IP && o.probing && c.sec < o.until && c.trace == nil {
			return 0, Probing
		}
		c.traceReserved()
		return c.res.IP, ""
	}
	if e := c.have; e != nil && e.Holds(c.sec) && (c.inPool(e.IP) || c.awaitsOwn(e.IP)) && c.standingOf(e.IP) == standMine {
		c.traceAddress(e.IP, "its current lease")
		return e.IP, ""
	}
	if reason := c.limited(); reason != "" {
		return 0, reason
	}
	if o := c.offered(); o != nil && c.sec < o.until && c.inPool(o.ip) && c.standingOf(o.ip) == standFree {
		if o.probing && c.trace == nil {
			return 0, Probing
		}
		c.traceAddress(o.ip, "offered to it already")
		return o.ip, ""
	}
	if e := c.have; e != nil && !e.Holds(c.sec) && c.inPool(e.IP) && c.standingOf(e.IP) == standFree {
		c.traceAddress(e.IP, "its previous lease")
		return e.IP, ""
	}
	if ip := c.q.requested; ip != 0 && c.inPool(ip) && c.standingOf(ip) == standFree && c.subnetOf(ip).Assignable(ip) &&
		!c.kept(ip, c.poolOf(ip)) {
		c.traceAddress(ip, "it asks for it")
		return ip, ""
	}
	return c.longestFree()
}

// longestFree takes the address that has been free longest from the first pool that serves the client and has one. The subnet
// that the relay or the link points to comes first, then the others of the shared network in the order of the configuration.
func (c *decider) longestFree() (IP, Reason) {
	serves, fallback := false, IP(0)
	if c.at != nil {
		if ip := c.freeIn(c.at, &serves, &fallback); ip != 0 {
			return ip, ""
		}
	}
	for _, sub := range c.network.Subnets {
		if sub == c.at {
			continue
		}
		if ip := c.freeIn(sub, &serves, &fallback); ip != 0 {
			return ip, ""
		}
	}
	switch {
	case fallback != 0:
		c.traceAddress(fallback, "kept for the one who had it last, but nothing else is free")
		return fallback, ""
	case serves:
		return 0, NoFreeAddress
	case c.res == nil || c.given && c.res.IP == 0:
		return 0, c.unserved()
	case c.res.IP == 0:
		return 0, NoPoolForKnown
	case c.standingOf(c.res.IP) == standQuarantined:
		return 0, ReservedQuarantined
	}
	return 0, ReservedHeld
}

// freeIn returns the address of the subnet that has been free longest. One that is kept for whoever had it last is noted as a
// fallback.
func (c *decider) freeIn(sub *Subnet, serves *bool, fallback *IP) IP {
	any := false
	for _, p := range sub.Pools {
		if !c.serves(p) {
			continue
		}
		*serves, any = true, true
		l := c.s.pools[p.index]
		if ip := l.head(); ip != 0 {
			c.traceAddress(ip, "longest free")
			return ip
		}
		if *fallback == 0 {
			*fallback = l.keptHead()
		}
	}
	switch {
	case c.trace == nil: // no text for nobody
	case any:
		c.tracePass(sub.Ref + " has no free address")
	case c.pool != nil:
		c.tracePass(sub.Ref + " does not have pool " + c.assigned.Pool)
	case sub.guarded && !sub.guard.meets(&c.classes):
		c.tracePass(sub.Ref + " is for " + strings.Join(sub.Classes, " or ") + " only")
	default:
		c.tracePass(sub.Ref + " has no pool for " + c.kindOfMachine() + " machines")
	}
	return 0
}

func (c *decider) kindOfMachine() string {
	if c.known() {
		return "known"
	}
	return "unknown"
}

// probeFresh is how long it counts that ARP found nobody at an address.
const probeFresh = 10 * time.Minute

// probeDue reports whether ARP must be asked before ip is offered: leased can reach the subnet itself, did not look lately, and
// the client was not the last one who had the address.
func (c *decider) probeDue(ip IP, sub *Subnet) bool {
	if !c.s.plan.Probe || !c.s.attached[sub] {
		return false
	}
	if e := c.leaseAt(ip); e != nil && e.State != Declined && c.mine(&e.Lease) {
		return false
	}
	p := c.poolOf(ip)
	if p == nil {
		return false // a reserved address outside the pools is its machine's alone
	}
	checked := int64(c.s.pools[p.index].checked[ip-p.First])
	return c.sec-checked >= int64(probeFresh/time.Second)
}

// offer answers with an address. An offer is a hold in memory: nothing is written, so nothing is waited for.
func (c *decider) offer(ip IP) Decision {
	sub := c.subnetOf(ip)
	d := Decision{Kind: Offer, IP: ip, Subnet: sub}
	if c.given || !c.owns(ip) {
		d.hold = ip
	}
	id := c.serverID(sub)
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	if c.probeDue(ip, sub) {
		c.traceProbe()
		if c.trace == nil {
			d.Kind, d.hold, d.probing = Probe, ip, true
			return d
		}
	}
	if c.q.Type == BOOTRequest || c.q.rapidCommit && c.s.plan.RapidCommit {
		return c.ack(ip)
	}
	if c.amend(Offer, ip, sub) {
		c.withhold(&d)
		return d
	}
	scope := c.scope(ip, sub)
	held := c.leaseAt(ip)
	renewal := held != nil && held.Holds(c.sec)
	length, passed := c.length(ip, scope, renewal), uint32(0)
	if renewal && scope.Times.Reuse > 0 {
		if l := c.newLease(ip, sub, length); c.reusable(&held.Lease, &l, &scope.Times) {
			length, passed = held.length(), uint32(c.sec-held.CLTT) // as the grant will say
		}
	}
	c.finish(&d, scope, id, c.hostname(ip), c.term(&scope.Times, length, passed))
	return d
}

// tellUnknown adds the event that the registration system waits for.
func (c *decider) tellUnknown(d *Decision) {
	if c.known() || d.Reason == Probing || !c.s.tellUnknown(c.q.who, c.sec) {
		return
	}
	e := c.event(event.ClientUnknown, nil)
	e.Reason = string(d.Reason)
	e.IP = d.IP
	if d.Subnet != nil {
		e.Subnet = d.Subnet.Ref
	} else if c.at != nil {
		e.Subnet = c.at.Ref
	}
	c.room.tell(d, e)
}

// tellExhausted adds an event for each pool that would have served the client and is full, once until it has room again.
func (c *decider) tellExhausted(d *Decision) {
	if d.Reason != NoFreeAddress {
		return
	}
	for _, sub := range c.network.Subnets {
		for _, p := range sub.Pools {
			if c.serves(p) && !c.s.full[p.index] {
				c.room.tell(d, c.poolEvent(event.PoolExhausted, p))
			}
		}
	}
}

// tellLow adds an event when the lease leaves a pool with less than a tenth of its addresses, once until a fifth is free.
func (c *decider) tellLow(d *Decision, ip IP) {
	p := c.poolOf(ip)
	if p == nil {
		return
	}
	if l := c.s.pools[p.index]; l.without(ip)*10 < l.size() && !c.s.low[p.index] {
		c.room.tell(d, c.poolEvent(event.PoolLow, p))
	}
}

func (c *decider) poolEvent(k event.Kind, p *Pool) *Event {
	return &Event{Time: c.now.UnixMicro(), Kind: k, Subnet: p.Subnet.Ref, Pool: p.Range(), IP: p.First}
}
