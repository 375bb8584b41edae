package engine

import (
	"bytes"

	"rollcall/internal/bootname"
	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// concludeBoot adds to a decision what is to be told and remembered of the boot.
func (c *decider) concludeBoot(d *Decision) {
	b := c.booting
	d.Boot = b
	a := &b.Answer
	if d.Kind == Probe {
		return
	}
	m := c.s.boots.of(c.q.who)
	if m == nil {
		m = &nobody
	}
	if a.Reason != "" && worthTelling(a.Reason) && !m.refused(a.Reason, c.sec) && c.tellBooting(d, event.BootRefused, string(a.Reason)) {
		b.refused = a.Reason
	}
	same := m.same(c.q.XID, c.sec)
	switch {
	case c.takesAnother(d):
		if same {
			b.turn = m.offered
		}
	case a.Stage == boot.StageNone || a.Stage == boot.StagePort || !c.handsOut(d) || same && m.told == a.Stage:
	default:
		b.told = a.Stage
		if a.Reason == "" {
			c.tellBooting(d, event.BootOffered, "")
		}
		if b.turn = c.firstStage(m); d.Kind == Offer { // until it has an address, it cannot fetch anything
			b.turn, b.offered = firstStage{}, b.turn
		}
	}
	if b.turn.by != 0 && m.turnsOf(b.turn, c.sec) >= loopTurns-1 {
		c.tellBooting(d, event.BootLoop, string(boot.BootLoop))
	}
}

// takesAnother reports whether the client takes the offer of the server that gives the addresses.
func (c *decider) takesAnother(d *Decision) bool {
	return d.Reason == Reason(boot.AddressServers) && c.q.Type == Request && c.q.CIAddr == 0
}

var nobody bootMemory

// handsOut reports whether the answer is the one that the machine boots by: a grant, or what stands for one; not the renewal of a
// lease.
func (c *decider) handsOut(d *Decision) bool {
	switch {
	case c.alone:
		return d.Kind == Ack || d.Kind == Offer && c.q.bootPort() == dhcpPort
	case d.Kind != Ack:
		return false
	}
	return c.q.Type != Request || c.q.CIAddr == 0
}

// worthTelling reports whether it is news that a machine gets nothing for a reason: not where others are to answer it.
func worthTelling(r boot.Reason) bool {
	return r != boot.NotABootClient && r != boot.AddressServers && r != boot.OtherBootServer
}

// tellBooting tells of an event, unless there were too many. It reports whether it did.
func (c *decider) tellBooting(d *Decision, k event.Kind, reason string) bool {
	if b := c.booting; len(d.Commit.Leases) == 0 {
		if b.spent >= c.s.boots.news.left(c.sec) {
			b.Untold++
			return false
		}
		b.spent++
	}
	e := c.event(k, nil)
	e.Reason, e.IP = reason, d.IP
	if e.IP == 0 {
		e.IP = c.q.CIAddr
	}
	if d.Subnet != nil {
		e.Subnet = d.Subnet.Ref
	} else if c.network != nil {
		e.Subnet = c.here().Ref
	}
	if c.res != nil {
		e.Reservation, e.Extra = c.res.ID, c.res.extra()
	}
	e.Boot = c.bootInfo(d)
	c.room.tell(d, e)
	return true
}

func (c *decider) bootInfo(d *Decision) *BootInfo {
	client, a := &c.booting.Client, &c.booting.Answer
	i := &BootInfo{
		File: a.Name, Stage: a.Stage.String(), UUID: bootname.UUID(client.UUID), IPXE: client.IPXE, Rule: a.Rule, Port: c.q.bootPort(),
	}
	if client.HasArch {
		i.Firmware = client.Firmware.String()
	}
	if i.File != "" {
		i.Server = bootServer(d)
	}
	if a.From != "" {
		i.Rule += " of " + a.From
	}
	return i
}

// bootServer returns who has the boot file, "" where nobody is named.
func bootServer(d *Decision) string {
	if v, ok := d.Options.Get(option.TFTPServerName); ok && d.Next == 0 {
		return string(bytes.ToValidUTF8(v, nil))
	}
	return d.Next.String()
}

// applyBoot notes what a decision said of booting.
func (s *State) applyBoot(q *Query, d *Decision, now int64) {
	b := d.Boot
	if b == nil {
		// An operating system asks: the machine has got past its boot.
		if len(s.boots.byHW) > 0 && (q.Type == Discover || q.Type == Request || q.Type == Inform) {
			if m := s.boots.of(q.who); m != nil {
				m.progress()
			}
		}
		return
	}
	if b.spent > 0 {
		s.boots.news.spend(b.spent, now)
	}
	m := s.boots.of(q.who)
	if d.Kind == Probe || m == nil && b.told == boot.StageNone && b.refused == "" && !b.once {
		return
	}
	m = s.boots.touch(q.who)
	if b.judged && !m.same(q.XID, now) {
		m.xid, m.judged, m.looping, m.done, m.told = q.XID, now, b.looping, b.done, boot.StageNone
	}
	if client := &b.Client; client.HasArch {
		m.arch, m.hasArch = client.Arch, true
		m.uuidLen = uint8(copy(m.uuid[:], client.UUID))
	}
	if b.told != boot.StageNone {
		m.told, m.offered = b.told, b.offered
		m.finished = m.finished && b.Answer.Reason != "" // who is told to boot from its disk is done still
	}
	if b.turn.by != 0 {
		m.turn(b.turn, now)
		m.offered = firstStage{}
	}
	if b.refused != "" {
		m.refuse(b.refused, now)
	}
}
