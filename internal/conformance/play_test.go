package conformance_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/conformance/firmware"
)

// server is what the steps of a case act upon. An error of any method means that the step could not be carried out; what
// the server made of it is in the results.
type server interface {
	// exchange sends a message; silent says that no reply is wanted. The reply is nil for silence, or has no payload but the
	// reason.
	exchange(q *query, silent bool) (*reply, error)
	// refused says how often the reason (or one of several, with | between them) was counted so far. It waits a while for that to be
	// more than some number: what asks a policy may be behind what came later.
	refused(reason string, than int) (int, error)
	// leftover returns replies that no step has taken.
	leftover() []*reply
	advance(d time.Duration) error
	setClock(by time.Duration) error
	reserve(r map[string]any, of string) error
	unreserve(address string) error
	reload(file []byte) error
	restart(how string) error
	lease(address string) (map[string]string, error)
	// told says how many events of a kind are in the log; want, if not nil, is how many the case expects.
	told(kind string, want *int) (int, error)
	tcp(from string, payload []byte) ([]*reply, error)
	abuse(listener string) error
	// boots carries out a Boot step.
	boots(what string) error
	close() error
}

// playable says why a runner cannot play the case, "" if it can.
func (c *kase) playable(runner string) string {
	switch {
	case c.Test != "":
		return "proven by " + c.Test
	case c.Only != "" && c.Only != runner:
		return c.Because
	case runner == "wire" && c.slow():
		return "more time passes than the wire waits"
	}
	return ""
}

// play carries a case out on a new server and returns what went wrong, line by line.
func (c *kase) play(start func(*kase, []byte) (server, error)) (wrong []string) {
	file, err := c.configuration()
	if err != nil {
		return []string{err.Error()}
	}
	if len(c.Refused) > 0 {
		return c.refusal(file)
	}
	srv, err := start(c, file)
	if err != nil {
		return []string{"start: " + err.Error()}
	}
	p := &player{
		kase: c, srv: srv, vars: map[string]string{"S": c.serverAddr().String()},
		boots: boots{machines: map[string]firmware.Model{}, told: map[string]map[string]string{}},
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		for _, w := range p.step(s) {
			wrong = append(wrong, fmt.Sprintf("step %d (%s): %s", i+1, s.title(), w))
		}
		if len(wrong) > 0 {
			break // what follows builds on it
		}
	}
	for _, r := range srv.leftover() {
		wrong = append(wrong, fmt.Sprintf("an answer that nobody asked for: %x", r.payload))
	}
	if err := srv.close(); err != nil {
		wrong = append(wrong, "end: "+err.Error())
	}
	return wrong
}

// refusal expects that the configuration is refused, in words that help.
func (c *kase) refusal(file []byte) (wrong []string) {
	_, _, err := c.rulesOf(file)
	errs := new(config.Errors)
	if !errors.As(err, &errs) {
		return []string{fmt.Sprintf("the configuration is accepted; want it refused for %q", c.Refused)}
	}
	for _, want := range c.Refused {
		if !strings.Contains(strings.ToLower(errs.Error()), strings.ToLower(want)) {
			wrong = append(wrong, fmt.Sprintf("want %q in the errors, got\n%v", want, errs))
		}
	}
	for _, e := range errs.List {
		if e.Line == 0 {
			wrong = append(wrong, fmt.Sprintf("no position: %v", e))
		}
	}
	return wrong
}

// serverAddr is the first address of the first link.
func (c *kase) serverAddr() netip.Addr {
	p, _ := netip.ParsePrefix(c.Links["eth1"][0])
	return p.Addr()
}

func (s *step) title() string {
	switch {
	case s.Send != "":
		return s.Send
	case s.Advance != 0:
		return "advance " + s.Advance.String()
	case s.Clock != 0:
		return "clock " + s.Clock.String()
	case s.Reserve != nil:
		return fmt.Sprint("reserve ", s.Reserve)
	case s.Unreserve != "":
		return "unreserve " + s.Unreserve
	case s.Reload != nil:
		return "reload"
	case s.Restart != "":
		return "restart " + s.Restart
	case s.Lease != "":
		return "lease " + s.Lease
	case s.Boot != "":
		return "boot " + s.Boot
	case s.TCP != "":
		return "tcp " + s.TCP
	case s.Abuse != "":
		return "abuse " + s.Abuse
	}
	return "event " + s.Event
}

// player is the state of one case under way.
type player struct {
	*kase
	srv  server
	vars map[string]string
	xid  uint32
	last uint32 // xid of the last message, for $xid
	over []change
	boots
}

