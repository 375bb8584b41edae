package conformance_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// model knows what has been promised to whom, from nothing but the messages and their answers.
type model struct {
	s    *rules
	plan *engine.Plan
	held map[netip.Addr]promise // by DHCPACK
	kept map[netip.Addr]promise // by DHCPOFFER
}

type promise struct {
	who   string
	hw    string // of the client, which may be taken on the roll, or off it, while it has the address
	until time.Time
	// policy: what a definition gives is the machine's, whatever it calls itself.
	policy bool
}

// another reports whether somebody else was promised the address.
func (p promise) another(who, hw string, now time.Time) bool {
	return now.Before(p.until) && !p.same(who, hw)
}

// same reports whether a client is who was promised it, by whatever it was known then and is known now.
func (p promise) same(who, hw string) bool {
	enrolled := strings.HasPrefix(p.who, "reservation") || strings.HasPrefix(who, "reservation")
	return p.who == who || (enrolled || p.policy) && p.hw == hw
}

func newModel(s *rules, p *engine.Plan) *model {
	return &model{s: s, plan: p, held: map[netip.Addr]promise{}, kept: map[netip.Addr]promise{}}
}

// who is a client as far as an address goes: the machine that the address is reserved for, its hardware where the subnet
// goes by that, its client-id, its hardware.
func (m *model) who(q *query, a netip.Addr) string {
	o, hardware := q.parsed(), q.hardware()
	if r := m.reservation(a); r != nil && m.names(r, q) {
		return "reservation " + r.ID
	}
	if sub := m.plan.SubnetOf(engine.IPOf(a)); sub != nil && sub.ByHardware {
		return hardware
	}
	if cid := o[61]; len(cid) > 0 {
		return fmt.Sprintf("cid %x", cid)
	}
	return hardware
}

func (q *query) hardware() string {
	return fmt.Sprintf("hw %d %x", q.payload[1], q.payload[28:28+min(16, int(q.payload[2]))])
}

func (m *model) reservation(a netip.Addr) *engine.Reservation {
	return m.s.state.ReservationOf(engine.IPOf(a))
}

// names reports whether a reservation is the client's.
func (m *model) names(r *engine.Reservation, q *query) bool {
	switch r.Kind {
	case engine.ByHardware:
		return q.payload[1] == 1 && q.payload[2] == 6 && string(q.payload[28:34]) == r.Value
	case engine.ByClientID:
		return string(q.parsed()[61]) == r.Value
	}
	return true // by what a relay said, now or before: not followed here
}

// observe forgets offers to a client that goes on: it asks for something, or gives something back.
func (m *model) observe(q *query) {
	if len(q.payload) < 240 {
		return
	}
	for a, p := range m.kept {
		if p.same(m.who(q, a), q.hardware()) {
			delete(m.kept, a)
		}
	}
	for a, p := range m.held {
		o := q.parsed()
		back := netip.AddrFrom4([4]byte(q.payload[12:])) == a || bytes.Equal(o[50], a.AsSlice())
		leaves := len(o[53]) == 1 && (o[53][0] == 7 || o[53][0] == 4)
		if p.same(m.who(q, a), q.hardware()) && back && leaves {
			delete(m.held, a)
		}
	}
}

// judge says what is wrong with an answer, and takes note of what it promises.
func (m *model) judge(q *query, r *reply) (wrong []string) {
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if r.payload == nil {
		if r.reason == "" {
			bad("silence without a reason")
		}
		return wrong
	}
	a, err := read(r)
	if err != nil {
		return []string{fmt.Sprintf("malformed answer: %v: %x", err, r.payload)}
	}
	wrong = universal(q, a)
	asked := byte(0)
	if v := q.parsed()[53]; len(v) == 1 {
		asked = v[0]
	}
	if asked == 1 && a.kind != "offer" && (a.kind != "ack" || a.options[80] == nil) {
		bad("a DISCOVER was answered with %s", a.kind)
	}
	if to := a.dst.Addr(); to.IsMulticast() || to.IsLoopback() || to.IsUnspecified() || to == everybody.Addr() && !bytes.Equal(a.hw, broadcastHW) ||
		bytes.Equal(a.hw, broadcastHW) != (to == everybody.Addr()) || len(a.hw) == 6 && a.hw[0]&1 == 1 && !bytes.Equal(a.hw, broadcastHW) {
		bad("sent to %v at %x", a.dst, a.hw)
	}
	y := a.yiaddr()
	if y.IsUnspecified() || len(wrong) > 0 {
		return wrong
	}
	if asked == 8 || a.kind == "nak" {
		bad("%s to a message of type %d gives %v", a.kind, asked, y)
	}
	return append(wrong, m.promised(q, a, y)...)
}

// promised judges the address that an answer gives.
func (m *model) promised(q *query, a *answer, y netip.Addr) (wrong []string) {
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	ip, who := engine.IPOf(y), m.who(q, y)
	reserved := m.reservation(y)
	if m.plan.PoolOf(ip) == nil && reserved == nil {
		bad("%v is in no pool and not reserved", y)
	}
	if reserved != nil && !m.names(reserved, q) {
		bad("%v is reserved for %s", y, reserved.Identifier())
	}
	sub := m.plan.SubnetOf(ip)
	if sub == nil || !sub.Assignable(ip) || slices.ContainsFunc(m.s.front.Links, func(l *engine.Link) bool { return slices.Contains(l.IPs, ip) }) {
		bad("%v is no client's", y)
	}
	now, hw, policy := m.s.now, q.hardware(), m.s.policy != nil
	if p := m.held[y]; p.another(who, hw, now) {
		bad("%s of %v to %s; it is leased to %s for %v", a.kind, y, who, p.who, p.until.Sub(now))
	}
	if p := m.kept[y]; p.another(who, hw, now) {
		bad("%s of %v to %s; it is offered to %s for %v", a.kind, y, who, p.who, p.until.Sub(now))
	}
	if reserved != nil && reserved.Kind != engine.ByHardware && reserved.Kind != engine.ByClientID {
		return wrong
	}
	delete(m.kept, y)
	switch a.kind {
	case "offer":
		m.kept[y] = promise{who, hw, now.Add(59 * time.Second), policy}
	case "bootreply":
		m.moved(who, hw, sub)
		m.held[y] = promise{who, hw, now.Add(1000 * time.Hour), policy}
	case "ack":
		m.moved(who, hw, sub)
		m.held[y] = promise{who, hw, now.Add(time.Duration(seconds(a.options[byte(option.LeaseTime)])) * time.Second), policy}
	}
	return wrong
}

// moved forgets the other addresses of a client in a network: it has another one now.
func (m *model) moved(who, hw string, sub *engine.Subnet) {
	for a, p := range m.held {
		if s := m.plan.SubnetOf(engine.IPOf(a)); s != nil && sub != nil && s.Network == sub.Network && p.same(who, hw) {
			delete(m.held, a)
		}
	}
}

func seconds(v []byte) uint32 {
	if len(v) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(v)
}
