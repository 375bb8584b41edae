package timeline

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rollcall/internal/bootname"
	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// Decided takes a decision upon a message. It keeps nothing of either.
func (t *Timeline) Decided(now time.Time, q *engine.Query, d *engine.Decision) {
	if d.Boot == nil && !t.Watching() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if d.Boot == nil {
		t.ordinary(now, q, d)
		return
	}
	t.metrics.count(d)
	c, discover := &d.Boot.Client, q.Type == engine.Discover || q.Type == engine.BOOTRequest
	r := t.latest(q.HW)
	if r == nil || !r.goesOn(c, discover, now) {
		r = t.begin(q.HW, now)
	}
	r.enter(c)
	if c.HasArch && (!c.IPXE || r.firmware == "") {
		r.firmware = c.Firmware.String()
	}
	if uuid := bootname.UUID(c.UUID); uuid != "" {
		r.uuid = uuid
	}
	t.add(q.HW, asked(now, q, c))
	t.add(q.HW, answered(now, q, d))
	r.facts.learn(q, d)
	t.located(q.HW, addressOf(q, d))
	for _, e := range d.Commit.Events {
		if e.Kind == event.BootLoop {
			r.facts.loop = true
			t.add(q.HW, Step{Time: now, What: Loop, Detail: r.facts.file, Because: "told so again and again, without coming further"})
		}
	}
}

// ordinary takes a message of a machine that does not boot: of an operating system, if it did before. The lock is held. Firmware too gives
// its address back with a message that says nothing of booting, a relay asks about machines, and who sends too much is not listened to.
func (t *Timeline) ordinary(now time.Time, q *engine.Query, d *engine.Decision) {
	if now.After(t.watch) {
		t.watching.Store(false)
		return
	}
	if q.Type != engine.Discover && q.Type != engine.Request && q.Type != engine.Inform {
		return
	}
	r := t.latest(q.HW)
	if r == nil || r.ended || now.Sub(r.seen) > silence {
		return
	}
	if d.Reason == engine.Suspended {
		t.add(q.HW, Step{Time: now, What: Silence, Reason: string(d.Reason), Because: d.Reason.Text()})
		if f := &r.facts; !f.got && !f.more && !f.script {
			f.dropped = d.Reason
		}
		return
	}
	detail := q.Type.String()
	if class, ok := q.Options.Get(option.VendorClass); ok && len(class) > 0 {
		detail += " of " + engine.RelayText(class)
	}
	t.add(q.HW, Step{Time: now, What: System, Detail: detail})
	r.facts.system, r.ended = true, true
}

// addressOf returns the address that a machine has or is about to have, 0 where that is not known: it is given it, asks from it, or asks
// another server for it where that gives the addresses.
func addressOf(q *engine.Query, d *engine.Decision) engine.IP {
	answered := d.Kind == engine.Ack || d.Kind == engine.Offer
	switch {
	case answered && d.IP != 0:
		return d.IP
	case answered:
		return q.CIAddr
	case q.Type == engine.Request && d.Reason == engine.Reason(boot.AddressServers):
		if v, ok := q.Options.Get(option.RequestedAddress); ok && len(v) == 4 {
			return engine.IPOf(netip.AddrFrom4([4]byte(v)))
		}
	}
	return 0
}

// asked is the step of a message.
func asked(now time.Time, q *engine.Query, c *boot.Client) Step {
	s := Step{Time: now, What: Request}
	var parts []string
	say := func(text string) { parts = append(parts, text) }
	switch {
	case q.Port == boot.PXEPort:
		s.What = PXERequest
		if c.HasItem {
			say(fmt.Sprintf("for boot server %d", c.Item.Type))
		}
	case q.Type == engine.Request:
		if id, ok := q.Options.Get(option.ServerID); ok && len(id) == 4 {
			say("takes the offer of " + netip.AddrFrom4([4]byte(id)).String())
		}
		return with(s, parts)
	case q.Type == engine.Inform:
		s.What = Inform
	case q.Type == engine.BOOTRequest:
		s.What = Bootp
	case q.Type == engine.Discover:
		s.What = Discover
	default:
		s.What = What(q.Type.String())
		return s
	}
	switch {
	case c.IPXE:
		say("iPXE")
	case c.Class == boot.ClassHTTP:
		say("HTTP boot")
	case c.Class == boot.ClassUBoot:
		say("U-Boot")
	}
	switch {
	case c.MalformedArch:
		say("an architecture that cannot be read")
	case c.HasArch && c.Arch == uint16(c.Firmware):
		say(c.Firmware.String())
	case c.HasArch:
		say(fmt.Sprintf("%v (%d)", c.Firmware, c.Arch))
	default:
		say("no architecture")
	}
	if q.GIAddr != 0 {
		say("through relay " + q.GIAddr.String())
	}
	return with(s, parts)
}

