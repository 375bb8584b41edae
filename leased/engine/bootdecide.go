package engine

import (
	"bytes"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// here returns the subnet that the client is in as far as its message says where it is.
func (c *decider) here() *Subnet {
	if c.at != nil {
		return c.at
	}
	return c.network.Subnets[0]
}

// readBoot finds out whether the client boots from the network, as far as the message says where it is. Most do not, and cost a few
// comparisons.
func (c *decider) readBoot() {
	var place *boot.Settings
	if c.network != nil {
		place = c.here().Scope.Boot
	}
	c.readBootIn(place)
}

// readBootIn is readBoot for a client of which it is known which place holds for it: what counts as firmware there, and its quirk.
func (c *decider) readBootIn(place *boot.Settings) {
	c.bootPlace = place
	if !boot.MayBoot(&c.q.boot, c.s.plan.vendorClasses) {
		return
	}
	levels := c.levels
	levels.addPlace(place)
	client := boot.Read(&c.q.boot, c.s.boots.scratch.list(&levels))
	switch {
	case !client.Boots():
		c.booting = nil
		return
	case c.booting == nil:
		c.booting = c.room.booting()
	}
	c.booting.Client = client
}

// bootKind returns what a message is as far as booting goes; ok is false for one that has nothing to do with it.
func (q *Query) bootKind() (kind boot.MessageKind, ok bool) {
	switch q.Type {
	case BOOTRequest:
		return boot.KindBOOTP, true
	case Discover:
		return boot.KindDiscover, true
	case Request:
		return boot.KindRequest, true
	case Inform:
		return boot.KindInform, true
	}
	return 0, false
}

// setPlace notes what decides about booting besides the client and the levels.
func (c *decider) setPlace(ip IP, sub *Subnet, hostname string) {
	kind, _ := c.q.bootKind()
	f := c.q.Link.Frontend
	c.s.boots.scratch.place = boot.Place{
		Address: c.ownID(sub).Addr(), Port: c.q.bootPort(), Kind: kind, IP: ip.Addr(), Hostname: hostname, Subnet: sub.Ref,
		HTTPPort: f.HTTPPort, TFTP: f.TFTP,
	}
}

// judgeBoot says what a client that boots is told, of all the levels that were gathered, in the place that was set.
func (c *decider) judgeBoot() *boot.Answer {
	b, with := c.booting, &c.s.boots.scratch
	b.judged = true
	if m := c.s.boots.of(c.q.who); m != nil && m.same(c.q.XID, c.sec) {
		b.looping, b.done = m.looping, m.done
	} else {
		b.looping, b.done = m.inLoop(c.sec), c.s.boots.done[c.q.who] != 0
	}
	with.place.Looping, with.place.Done = b.looping, b.done
	if c.res != nil && c.res.Details != nil {
		with.place.Netboot, b.once = c.res.Details.Netboot, c.res.bootsOnce()
	}
	b.Answer = boot.Decide(&b.Client, with.list(&c.levels), &with.place)
	return &b.Answer
}

// tellBoot fills in what an answer with an address says of booting, before its options are made.
func (c *decider) tellBoot(d *Decision, scope *Scope, hostname string) {
	if scope.Boot != c.bootPlace {
		c.readBootIn(scope.Boot)
	}
	said := c.levels.addPlace(scope.Boot)
	if c.booting == nil && !said {
		return
	}
	ip := d.IP
	if ip == 0 {
		ip = c.q.CIAddr
	}
	if c.setPlace(ip, d.Subnet, hostname); c.booting != nil {
		c.sayBoot(d, c.judgeBoot())
		return
	}
	b := &c.s.boots.scratch
	b.client = boot.Client{Hardware: c.q.boot.Hardware}
	a := boot.Decide(&b.client, b.list(&c.levels), &b.place)
	c.sayBoot(d, &a)
}

// sayBoot fills in what an answer says of booting outside its options.
func (c *decider) sayBoot(d *Decision, a *boot.Answer) {
	c.head = header{IPOf(a.Next), a.ServerName, a.File}
	d.Next, d.ServerName, d.File = c.head.next, c.head.serverName, c.head.file
	d.Broadcast, d.Delay = a.Broadcast && c.q.CIAddr == 0, a.Delay
}

// heedBootOptions takes note of a boot file that the operator has written as an option, where no rule names one: the machine is told
// that.
func (c *decider) heedBootOptions(d *Decision) {
	if c.booting == nil {
		return
	}
	a := &c.booting.Answer
	switch a.Reason {
	case "", boot.NoFileForArch, boot.NoURLForArch, boot.NoArch, boot.MalformedArch, boot.NoScript:
	default:
		return
	}
	v, ok := d.Options.Get(option.BootfileName)
	if !ok || a.Stage != boot.StageNone {
		return
	}
	a.Reason, a.Stage, a.Name = "", boot.StageFile, string(bytes.ToValidUTF8(bytes.TrimRight(v, "\x00"), nil))
	if c.booting.Client.IPXE {
		a.Stage = boot.StageScript
	}
	a.Rule, a.From = "option 67", ""
	if o := c.find(option.BootfileName, c.out.base); o != nil {
		a.From = o.From
	}
}

// rereadBoot takes note of a boot file that the policy has changed.
func (c *decider) rereadBoot(d *Decision) {
	a, name, edited := &c.booting.Answer, d.File, c.edited.get(uint8(option.BootfileName))
	if v, ok := d.Options.Get(option.BootfileName); ok && (edited || name == "") {
		name = string(bytes.ToValidUTF8(bytes.TrimRight(v, "\x00"), nil))
	}
	switch {
	case !edited && !c.amended.sets(AmendFile), name == a.Name:
	case name != "":
		a.Reason, a.Stage, a.Name = "", boot.StageFile, name
		if c.booting.Client.IPXE {
			a.Stage = boot.StageScript
		}
		a.Rule, a.From = "reply()", "policy"
	case a.Stage == boot.StageFile || a.Stage == boot.StageScript:
		a.Stage, a.Name = boot.StageNone, ""
		a.Rule, a.From = "reply()", "policy"
	}
}

// putForced writes what a client that boots needs, whatever it asks for. What an operator configured for the same option counts
// instead; but a machine that must not boot from the network now is told nothing that would let it.
func (c *decider) putForced() {
	if c.booting == nil {
		return
	}
	kept := keptFromBooting(c.booting.Answer.Reason)
	for code, value := range c.booting.Answer.Options.All() {
		if c.out.sent.get(uint8(code)) {
			continue
		}
		if !kept && c.find(code, c.out.base) != nil {
			c.put(code)
			continue
		}
		c.out.sent.set(uint8(code))
		c.out.list = c.out.list.Append(code, value)
	}
	if kept {
		for _, code := range [...]option.Code{option.VendorSpecific, option.VendorClass, option.TFTPServerName, option.BootfileName} {
			c.out.sent.set(uint8(code))
		}
	}
}

// keptFromBooting reports whether a machine is told nothing to boot by intention, and not for want of something.
func keptFromBooting(r boot.Reason) bool {
	switch r {
	case boot.NetbootNever, boot.NetbootLocal, boot.NetbootDone, boot.BootLoop:
		return true
	}
	return false
}
