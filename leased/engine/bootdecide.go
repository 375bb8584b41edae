package engine

import (
	"bytes"

	"rollcall/internal/bootname"
	"rollcall/internal/event"
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

// readBoot finds out whether the client boots from the network. Most do not, and cost a few comparisons.
func (c *decider) readBoot() {
	if !boot.MayBoot(&c.q.boot, c.s.plan.vendorClasses) {
		return
	}
	levels, place := c.levels, (*boot.Settings)(nil)
	if c.network != nil {
		place = c.here().Scope.Boot
	}
	levels.addPlace(place)
	if client := boot.Read(&c.q.boot, c.s.boots.scratch.list(&levels)); client.Boots() {
		c.booting = c.room.booting()
		c.booting.Client = client
	}
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
	b.looping = c.s.looping(c.q, c.sec)
	with.place.Looping = b.looping
	if c.res != nil && c.res.Details != nil {
		with.place.Netboot, with.place.Done = c.res.Details.Netboot, c.s.boots.done[c.q.who] != 0
	}
	b.Answer = boot.Decide(&b.Client, with.list(&c.levels), &with.place)
	return &b.Answer
}

// tellBoot fills in what an answer with an address says of booting, before its options are made.
func (c *decider) tellBoot(d *Decision, scope *Scope, hostname string) {
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
	d.Broadcast, d.Delay = a.Broadcast, a.Delay
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

// bootOnly answers with what there is to boot and nothing else: no address, and so no lease, hold or probe. Where there is nothing it
// is silent, for another server gives the address, and another one may know what to boot (PXE 2.1 §2.5).
func (c *decider) bootOnly(k Kind) Decision {
	sub := c.here()
	scope := &sub.Scope
	if ip := c.q.CIAddr; !sub.proxy && ip != 0 && sub.Contains(ip) {
		scope = c.scope(ip, sub)
	} else if !sub.proxy {
		sub, scope = c.place()
	}
	said := c.levels.addPlace(scope.Boot)
	switch id := c.ownID(sub); {
	case !said:
		return c.drop(NoBootRule)
	case c.booting == nil:
		return c.drop(Reason(boot.NotABootClient))
	case id == 0:
		return c.drop(NoServerAddress)
	}
	c.traceBootOnly(sub)
	name := ""
	if c.res != nil {
		name = c.res.Hostname
	}
	c.setPlace(c.q.CIAddr, sub, name)
	a := c.judgeBoot()
	if a.Silent || a.Stage == boot.StageNone {
		d := c.drop(Reason(a.Reason))
		d.Subnet = sub
		return d
	}
	c.alone = true
	d := Decision{Kind: k, Subnet: sub}
	c.sayBoot(&d, a)
	d.Broadcast = d.Broadcast || c.q.CIAddr == 0 && c.q.bootPort() == dhcpPort
	d.Options = c.bootOptions(sub, scope, c.ownID(sub))
	return d
}

// bootPort returns the port that the message came to.
func (q *Query) bootPort() uint16 {
	if q.Port == 0 {
		return dhcpPort
	}
	return q.Port
}

// asksBootServer reports whether the message is for a boot server that the client has chosen from a menu, and not about an address:
// it has one already. Such a request may come to port 67 too.
func (c *decider) asksBootServer() bool {
	if c.booting == nil {
		return false
	}
	kind, ok := c.q.bootKind()
	return ok && c.booting.Client.AsksBootServer(kind)
}

// onPXEPort answers what came to port 4011, unless all of DHCP is served there.
func (c *decider) onPXEPort() Decision {
	switch c.q.Type {
	case Discover:
		return c.bootOnly(Offer)
	case Request, Inform:
		return c.bootOnly(Ack)
	}
	if c.booting == nil && c.here().Scope.Boot == nil {
		return c.drop(NoBootRule)
	}
	return c.drop(UnknownMessage)
}

// proxied answers in a subnet where another server gives the addresses. What is for that server is none of our business.
func (c *decider) proxied() Decision {
	switch {
	case c.q.Type == Discover:
		return c.bootOnly(Offer)
	case c.q.Type == BOOTRequest:
		return c.drop(Reason(boot.NotABootClient))
	case c.asksBootServer():
		return c.bootOnly(Ack)
	}
	return c.drop(Reason(boot.AddressServers))
}

// beyondAddress are the options of others' making that go out with boot files where there is no address: what boot loaders read
// (RFC 4578 §2.4, RFC 5071).
func beyondAddress(code option.Code) bool {
	switch code {
	case option.VendorSpecific, option.VendorClass, option.TFTPServerName, option.BootfileName, option.TFTPServerAddress, option.Etherboot:
		return true
	}
	return code >= 128 && code <= 135 || code >= option.PXELinuxMagic && code <= option.PXELinuxRebootTime
}

// bootOptions returns what an answer without an address carries.
func (c *decider) bootOptions(sub *Subnet, scope *Scope, server IP) option.List {
	c.out = output{list: c.room.list(), sub: sub, base: &scope.Options}
	c.out.list = c.out.list.AppendUint32(option.ServerID, uint32(server))
	c.putForced()
	for _, code := range c.q.prl {
		if code := option.Code(code); beyondAddress(code) {
			c.put(code)
		}
	}
	c.traceOptions(c.out.list, c.out.base)
	return c.out.list
}

// putForced writes what a client that boots needs, whatever it asks for. What an operator configured for the same option counts
// instead.
func (c *decider) putForced() {
	if c.booting == nil {
		return
	}
	for code, value := range c.booting.Answer.Options.All() {
		if c.out.sent.get(uint8(code)) {
			continue
		}
		if c.find(code, c.out.base) != nil {
			c.put(code)
			continue
		}
		c.out.sent.set(uint8(code))
		c.out.list = c.out.list.Append(code, value)
	}
}

// looping reports whether the client of a message is in a loop. All messages of an exchange are judged alike.
func (s *State) looping(q *Query, now int64) bool {
	m := s.boots.of(q.who)
	switch {
	case m == nil:
		return false
	case m.same(q.XID, now):
		return m.looping
	}
	return m.turnsIn(now) >= loopTurns
}

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
	if a.Reason != "" && worthTelling(a.Reason) && !m.refused(a.Reason, c.sec) {
		b.refused = a.Reason
		c.tellBooting(d, event.BootRefused, string(a.Reason))
	}
	if a.Stage == boot.StageNone || a.Stage == boot.StagePort || !c.handsOut(d) || m.same(c.q.XID, c.sec) && m.told == a.Stage {
		return
	}
	b.told = a.Stage
	if a.Reason == "" {
		c.tellBooting(d, event.BootOffered, "")
	}
	if a.Stage == boot.StageFile && !b.Client.IPXE && b.Client.Class != boot.ClassNone {
		b.turn = c.s.boots.stageOf(a.Name)
		if m.stage == b.turn && m.turnsIn(c.sec) == loopTurns-1 {
			c.tellBooting(d, event.BootLoop, string(boot.BootLoop))
		}
	}
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

func (c *decider) tellBooting(d *Decision, k event.Kind, reason string) {
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
}

// bootServer returns who has the boot file, "" where nobody is named.
func bootServer(d *Decision) string {
	if v, ok := d.Options.Get(option.TFTPServerName); ok && d.Next == 0 {
		return string(bytes.ToValidUTF8(v, nil))
	}
	return d.Next.String()
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
	m := s.boots.of(q.who)
	if d.Kind == Probe || m == nil && b.told == boot.StageNone && b.refused == "" {
		return
	}
	m = s.boots.touch(q.who)
	if !m.same(q.XID, now) {
		m.xid, m.judged, m.looping, m.told = q.XID, now, b.looping, boot.StageNone
	}
	if client := &b.Client; client.HasArch {
		m.arch, m.hasArch = client.Arch, true
		m.uuidLen = uint8(copy(m.uuid[:], client.UUID))
	}
	if b.told != boot.StageNone {
		m.told, m.finished = b.told, false
	}
	if b.turn != 0 {
		m.turn(b.turn, now)
	}
	if b.refused != "" {
		m.refuse(b.refused, now)
	}
}
