package engine

import "fmt"

// turnsAway reports whether a machine gets no address by intention.
func (a *Assignment) turnsAway() bool { return a.Kind == AssignIgnore || a.Kind == AssignNAK }

// assign heeds what the policy or a registration system assigns to a client that no reservation matches. It returns StageUnknown where
// they must be heard first. What cannot be assigned here has no effect: the configuration counts then.
func (c *decider) assign() (ask Stages) {
	v := c.q.Verdict
	heard := v != nil && v.Heard.Has(StageUnknown)
	switch {
	case !heard && c.s.plan.Stages&StageUnknown == 0, !c.asksUs():
		return 0
	case !heard:
		return StageUnknown
	}
	switch c.assigned = &v.Unknown; c.assigned.Kind {
	case AssignPool:
		c.assignPool(c.assigned.Pool)
	case AssignDefinition:
		c.assignDefinition(c.assigned.Definition)
	}
	return 0
}

func (c *decider) assignPool(name string) {
	switch p := c.s.plan.PoolNamed(name); {
	case p == nil:
		c.unfit = fmt.Sprintf("there is no pool %s", name)
	case p.Subnet.Network != c.network:
		c.unfit = fmt.Sprintf("pool %s is not in shared network %s", name, c.network.Name)
	default:
		c.pool = p
	}
}

// assignDefinition gives a client what a reservation would. All that tells it from one: the machine is not known, and nobody has kept
// others from the address.
func (c *decider) assignDefinition(r *Reservation) {
	sub := c.s.plan.Subnet(r.Subnet)
	if r.Subnet == "" && r.IP != 0 {
		sub = c.s.plan.SubnetOf(r.IP)
	}
	switch {
	case sub == nil && r.Subnet == "" && r.IP != 0:
		c.unfit = fmt.Sprintf("%v is in no subnet", r.IP)
	case sub == nil && r.Subnet != "":
		c.unfit = fmt.Sprintf("there is no subnet %s", r.Subnet)
	case sub != nil && sub.Network != c.network:
		c.unfit = fmt.Sprintf("subnet %s is not in shared network %s", sub.Ref, c.network.Name)
	case r.IP != 0 && !sub.Assignable(r.IP):
		c.unfit = fmt.Sprintf("%v is not an address for hosts of subnet %s", r.IP, sub.Ref)
	default:
		c.res, c.given = r, true
	}
}

// unanswered reports whether nothing is assigned, and nobody has said that nothing is to be.
func (a *Assignment) unanswered() bool { return a.Kind == AssignDefault && (a.Unanswered || a.Pending) }

// keepHeld has a client keep the address that it has where no pool would give it to an unknown machine: a registration system has said
// so, and what it said is forgotten, as after a restart. An outage of that system must not cost its machines their addresses. An address
// that was reserved for it and is not any more was the roll's to give, and is the roll's to take.
func (c *decider) keepHeld() {
	e := c.have
	if e == nil || !e.Holds(c.sec) || e.FoundByARP || e.Reservation != "" {
		return
	}
	if p := c.poolOf(e.IP); p != nil && p.For.serves(false) {
		return
	}
	if sub := c.subnetOf(e.IP); sub != nil && sub.Network == c.network {
		held := e.HW
		c.res = &Reservation{Kind: ByHardware, Value: string(held.Octets[:held.Len]), Subnet: sub.Ref, IP: e.IP, Hostname: e.Hostname}
		c.given = true
	}
}

// turnAway refuses a client by silence, or with a NAK where the protocol has one for it.
func (c *decider) turnAway() Decision {
	at, reason := c.here(), c.assigned.Reason
	aboutBoot := at.proxy || c.q.bootPort() != dhcpPort && !at.fullPort() || c.asksBootServer()
	if c.assigned.Kind == AssignNAK && c.q.Type == Request && !aboutBoot {
		if reason == "" {
			reason = PolicyNAK
		}
		return c.nak(reason)
	}
	if reason == "" {
		reason = PolicyIgnore
	}
	d := c.drop(reason)
	d.unhold = true
	if !aboutBoot && (c.q.Type == Discover || c.q.Type == BOOTRequest) {
		c.tellUnknown(&d)
	}
	return d
}

// pending reports whether a registration system has been asked about the client, and has not answered yet.
func (c *decider) pending() bool { return c.assigned != nil && c.assigned.Pending }

// forBeingUnknown reports whether a machine that is not on the roll might not get a NAK if more were known of it.
func forBeingUnknown(r Reason) bool {
	return r == NotAssignable || r == UnknownLease || r == NotYours || r == MoveToReservation
}

// unserved returns why a client that nothing serves gets no answer.
func (c *decider) unserved() Reason {
	if c.pending() {
		return LookupPending
	}
	return Unserved
}

// refused drops a message that the policy wants dropped, and has its sender suspended where that is what it wants.
func (c *decider) refused(r Reason) Decision {
	// Where an address is held for it, the network says what that is.
	if (c.trace != nil || c.q.Verdict.holds()) && c.chooseNetwork() == "" && c.trace != nil {
		c.meet()
		c.traceMachine()
		c.traceNetwork()
	}
	c.readBoot()
	c.traceEarly()
	d := c.drop(r)
	if r == PolicySuspend && c.q.Type != LeaseQuery { // a relay's; chaddr is whom it asks about
		if e := c.s.suspensionOf(c.q, c.now, r); e != nil {
			d.suspend = true
			c.room.tell(&d, e)
		}
	}
	return d
}
