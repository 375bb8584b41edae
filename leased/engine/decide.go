package engine

import (
	"time"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// Decide says what becomes of one message. It changes neither the state nor the query.
//
// Idempotence: the same message sent again (same client, type and xid) is answered with the same address, and counts neither
// as another renewal nor as another grant.
func Decide(s *State, q *Query, now time.Time) Decision { return decide(s, q, now, nil, nil) }

// Decide is the function Decide, its result in the Room and what it has to write added to Commit.
func (r *Room) Decide(s *State, q *Query, now time.Time) Decision { return decide(s, q, now, r, nil) }

func decide(s *State, q *Query, now time.Time, r *Room, t *Trace) (d Decision) {
	var c decider // a composite literal would be made elsewhere and copied, all of it
	c.s, c.q, c.now, c.sec, c.room, c.trace = s, q, now, now.Unix(), r, t
	d = c.decide()
	d.network = c.network
	if q.Verdict != nil || s.plan.Stages != 0 {
		c.review(&d)
	}
	if c.booting != nil && d.Ask == 0 {
		c.concludeBoot(&d)
	}
	if c.amended.sets(AmendNoAddress) {
		d.IP = 0
	}
	if r != nil {
		r.keep(&d)
	}
	d.OmitClientID = d.OmitClientID || s.plan.OmitClientID
	c.traceAnswer(&d)
	return d
}

// decider carries one message through the rules.
type decider struct {
	s     *State
	q     *Query
	now   time.Time
	sec   int64
	room  *Room // nil for memory of its own
	trace *Trace

	network *Network
	at      *Subnet // the subnet that the relay or the link points to; nil when the link is merely named by one
	res     *Reservation
	own     IP       // that of its reservation, or of its definition, which gives none that is kept out of its pool; 0 for none
	have    *entry   // the lease that the client has, or had last, in the network; nil if none
	relay   relayIDs // what a relay says of it; nobody else is believed
	classes bitmap
	over    overlay    // of the reservation and the classes
	levels  bootLevels // of the reservation and the classes, then of all
	booting *Booting   // nil for a machine that does not boot
	// bootPlace is which booting was found out with.
	bootPlace *boot.Settings
	head      header // what it is told of booting
	alone     bool   // and nothing else
	v6Told    []byte // option 108, where it is told
	out       output
	seen      lookups

	// What the policy says.
	assigned  *Assignment // to a machine that is not on the roll; nil where none was heard
	given     bool        // res is a definition that was assigned, and on no roll
	pool      *Pool       // the only one that serves it, nil for no such thing
	unfit     string      // why what was assigned has no effect, for explain
	amended   *Amendment  // what is changed in the answer at hand
	leaseTime uint32      // that it is changed to, 0 for none
	edited    bitmap      // options that are changed
}

const dhcpPort = 67

func (c *decider) decide() Decision {
	if v := c.q.Verdict; v != nil && v.Refusal != "" {
		return c.refused(v.Refusal)
	}
	if c.q.Type == LeaseQuery && c.q.bootPort() == dhcpPort {
		return c.leaseQuery()
	}
	if c.q.Type == BOOTRequest && !c.s.plan.BOOTP {
		return c.drop(BOOTPOff)
	}
	if reason := c.chooseNetwork(); reason != "" {
		c.readBoot()
		c.traceMachine()
		return c.drop(reason)
	}
	ask, banned := c.meet()
	c.readBoot()
	c.traceMachine()
	c.traceNetwork()
	c.traceAssignment()
	c.traceClasses()
	switch {
	case banned != nil:
		return c.drop(ClassDrop)
	case ask != 0:
		return Decision{Ask: ask, Facts: c.facts(ask)}
	case c.assigned != nil && c.assigned.turnsAway():
		return c.turnAway()
	}
	switch at := c.here(); {
	case at.proxy && c.q.bootPort() == dhcpPort:
		return c.proxied()
	case c.q.bootPort() != dhcpPort && (at.proxy || !at.fullPort()):
		return c.onPXEPort()
	case c.asksBootServer():
		return c.bootOnly(Ack)
	}
	switch c.q.Type {
	case BOOTRequest:
		return c.bootRequest()
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

// meet finds out who sent the message. Where the policy must be heard first it returns the stage; drop is the first of its classes whose
// members get no answer, or nil.
func (c *decider) meet() (ask Stages, drop *Class) {
	if v := c.q.Verdict; c.s.plan.Stages.Has(StageChoose) || v != nil && v.Heard.Has(StageChoose) {
		ask = c.chooseReservation()
	} else if c.res = c.s.roll.match(c.network, c.q); c.res == nil {
		c.res = c.relayedBefore()
	}
	if c.res == nil {
		ask = c.assign()
	}
	c.have = c.lease()
	if c.assigned != nil && c.assigned.unanswered() {
		c.keepHeld()
	}
	if c.q.relayed() {
		c.relay = c.q.relay
	} else if e := c.have; e != nil && e.IP == c.q.CIAddr && e.Giaddr != 0 {
		c.relay = relayIDsOf(e.RelayInfo) // it renews past the relay that would have told (RFC 2131 §4.3.2 RENEWING)
	}
	if c.res != nil {
		if c.own = c.res.IP; c.given && c.s.excluded(c.own) {
			c.own = 0
		}
		if c.res.Details != nil {
			c.nearest(c.res.Details)
		}
	}
	return ask, c.classify()
}

// nearest takes over what a reservation says: it is nearer than all else.
func (c *decider) nearest(d *Details) {
	if len(d.Options.list) > 0 {
		c.over.add(&d.Options)
	}
	c.levels.add(d.Boot)
}

func (c *decider) drop(r Reason) Decision { return Decision{Kind: Drop, Reason: r} }

// lease returns the lease that the client has or had last in the network. Where the subnet goes by hardware, so do we.
func (c *decider) lease() *entry {
	s, e := c.s, &c.s.have
	if s.read(s.index.holder(c.network.index, c.q.id), e) && c.mine(&e.Lease) {
		return e
	}
	if len(c.q.clientID) > 0 {
		// It may be kept by hardware: the subnet wants that, or ARP found the machine before it asked.
		if s.read(s.index.holder(c.network.index, c.q.hwID), e) && c.mine(&e.Lease) {
			return e
		}
	}
	if c.res != nil && c.res.IP != 0 {
		if s.readAt(c.res.IP, e) && c.mine(&e.Lease) {
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
	case c.res != nil && c.res.IP == l.IP && (c.res.names(l) || c.given && l.HW == c.q.HW && !l.HW.IsZero()):
		return true
	case l.ByHardware || l.FoundByARP:
		return l.HW == c.q.HW
	case len(l.ClientID) > 0:
		return string(l.ClientID) == string(c.q.clientID)
	}
	return len(c.q.clientID) == 0 && l.HW == c.q.HW
}

// known reports whether the machine is on the roll.
func (c *decider) known() bool { return c.res != nil && !c.given }

// owns reports whether ip is the client's own.
func (c *decider) owns(ip IP) bool { return c.own == ip && ip != 0 }

// serves reports whether a pool is for the client. A reservation without an address keeps to its own subnet.
func (c *decider) serves(p *Pool) bool {
	if c.pool != nil {
		return p == c.pool
	}
	if !p.For.serves(c.known()) || p.guarded && !p.guard.meets(&c.classes) || p.Subnet.guarded && !p.Subnet.guard.meets(&c.classes) {
		return false
	}
	return c.res == nil || c.res.IP != 0 || p.Subnet.Ref == c.res.Subnet || c.given && c.res.Subnet == ""
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
	use := ^uint8(0) // outside the pools it may be anything
	if p := c.poolOf(ip); p != nil {
		use = c.s.pools[p.index].use[ip-p.First]
	}
	if use&isReserved != 0 {
		if r := c.s.roll.byIP[ip]; r != nil && r != c.res {
			return standReserved
		}
	}
	if use&isOurs != 0 && c.s.Ours(ip) {
		return standTaken
	}
	if use&(isLeased|isQuarantined) != 0 {
		switch e := c.leaseAt(ip); {
		case e == nil:
		case e.State == Declined && c.sec < e.Expires:
			return standQuarantined
		case e.Holds(c.sec):
			if !c.mine(&e.Lease) {
				return standTaken
			}
			return standMine
		}
	}
	if use&isOffered != 0 {
		if o := c.s.offers.at(ip); o != nil && c.sec < o.until && o != c.offered() {
			return standTaken
		}
	}
	return standFree
}

// awaitsOwn reports whether the client has an address of its own on the roll that it cannot have now. What it has, ip, it keeps until
// then.
func (c *decider) awaitsOwn(ip IP) bool {
	return c.res != nil && c.res.IP != 0 && !c.ownAddress() && !c.s.excluded(ip)
}

// inPool reports whether the client may have ip from a pool: one that serves it, in its network.
func (c *decider) inPool(ip IP) bool {
	p := c.poolOf(ip)
	return p != nil && p.Subnet.Network == c.network && c.serves(p) && c.s.pools[p.index].use[ip-p.First]&isExcluded == 0
}

// scope returns what holds for ip as an address of the client: that of the pool it is from, or that of its subnet when it is the
// client's own.
func (c *decider) scope(ip IP, sub *Subnet) *Scope {
	if !c.owns(ip) {
		if p := c.poolOf(ip); p != nil {
			return &p.Scope
		}
	}
	return &sub.Scope
}

// nak refuses a request. A NAK carries the server identifier and says why (RFC 2131 Table 3).
func (c *decider) nak(r Reason) Decision {
	if c.pending() && forBeingUnknown(r) {
		return c.drop(LookupPending)
	}
	id := c.serverID(c.at)
	if c.q.hasServerID && c.chosen() == "" {
		id = c.q.serverID // the one that it was offered an address by: it takes a refusal by another name for another server's
	}
	if id == 0 {
		return c.drop(NoServerAddress)
	}
	l := c.room.list().AppendUint32(option.ServerID, uint32(id)).AppendString(option.Message, r.Text())
	return Decision{Kind: Nak, Reason: r, Options: l, Subnet: c.at, unhold: true}
}
