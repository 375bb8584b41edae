package conformance_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// FuzzServer sends whatever it likes to a server on which everything is switched on, and holds the answers to what is true
// of all of them (universal), and to the promises made by those before (model).
//
// The input is a list of records: an octet that says what to do, one or two for the length, and so many octets. The low
// bits of the first octet choose: a message as it stands, one composed of a few octets (so that the fuzzer finds
// conversations and not only messages), or time.
func FuzzServer(f *testing.F) {
	for _, seed := range conversations(f) {
		f.Add(seed)
	}
	everything := &kase{
		Name: "fuzz/server", Config: "everything",
		Links: map[string][]string{"eth1": {"192.168.50.12/28", "192.168.51.12/28"}, "eth2": {"10.0.0.12/28"}},
	}
	file, err := everything.configuration()
	if err != nil {
		f.Fatal(err)
	}
	p, err := planOf(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		s, err := newRules(everything, p)
		if err != nil {
			t.Fatal(err)
		}
		m := newModel(s, p)
		for range 100 {
			kind, body, rest, ok := record(input)
			if !ok {
				break
			}
			input = rest
			if kind&3 == 3 {
				d := time.Duration(min(len(body), 64)) * 7 * time.Second
				if err := s.advance(d); err != nil {
					t.Fatal(err)
				}
				continue
			}
			q := message(kind, body)
			m.observe(q)
			r, err := s.exchange(q, false)
			if err != nil {
				t.Fatalf("%x: %v", q.payload, err)
			}
			for _, wrong := range m.judge(q, r) {
				t.Errorf("%x\nfrom %v to %v on %s: %s", q.payload, q.src, q.dst, q.link, wrong)
			}
			if t.Failed() {
				return
			}
		}
	})
}

// record splits the first record off an input.
func record(input []byte) (kind byte, body, rest []byte, ok bool) {
	if len(input) < 3 {
		return 0, nil, nil, false
	}
	kind, n := input[0], int(binary.BigEndian.Uint16(input[1:]))
	rest = input[3:]
	n = min(n, len(rest))
	return kind, rest[:n], rest[n:], true
}

// Addresses that composed messages speak of, by index; the rest is none.
var spoken = []string{
	"0.0.0.0", "192.168.50.1", "192.168.50.2", "192.168.50.3", "192.168.50.4", "192.168.50.5", "192.168.50.7", "192.168.50.8",
	"192.168.50.10", "192.168.50.12", "192.168.50.15", "192.168.51.0", "192.168.51.1", "192.168.51.3", "192.168.51.12",
	"10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.9", "10.0.0.12", "10.20.0.1", "192.168.50.254", "172.16.0.1", "255.255.255.255",
}

var typesSpoken = []byte{1, 1, 1, 3, 3, 3, 4, 7, 8, 10, 0}

// message makes the message of a record.
func message(kind byte, body []byte) *query {
	q := &query{payload: bytes.Clone(body), link: "eth1", src: nobody, dst: everybody, frame: map[string]string{}}
	if kind&3 != 0 {
		q.payload = composed(body)
	}
	server := netip.MustParseAddr("192.168.50.12")
	if kind&4 != 0 {
		q.link, server = "eth2", netip.MustParseAddr("10.0.0.12")
	}
	var giaddr netip.Addr
	if len(q.payload) >= 28 {
		giaddr = netip.AddrFrom4([4]byte(q.payload[24:]))
	}
	switch {
	case giaddr.IsValid() && !giaddr.IsUnspecified():
		q.src, q.dst = netip.AddrPortFrom(giaddr, 67), netip.AddrPortFrom(server, 67)
		if kind&16 != 0 {
			q.src = netip.AddrPortFrom(giaddr, 1067)
		}
	case kind&8 != 0:
		q.dst = netip.AddrPortFrom(server, 67)
	}
	return q
}

// composed makes a message of a few octets: type, client, ciaddr, 50, 54, giaddr, flags, xid, and options as they are.
func composed(b []byte) []byte {
	at := func(i int) byte {
		if i < len(b) {
			return b[i]
		}
		return 0
	}
	h := make([]byte, 240)
	h[0], h[1], h[2] = 1, 1, 6
	h[7] = at(7)
	h[10] = at(6) & 0x80
	h[28], h[33] = 2, at(1)&15
	address := func(n byte) []byte { return netip.MustParseAddr(spoken[int(n)%len(spoken)]).AsSlice() }
	copy(h[12:], address(at(2)))
	copy(h[24:], address(at(5)))
	copy(h[236:], []byte{99, 130, 83, 99})
	if t := typesSpoken[int(at(0))%len(typesSpoken)]; t != 0 {
		h = append(h, 53, 1, t)
	}
	if at(3)%byte(len(spoken)) != 0 {
		h = append(append(h, 50, 4), address(at(3))...)
	}
	if at(4)%byte(len(spoken)) != 0 {
		h = append(append(h, 54, 4), address(at(4))...)
	}
	if c := at(1) >> 4; c&1 != 0 { // a client-id of its own, of three that there are
		h = append(h, 61, 2, 0, 0xc0+c>>1&3)
	}
	if len(b) > 8 {
		h = append(h, b[8:]...)
	}
	return append(h, 255)
}

