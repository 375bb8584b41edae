package engine

import "rollcall/internal/option"

// Amendable reports whether a policy may set an option of an answer. The others are what a client needs to know whose answer it is and
// for how long it holds, or are not for servers to send (RFC 2131 Table 3); lease time, T1 and T2 are fields of an Amendment. The client
// identifier can be left out, but not be set.
func Amendable(c option.Code) bool {
	switch c {
	case 0, 255, option.RequestedAddress, option.LeaseTime, option.Overload, option.MessageType, option.ServerID,
		option.ParameterRequestList, option.MaxMessageSize, option.RenewalTime, option.RebindingTime, option.ClientID, option.RelayAgentInfo:
		return false
	}
	return true
}

// amend takes note of what the policy changes in an answer that is to be made. It reports whether the answer is withheld.
func (c *decider) amend(k Kind, ip IP, sub *Subnet) (withheld bool) {
	v := c.q.Verdict
	if v == nil || !v.Heard.Has(StageReply) {
		return false
	}
	a := &v.Reply
	if a.Kind != k || a.IP != ip || a.Subnet != sub {
		return false // it is about another answer
	}
	c.amended = a
	if a.sets(AmendLeaseTime) {
		c.leaseTime = max(a.LeaseTime, 1)
	}
	return a.Refusal != "" && !(k == Nak && a.Refusal == PolicyNAK) // which it is already
}

// withhold makes silence of an answer, or a NAK.
func (c *decider) withhold(d *Decision) {
	reason, sub := c.amended.Refusal, d.Subnet
	*d = Decision{Kind: Drop, Reason: reason, Subnet: sub, Commit: d.Commit, network: d.network, unhold: true, unserved: d.unserved}
	if reason != PolicyNAK {
		return
	}
	if d.Reason = PolicySilent; c.q.Type == Request && !c.alone {
		nak := c.nak(PolicyNAK)
		d.Kind, d.Reason, d.Options, d.Subnet = nak.Kind, nak.Reason, nak.Options, nak.Subnet
	}
}

// review lets the policy say its word about an answer: it asks for it, or puts it into effect.
func (c *decider) review(d *Decision) {
	switch d.Kind {
	case Offer, Ack, Nak:
	case Drop: // what was held while the policy was asked is not to be offered now
		d.unhold = d.unhold || c.network != nil && c.q.Verdict.holds() && d.Reason != Probing
		return
	default:
		return
	}
	if c.amended == nil {
		withheld := c.amend(d.Kind, d.IP, d.Subnet)
		switch {
		case withheld:
			c.withhold(d)
		case c.amended != nil:
		case c.s.plan.Stages.Has(StageReply):
			c.askReply(d)
			return
		default:
			return
		}
	}
	a := c.amended
	if d.Kind == Drop {
		return
	}
	if d.Kind != Nak {
		if a.sets(AmendNext) {
			d.Next = a.Next
		}
		if a.sets(AmendServerName) {
			d.ServerName = a.ServerName
		}
		if a.sets(AmendFile) {
			d.File = a.File
		}
		if a.sets(AmendBroadcast) {
			d.Broadcast = a.Broadcast
		}
	}
	if len(a.Options) > 0 {
		c.editOptions(d, a.Options)
	}
	if c.booting != nil {
		c.rereadBoot(d)
	}
	c.retraceOptions(d)
}

// askReply makes the question of an answer. Its address must not go to anybody else meanwhile.
func (c *decider) askReply(d *Decision) {
	d.Ask, d.Facts, d.Boot = StageReply, c.facts(StageReply), c.booting
	if d.Kind == Ack && d.IP != 0 && (c.given || !c.owns(d.IP)) {
		if e := c.leaseAt(d.IP); e == nil || !e.Holds(c.sec) {
			d.hold = d.IP
		}
	}
}

// Await puts into effect of a decision that asks what must not wait until the policy has spoken: its address is held.
func (s *State) Await(q *Query, d *Decision, now int64) {
	if d.hold != 0 {
		s.hold(d.hold, d.network, q, now+s.plan.OfferTime, false)
	}
}

// Overtaken returns what becomes of a message whose answer the policy did not get hold of: silence.
func (d *Decision) Overtaken() Decision {
	return Decision{Kind: Drop, Reason: PolicyOvertaken, Subnet: d.Subnet, network: d.network, unhold: d.network != nil}
}

// editOptions changes the options of an answer: what is there already in its place, the rest behind it. A NAK has nothing but a message
// (RFC 2131 Table 3), an answer to BOOTP nothing that has a meaning in DHCP only.
func (c *decider) editOptions(d *Decision, edits []OptionEdit) {
	var last [256]int // by code: the last edit, counted from 1
	for i := range edits {
		code := edits[i].Code
		switch {
		case code == option.ClientID && edits[i].Value == nil:
			d.OmitClientID = true
		case !Amendable(code), d.Kind == Nak && code != option.Message, c.q.Type == BOOTRequest && beyondBOOTP(code):
		default:
			last[code] = i + 1
			c.edited.set(uint8(code))
		}
	}
	if c.edited == (bitmap{}) {
		return
	}
	if c.room != nil {
		c.room.keep(d) // the list behind it must not lie over it
	}
	list, sent := c.room.list(), bitmap{}
	for code, value := range d.Options.All() {
		sent.set(uint8(code))
		if n := last[code]; n == 0 {
			list = list.Append(code, value)
		} else if value := edits[n-1].Value; value != nil {
			list = c.appendValue(list, code, value)
		}
	}
	for i := range edits {
		if e := &edits[i]; last[e.Code] == i+1 && e.Value != nil && !sent.get(uint8(e.Code)) {
			list = c.appendValue(list, e.Code, e.Value)
		}
	}
	d.Options = list
}

// sets reports whether one of the fields counts; a may be nil.
func (a *Amendment) sets(f AmendedFields) bool { return a != nil && a.Sets&f != 0 }

// term returns what a client is told of its lease. No T1 or T2 comes after the other or after the end (RFC 2131 §4.4.5): what is not
// the policy's gives way.
func (a *Amendment) term(t term) term {
	if a.sets(AmendT1) {
		t.t1 = a.T1
	}
	if a.sets(AmendT2) {
		t.t2 = a.T2
	}
	if t.t1 >= t.time || t.time == Infinite {
		t.t1 = 0
	}
	if t.t2 >= t.time || t.time == Infinite {
		t.t2 = 0
	}
	if t.t2 != 0 && t.t1 > t.t2 {
		switch {
		case !a.sets(AmendT1):
			t.t1 = 0
		case !a.sets(AmendT2):
			t.t2 = 0
		default:
			t.t1 = t.t2
		}
	}
	return t
}
