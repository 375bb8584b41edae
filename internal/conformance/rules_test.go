package conformance_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/frontend/packet"
	"rollcall/internal/config"
	"rollcall/leased/engine"
	"rollcall/leased/plan"
	"rollcall/leased/policy"
)

// rules is a server without process and socket: the codec and the engine, and a disk that is a map.
type rules struct {
	kase   *kase
	state  *engine.State
	front  *engine.Frontend
	links  map[string]*engine.Link
	now    time.Time
	policy *policy.Policy // nil for none
	// explains: each decision is held against what explain would say.
	explains bool
	// httpPort is that of the frontend's files, 0 for none.
	httpPort uint16

	message  packet.Message
	disk     map[engine.IP]*engine.Lease
	roll     map[string]*engine.Reservation
	done     map[engine.HW]*engine.BootState
	events   map[string]int
	counts   map[string]int
	occupied map[engine.IP]engine.HW
	ids      int
}

func startRules(c *kase, file []byte) (server, error) {
	p, asked, err := c.rulesOf(file)
	if err != nil {
		return nil, err
	}
	s, err := newRules(c, p)
	if err == nil {
		s.policy, s.explains = asked, true
		s.httpPort, err = filesPort(file)
		s.front.HTTPPort = s.httpPort
	}
	return s, err
}

// filesPort is the port at which the frontend of a configuration serves files by HTTP, 0 for none. Cases have it listen at one.
func filesPort(file []byte) (uint16, error) {
	cfg, err := config.Parse("rollcall.yaml", file)
	if err != nil || cfg.Frontend == nil || cfg.Frontend.Assets == nil || len(cfg.Frontend.Assets.HTTP) == 0 {
		return 0, err
	}
	_, port, err := net.SplitHostPort(cfg.Frontend.Assets.HTTP[0])
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return uint16(n), err
}

func newRules(c *kase, p *engine.Plan) (*rules, error) {
	s := &rules{
		kase: c, now: time.Unix(1_800_000_000, 0), disk: map[engine.IP]*engine.Lease{}, roll: map[string]*engine.Reservation{},
		done:   map[engine.HW]*engine.BootState{},
		events: map[string]int{}, counts: map[string]int{}, occupied: map[engine.IP]engine.HW{},
	}
	for ip, hw := range c.Occupied {
		if strings.HasSuffix(hw, " late") { // as good as nobody
			continue
		}
		mac, err := net.ParseMAC(machine(hw))
		if err != nil {
			return nil, err
		}
		s.occupied[engine.IPOf(netip.MustParseAddr(ip))] = engine.HWOf(1, mac)
	}
	return s, s.boot(p)
}

// planOf makes a plan of a configuration file. Nobody listens anywhere: its endpoints are the defaults.
func planOf(file []byte) (*engine.Plan, error) {
	cfg, err := config.Parse("rollcall.yaml", file)
	if err != nil {
		return nil, err
	}
	return plan.Of(cfg.Leased), nil
}

// boot makes a state of the disk, as after a start.
func (s *rules) boot(p *engine.Plan) error {
	s.state = engine.NewState(p)
	for _, ip := range slices.Sorted(maps.Keys(s.disk)) {
		s.state.Load(s.disk[ip])
	}
	s.state.Loaded()
	for _, b := range s.done {
		s.state.LoadBoot(b)
	}
	for _, r := range slices.SortedFunc(maps.Values(s.roll), engine.CompareReservations) {
		s.state.Restore(r)
	}
	s.front, s.links = &engine.Frontend{Name: "gate", HTTPPort: s.httpPort}, map[string]*engine.Link{}
	for name, addrs := range s.kase.Links {
		l := &engine.Link{Frontend: s.front, Name: name, Up: true}
		for _, a := range addrs {
			l.IPs = append(l.IPs, engine.IPOf(netip.MustParsePrefix(a).Addr()))
		}
		s.front.Links = append(s.front.Links, l)
		s.links[name] = l
	}
	s.state.AddFrontend(s.front)
	s.attach()
	return s.state.Check()
}

// attach says that every subnet with an address of ours can be reached by ARP.
func (s *rules) attach() {
	for _, sub := range s.state.Plan().Subnets {
		for _, l := range s.front.Links {
			s.state.SetAttached(sub, slices.ContainsFunc(l.IPs, sub.Contains))
		}
	}
}

func (s *rules) exchange(q *query, _ bool) (*reply, error) {
	b := slices.Clone(q.payload)
	if reason := s.message.Parse(b); reason != packet.OK {
		s.counts[reason.String()]++
		return &reply{reason: reason.String()}, nil
	}
	link := s.links[q.link]
	if link == nil {
		return nil, fmt.Errorf("no link %s", q.link)
	}
	eq := s.query(q, link)
	s.filter(eq)
	if reason, told := s.state.Admit(eq, s.now); reason != "" {
		s.counts[string(reason)]++
		if told != nil {
			s.commit(&engine.Commit{Events: []*engine.Event{told}})
		}
		return &reply{reason: string(reason)}, nil
	}
	d, err := s.decide(eq)
	if err != nil {
		return nil, err
	}
	r := s.encode(q, &d)
	clear(b) // nothing may hold on to it
	return r, s.state.Check()
}