func with(s Step, parts []string) Step {
	s.Detail = strings.Join(parts, ", ")
	return s
}

// answered is the step of a decision.
func answered(now time.Time, q *engine.Query, d *engine.Decision) Step {
	a := &d.Boot.Answer
	s := Step{Time: now}
	if d.Kind == engine.Drop || d.Kind == engine.Nak {
		s.What, s.Reason, s.Because = Silence, string(d.Reason), boot.Reason(d.Reason).Why()
		if s.Because == "" {
			s.Because = d.Reason.Text()
		}
		if d.Kind == engine.Nak {
			s.What = Nak
		}
		return s
	}
	switch {
	case q.Port == boot.PXEPort && d.IP == 0:
		s.What = PXEAck
	case q.Type == engine.BOOTRequest:
		s.What = BootpReply
	case d.Kind == engine.Offer:
		s.What = Offer
	default:
		s.What = Ack
	}
	var parts []string
	if d.IP != 0 {
		parts = append(parts, d.IP.String())
	}
	file, server := toldBy(d)
	switch {
	case a.Stage == boot.StageMenu:
		parts = append(parts, "a menu")
	case a.Stage == boot.StagePort:
		parts = append(parts, "to ask on port 4011 of "+server.String())
	case a.Stage == boot.StageLocal && file == "":
		parts = append(parts, "boot from the disk")
	case file == "":
		parts = append(parts, "nothing to boot")
	case strings.Contains(file, "://") || !server.IsValid():
		parts = append(parts, file)
	default:
		parts = append(parts, file+" from "+server.String())
	}
	s.Because = a.Rule
	if a.From != "" {
		s.Because = strings.TrimPrefix(s.Because+" from ", " from ") + a.From
	}
	if a.Reason != "" {
		s.Reason, s.Because = string(a.Reason), a.Reason.Why()
	}
	return with(s, parts)
}

// toldBy returns what a decision tells a machine to fetch, be it by an option that an operator wrote.
func toldBy(d *engine.Decision) (file string, server netip.Addr) {
	file, server = d.Boot.Answer.Name, d.Boot.Answer.Next
	if file == "" {
		file = d.File
	}
	if v, ok := d.Options.Get(option.BootfileName); ok && file == "" {
		file = strings.TrimRight(string(v), "\x00")
	}
	if !server.IsValid() {
		server = d.Next.Addr()
	}
	return file, server
}

// learn takes what a message and its answer say.
func (f *facts) learn(q *engine.Query, d *engine.Decision) {
	a, onPort := &d.Boot.Answer, q.Port == boot.PXEPort
	f.malformed = a.Notes&boot.NoteMalformedArch != 0 || d.Boot.Client.MalformedArch
	f.asked = f.asked || onPort
	if !onPort && q.Type == engine.Request {
		f.requested = true
	}
	switch d.Kind {
	case engine.Drop, engine.Nak:
		f.unanswered(d.Reason, onPort)
		return
	case engine.Offer:
		f.offered = true
		f.proxy = !onPort && d.IP == 0
	case engine.Ack:
		f.acked = f.acked || d.IP != 0
	}
	f.told = f.told || onPort
	f.dropped, f.refused, f.stage = "", engine.Reason(a.Reason), a.Stage
	f.sentOn = f.sentOn || a.Stage == boot.StagePort || a.Stage == boot.StageMenu
	file, server := toldBy(d)
	if file != f.file {
		f.tried, f.got, f.failed, f.detail = false, false, "", ""
	}
	f.file, f.server = file, server
	f.own = q.Link != nil && isOwn(q.Link.Frontend, file, server)
	f.loop = f.loop || a.Reason == boot.BootLoop
}

// unanswered takes why a message got no answer, or a NAK.
func (f *facts) unanswered(why engine.Reason, onPort bool) {
	switch {
	case why == engine.OtherServer || why == engine.OtherFrontend:
		f.other = true
	case why == engine.Reason(boot.AddressServers):
		f.proxy = true
	case saysNothing[boot.Reason(why)]:
		f.refused = why // as where there is an address to give with it
		f.loop = f.loop || why == engine.Reason(boot.BootLoop)
	case onPort:
		f.onPort = why
	default:
		f.dropped = why
	}
}

// saysNothing are the reasons for which a machine is given nothing to boot: on the PXE port, and where another server gives the
// addresses, such a message is not answered.
var saysNothing = map[boot.Reason]bool{
	boot.NoFileForArch: true, boot.NoArch: true, boot.MalformedArch: true, boot.NoURLForArch: true, boot.UnusableName: true,
	boot.NoScript: true, boot.NoHTTPInIPXE: true, boot.IPXEItself: true, boot.NetbootNever: true, boot.NetbootLocal: true,
	boot.NetbootDone: true, boot.BootLoop: true,
}
