package engine

// traceEarly tells what the policy said before there was an answer.
func (c *decider) traceEarly() {
	if c.trace != nil {
		early, _ := c.q.Verdict.steps()
		c.trace.Steps = append(c.trace.Steps, early...)
	}
}

// traceReply tells what the policy said of the answer.
func (c *decider) traceReply() {
	if c.trace != nil {
		_, reply := c.q.Verdict.steps()
		c.trace.Steps = append(c.trace.Steps, reply...)
	}
}

// traceAssignment tells what the policy said of the client, and what came of that.
func (c *decider) traceAssignment() {
	if c.trace == nil {
		return
	}
	c.traceEarly()
	a := c.assigned
	switch {
	case a == nil && c.unfit != "":
		c.step("reservation", c.res.ID, c.unfit)
		return
	case a == nil:
		return
	}
	switch by := a.By; {
	case c.unfit != "":
		c.step("assignment", "as configured", by+": "+c.unfit)
	case c.pool != nil:
		c.step("assignment", "an address from pool "+a.Pool, by)
	case c.given && a.Kind == AssignDefault:
		c.step("assignment", "it keeps "+c.res.IP.String(), "the registration system has not answered yet")
	case c.given && c.res.IP != 0 && !c.owns(c.res.IP):
		c.step("assignment", "none of its own", by+": "+c.res.IP.String()+" is excluded from its pool")
	case c.given && c.res.IP != 0 && !c.ownAddress():
		c.step("assignment", "not "+c.res.IP.String()+", which is not free", by+": "+c.whoseIs(c.res.IP))
	case c.given && c.res.IP != 0:
		c.step("assignment", "as if "+c.res.IP.String()+" were reserved for it", by)
	case c.given:
		c.step("assignment", "as if it had a reservation without an address", by)
	case a.Kind == AssignIgnore:
		c.step("assignment", "no answer", by)
	case a.Kind == AssignNAK:
		c.step("assignment", "a NAK, or no answer", by)
	case a.Pending:
		c.step("assignment", "as configured, but no refusal", "the registration system has not answered yet")
	}
}

// whoseIs says why an address is not free for the client.
func (c *decider) whoseIs(ip IP) string {
	switch c.standingOf(ip) {
	case standReserved:
		return "it is reserved for another machine (reservation " + c.s.roll.byIP[ip].ID + ")"
	case standQuarantined:
		return "it is in quarantine"
	}
	if c.s.Ours(ip) {
		return "it is an address of this server"
	}
	if e := c.leaseAt(ip); e != nil && e.Holds(c.sec) {
		return "it is leased to " + e.HW.String()
	}
	return "it is offered to another machine"
}

// saidByRes returns where what is said for this machine alone comes from.
func (c *decider) saidByRes() string {
	if c.given && c.assigned.Kind == AssignDefault {
		return "its current lease"
	}
	if c.given {
		return c.assigned.By
	}
	return "reservation " + c.res.ID
}

// retraceOptions tells of the options that are really sent, in place of those that were decided.
func (c *decider) retraceOptions(d *Decision) {
	if c.trace == nil || c.edited == (bitmap{}) || c.out.base == nil {
		return
	}
	steps := c.trace.Steps
	for i := range steps {
		if steps[i].Subject == optionsStep {
			c.trace.Steps = append(steps[:i:i], steps[i+1:]...)
			c.traceOptions(d.Options, c.out.base)
			return
		}
	}
}