// query is what leased is told of a message.
func (s *rules) query(q *query, link *engine.Link) *engine.Query {
	m := &s.message
	eq := &engine.Query{
		Link: link, Port: q.dst.Port(), Type: engine.MessageType(m.Type), XID: m.XID, Flags: m.Flags,
		CIAddr: engine.IPOf(m.CIAddr), GIAddr: engine.IPOf(m.GIAddr), HW: engine.HWOf(m.HType, m.HardwareAddr()),
		Options: m.AppendOptions(nil), Destination: engine.IPOf(q.dst.Addr()), Source: engine.IPOf(q.src.Addr()),
		Secs: m.Secs, Hops: m.Hops, YIAddr: engine.IPOf(m.YIAddr), SIAddr: engine.IPOf(m.SIAddr),
		ServerName: bytes.Clone(m.ServerName()), File: bytes.Clone(m.File()),
	}
	eq.Index()
	return eq
}

// decide decides upon a message and puts that into effect, asking the network where the rules want it.
func (s *rules) decide(q *engine.Query) (engine.Decision, error) {
	for range 100 {
		d, err := s.consult(q)
		if err == nil && s.explains {
			err = s.explained(q, &d)
		}
		if err != nil {
			return d, err
		}
		s.state.Apply(q, &d, s.now.Unix())
		s.commit(&d.Commit)
		if d.Reason != "" {
			s.counts[string(d.Reason)]++
		} else if d.Boot != nil && d.Boot.Answer.Reason != "" { // an answer with nothing to boot
			s.counts[string(d.Boot.Answer.Reason)]++
		}
		if _, sits := s.occupied[d.Verify]; d.Verify != 0 && !sits {
			c := s.state.Unverified(d.Verify, s.now)
			s.state.Put(&c)
			s.commit(&c)
		}
		if d.Kind != engine.Probe {
			return d, nil
		}
		if hw, sits := s.occupied[d.IP]; sits && hw != q.HW {
			c := s.state.Conflict(d.IP, hw, s.now)
			s.state.Put(&c)
			s.commit(&c)
		} else {
			s.state.Checked(d.IP, s.now)
		}
	}
	return engine.Decision{}, errors.New("the rules go on probing")
}

// commit writes to the disk.
func (s *rules) commit(c *engine.Commit) {
	for _, l := range c.Leases {
		s.disk[l.IP] = l
	}
	for _, r := range c.Put {
		s.roll[r.ID] = r
	}
	for _, id := range c.Delete {
		delete(s.roll, id)
	}
	for _, b := range c.Boots {
		s.done[b.HW] = b
	}
	for _, e := range c.Events {
		s.tell(e)
	}
}

// encode makes the reply of a decision and says where it goes.
func (s *rules) encode(q *query, d *engine.Decision) *reply {
	r := packet.Reply{
		YIAddr: d.IP.Addr(), SIAddr: d.Next.Addr(), ServerName: d.ServerName, File: d.File, Options: d.Options,
		OmitClientID: d.OmitClientID, CIAddr: d.CIAddr.Addr(), HType: d.Holder.Type, HardwareAddr: d.Holder.Octets[:d.Holder.Len],
		Broadcast: d.Broadcast, Boot: d.Boot != nil,
	}
	switch d.Kind {
	case engine.Offer:
		r.Type = packet.Offer
		if q.dst.Port() != packet.ServerPort && d.IP == 0 {
			r.CIAddr = s.message.CIAddr
		}
	case engine.Ack:
		r.Type, r.CIAddr = packet.Ack, s.message.CIAddr
		if s.message.Type == packet.BOOTP {
			r.Type = packet.BOOTP
		}
	case engine.Nak:
		r.Type, r.YIAddr, r.SIAddr = packet.Nak, netip.Addr{}, netip.Addr{}
	case engine.LeaseUnassigned:
		r.Type = packet.LeaseUnassigned
	case engine.LeaseUnknown:
		r.Type = packet.LeaseUnknown
	case engine.LeaseActive:
		r.Type = packet.LeaseActive
	default:
		return &reply{reason: string(d.Reason)}
	}
	payload, _ := packet.AppendReply(nil, &s.message, &r)
	dest := packet.ReplyTo(&s.message, &r, q.src)
	if q.dst.Port() != packet.ServerPort {
		dest = packet.ReplyToProxy(&s.message, &r, q.src)
	}
	out := &reply{payload: payload, src: netip.AddrPortFrom(s.kase.serverAddr(), q.dst.Port()), dst: dest.IP, reason: string(d.Reason)}
	if dest.Kind == packet.L2Unicast || dest.Kind == packet.L2Broadcast {
		out.hw = dest.HW[:]
	}
	return out
}

func (s *rules) refused(reasons string, _ int) (n int, err error) {
	for _, r := range strings.Split(reasons, "|") {
		n += s.counts[r]
	}
	return n, nil
}

func (s *rules) leftover() []*reply { return nil }
func (s *rules) close() error       { return s.state.Check() }