// expand replaces $name by what was kept under it.
func (p *player) expand(text string) string {
	names := make([]string, 0, len(p.vars))
	for n := range p.vars {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, n := range names {
		text = strings.ReplaceAll(text, "$"+n, p.vars[n])
	}
	return text
}

func (p *player) step(s *step) []string {
	failed := func(err error) []string {
		if err == nil {
			return nil
		}
		return []string{err.Error()}
	}
	switch {
	case s.Send != "":
		for i := range max(s.Repeat, 1) {
			p.vars["i"] = fmt.Sprintf("%02x", i+1)
			if wrong := p.send(s); len(wrong) > 0 {
				return wrong
			}
		}
		return nil
	case s.Advance != 0:
		return failed(p.srv.advance(s.Advance))
	case s.Clock != 0:
		return failed(p.srv.setClock(s.Clock))
	case s.Reserve != nil:
		return failed(p.srv.reserve(s.Reserve, s.Of))
	case s.Unreserve != "":
		return failed(p.srv.unreserve(p.expand(s.Unreserve)))
	case s.Reload != nil:
		p.over = append(p.over, *s.Reload)
		file, err := p.configuration(p.over...)
		if err != nil {
			return failed(err)
		}
		return failed(p.srv.reload(file))
	case s.Restart != "":
		return failed(p.srv.restart(s.Restart))
	case s.Lease != "":
		return p.lease(p.expand(s.Lease))
	case s.Event != "":
		n, err := p.srv.told(s.Event, s.Count)
		switch {
		case err != nil:
		case s.Count == nil && n == 0:
			err = fmt.Errorf("no such event in the log")
		case s.Count != nil && n != *s.Count:
			err = fmt.Errorf("%d such events in the log, want %d", n, *s.Count)
		}
		return failed(err)
	case s.Boot != "":
		return failed(p.srv.boots(p.expand(s.Boot)))
	case s.TCP != "":
		return p.stream(s)
	case s.Abuse != "":
		return failed(p.srv.abuse(s.Abuse))
	}
	return []string{"the step does nothing"}
}

// send sends the message of a step and holds what comes back against what it wants.
func (p *player) send(s *step) []string {
	p.xid++
	p.vars["xid"] = fmt.Sprintf("%#x", p.last)
	q, err := build(p.expand(s.Send), 0x10000+p.xid, p.serverAddr())
	if err != nil {
		return []string{err.Error()}
	}
	p.last = q.xid
	before := 0
	if s.Why != "" {
		if before, err = p.srv.refused(s.Why, -1); err != nil {
			return []string{err.Error()}
		}
	}
	kinds, _, _ := strings.Cut(s.Want+" ", " ")
	r, err := p.srv.exchange(q, s.Want == "" || strings.Contains(kinds, "silence"))
	if err != nil {
		return []string{err.Error()}
	}
	var a *answer
	if r != nil && r.payload != nil {
		if a, err = read(r); err != nil {
			return []string{fmt.Sprintf("malformed answer: %v\n%x", err, r.payload)}
		}
	}
	want, unfit := p.judge(q, a, p.expand(s.Beside), p.expand(s.Want))
	wrong := append(mismatch(want, a, q, p.vars), unfit...)
	if a != nil {
		wrong = append(wrong, universal(q, a)...)
	}
	if s.Why != "" {
		after, err := p.srv.refused(s.Why, before)
		if err != nil {
			wrong = append(wrong, err.Error())
		} else if after <= before {
			wrong = append(wrong, fmt.Sprintf("reason %s was not counted", s.Why))
		}
	}
	if len(wrong) > 0 && r != nil && r.reason != "" {
		wrong = append(wrong, "the server's reason: "+r.reason)
	}
	return wrong
}

// lease holds what the server says of an address against the words of a step.
func (p *player) lease(line string) (wrong []string) {
	list := words(line)
	have, err := p.srv.lease(list[0])
	if err != nil {
		return []string{err.Error()}
	}
	for _, w := range list[1:] {
		key, want, _ := strings.Cut(w, "=")
		if got := have[key]; got != machine(strings.Trim(want, "'")) {
			wrong = append(wrong, fmt.Sprintf("want %s, got %q", w, got))
		}
	}
	return wrong
}

// stream sends a message (or octets, after hex:) over TCP; want lists what comes back, with ; between the messages. It is
// silence if the server says nothing or hangs up, and refused if nobody listens.
func (p *player) stream(s *step) (wrong []string) {
	line := p.expand(s.TCP)
	q := &query{payload: make([]byte, 240)}
	var b []byte
	var err error
	if strings.HasPrefix(line, "hex:") {
		b, err = octets(0, line)
	} else if q, err = build(line, 0x20000, p.serverAddr()); err == nil {
		b = append(binary.BigEndian.AppendUint16(nil, uint16(len(q.payload))), q.payload...)
	}
	if err != nil {
		return []string{err.Error()}
	}
	replies, err := p.srv.tcp(p.expand(s.From), b)
	switch refused := errors.Is(err, syscall.ECONNREFUSED); {
	case refused && s.Want == "refused":
		return nil
	case err != nil:
		return []string{err.Error()}
	}
	wants := strings.Split(p.expand(s.Want), ";")
	for i := range max(len(wants), len(replies)) {
		var a *answer
		want := "silence"
		if i < len(replies) {
			if a, err = read(replies[i]); err != nil {
				return append(wrong, fmt.Sprintf("message %d is malformed: %v: %x", i+1, err, replies[i].payload))
			}
			if q.xid != 0 {
				wrong = append(wrong, universal(q, a)...)
			}
		}
		if i < len(wants) {
			want = wants[i]
		}
		for _, w := range mismatch(want, a, q, p.vars) {
			wrong = append(wrong, fmt.Sprintf("message %d: %s", i+1, w))
		}
	}
	return wrong
}