// conversations are the messages of every case, as an input of the fuzzer; and some of composed ones.
func conversations(f *testing.F) (seeds [][]byte) {
	groups, err := table()
	if err != nil {
		f.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if len(c.Refused) > 0 || c.playable("rules") != "" {
				continue
			}
			rec := new(recorder)
			c.play(func(c *kase, file []byte) (server, error) {
				s, err := startRules(c, file)
				rec.server = s
				return rec, err
			})
			seeds = append(seeds, rec.input)
		}
	}
	c := func(b ...byte) []byte { return append([]byte{1, 0, byte(len(b))}, b...) }
	far := func(b ...byte) []byte { return append([]byte{5, 0, byte(len(b))}, b...) }
	wait := []byte{3, 0, 16}
	wait = append(wait, make([]byte, 16)...)
	return append(seeds,
		slices.Concat(c(0, 4), c(3, 4, 0, 1, 9), c(0, 5, 0, 1), c(3, 5, 0, 1, 9), c(3, 4, 1), wait, c(3, 5, 1), c(7, 4, 1), c(0, 5, 0, 1)),
		slices.Concat(c(0, 1), c(3, 4, 0, 3, 9), c(3, 1, 0, 3, 9), c(6, 1, 0, 3, 9), c(0, 1), wait, wait, c(0, 1)),
		slices.Concat(far(0, 0x13), far(3, 0x13, 0, 16, 20), far(3, 0x13, 16), far(0, 0x14), c(9, 0x13, 0, 0, 0, 15)),
		slices.Concat(c(0, 4, 0, 0, 0, 0, 0, 1, 80, 0), c(0, 5, 0, 0, 0, 0, 0, 1, 80, 0), c(10, 6), c(10, 6), wait, c(10, 7), c(8, 4, 1)),
		slices.Concat(c(0, 0x14), c(3, 0x14, 0, 1, 9), c(0, 0x34), c(3, 0x34, 0, 2, 9), c(0, 0x54), c(3, 0x54, 0, 4, 9), c(0, 4)),
	)
}

// recorder plays a case on the rules and keeps what was sent.
type recorder struct {
	server
	input    []byte
	payloads [][]byte
}

func (r *recorder) exchange(q *query, silent bool) (*reply, error) {
	r.payloads = append(r.payloads, q.payload)
	if len(q.payload) < 1<<15 {
		kind := byte(0)
		if q.link == "eth2" {
			kind |= 4
		}
		if q.dst != everybody {
			kind |= 8
		}
		r.input = append(binary.BigEndian.AppendUint16(append(r.input, kind), uint16(len(q.payload))), q.payload...)
	}
	return r.server.exchange(q, silent)
}

func (r *recorder) advance(d time.Duration) error {
	n := min(int(d/(7*time.Second))+1, 600)
	r.input = append(binary.BigEndian.AppendUint16(append(r.input, 3), uint16(n)), make([]byte, n)...)
	return r.server.advance(d)
}

// model knows what has been promised to whom, from nothing but the messages and their answers.
type model struct {
	s    *rules
	plan *engine.Plan
	held map[netip.Addr]promise // by DHCPACK
	kept map[netip.Addr]promise // by DHCPOFFER
}

type promise struct {
	who   string
	until time.Time
}

func newModel(s *rules, p *engine.Plan) *model {
	return &model{s: s, plan: p, held: map[netip.Addr]promise{}, kept: map[netip.Addr]promise{}}
}

// who is a client as far as an address goes: the machine that the address is reserved for, its hardware where the subnet
// goes by that, its client-id, its hardware.
func (m *model) who(q *query, a netip.Addr) string {
	o := q.parsed()
	hardware := fmt.Sprintf("hw %d %x", q.payload[1], q.payload[28:28+min(16, int(q.payload[2]))])
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

func (m *model) reservation(a netip.Addr) *engine.Reservation {
	for _, r := range m.plan.Roll {
		if r.IP == engine.IPOf(a) {
			return r
		}
	}
	return nil
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
		if p.who == m.who(q, a) {
			delete(m.kept, a)
		}
	}
	for a, p := range m.held {
		o := q.parsed()
		back := netip.AddrFrom4([4]byte(q.payload[12:])) == a || bytes.Equal(o[50], a.AsSlice())
		leaves := len(o[53]) == 1 && (o[53][0] == 7 || o[53][0] == 4)
		if p.who == m.who(q, a) && back && leaves {
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
	now := m.s.now
	if p, ok := m.held[y]; ok && p.who != who && now.Before(p.until) {
		bad("%s of %v to %s; it is leased to %s for %v", a.kind, y, who, p.who, p.until.Sub(now))
	}
	if p, ok := m.kept[y]; ok && p.who != who && now.Before(p.until) {
		bad("%s of %v to %s; it is offered to %s for %v", a.kind, y, who, p.who, p.until.Sub(now))
	}
	if reserved != nil && reserved.Kind != engine.ByHardware && reserved.Kind != engine.ByClientID {
		return wrong
	}
	delete(m.kept, y)
	switch a.kind {
	case "offer":
		m.kept[y] = promise{who, now.Add(59 * time.Second)}
	case "bootreply":
		m.moved(who, sub)
		m.held[y] = promise{who, now.Add(1000 * time.Hour)}
	case "ack":
		m.moved(who, sub)
		m.held[y] = promise{who, now.Add(time.Duration(seconds(a.options[byte(option.LeaseTime)])) * time.Second)}
	}
	return wrong
}

// moved forgets the other addresses of a client in a network: it has another one now.
func (m *model) moved(who string, sub *engine.Subnet) {
	for a, p := range m.held {
		if s := m.plan.SubnetOf(engine.IPOf(a)); s != nil && sub != nil && s.Network == sub.Network && p.who == who {
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
