package engine_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/event"
	"rollcall/leased/engine"
)

var modelSeed = flag.Uint64("model.seed", 0, "seed of TestModel; 0 takes a new one")

// TestModel lets forty clients, operators and time do as they please, and holds the state to what must be true whatever they do:
//
//   - an address promised by an ACK is nobody else's until the promise ends (world.checkAck);
//   - a reserved address goes to its machine alone, network and broadcast addresses to nobody (world.checkAnswer);
//   - the commits, replayed, give the leases of the state, each with the next revision (world.commit, world.check);
//   - a client has one active lease in a network;
//   - the events, replayed, say which addresses are leased.
func TestModel(t *testing.T) {
	seeds, steps := 6, 4000
	if testing.Short() {
		seeds = 1
	}
	first := *modelSeed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	} else {
		seeds = 1
	}
	for i := range seeds {
		seed := first + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { newModel(t, seed).run(steps) })
	}
}

type model struct {
	*script
	rnd     *rand.Rand
	links   []string
	offered map[string]engine.IP
	leased  map[string]engine.IP
	history []string
	held    map[engine.IP]bool // what the events say
	heard   int
}

func newModel(t *testing.T, seed uint64) *model {
	p := planning{set: func(s *engine.Settings) {
		s.Authoritative = seed%2 == 0
		s.RenewedEvents = true
		s.QuarantinePerClient = 2
	}}
	m := &model{
		script: &script{newWorld(t, p), p}, rnd: rand.New(rand.NewPCG(seed, 0)), offered: map[string]engine.IP{},
		leased: map[string]engine.IP{}, held: map[engine.IP]bool{},
		links: []string{"on=eth1", "on=eth1", "on=eth1", "on=eth2", "on=eth3", "on=eth6", "via=10.30.0.1", "via=10.31.0.1"},
	}
	return m
}

func (m *model) run(steps int) {
	for range steps {
		line := m.next()
		m.history = append(m.history, line)
		m.where = line
		m.told = nil
		out := m.step(strings.Fields(line))
		m.history[len(m.history)-1] += " -> " + out
		m.learn(strings.Fields(line), strings.Fields(out))
		m.verify()
		if m.t.Failed() {
			m.t.Fatalf("seed %s; the last steps:\n%s", m.t.Name(), strings.Join(m.history[max(0, len(m.history)-40):], "\n"))
		}
	}
}

// next makes up a step.
func (m *model) next() string {
	client := fmt.Sprintf("c%d", m.rnd.IntN(30))
	if n := m.rnd.IntN(4); n > 1 {
		client += fmt.Sprintf("/id%s%d", client, n) // some machines boot in stages
	}
	// A machine stays where it is, most of the time.
	link := m.links[int(client[1])%len(m.links)]
	if m.rnd.IntN(20) == 0 {
		link = m.links[m.rnd.IntN(len(m.links))]
	}
	mine := m.leased[client]
	if mine == 0 || m.rnd.IntN(15) == 0 {
		mine = m.anyIP()
	}
	offered := m.offered[client]
	if offered == 0 {
		offered = mine
	}
	xid := ""
	if m.rnd.IntN(3) == 0 {
		xid = " xid=5"
	}
	switch n := m.rnd.IntN(100); {
	case n < 18:
		return client + " discover " + link
	case n < 21:
		return fmt.Sprintf("%s discover %v %s", client, m.anyIP(), link)
	case n < 42:
		return fmt.Sprintf("%s select %v %s%s", client, offered, link, xid)
	case n < 44:
		return fmt.Sprintf("%s select %v %s server=10.99.0.99", client, offered, link)
	case n < 49:
		return fmt.Sprintf("%s reboot %v %s", client, mine, link)
	case n < 60:
		return fmt.Sprintf("%s renew %v %s%s", client, mine, link, xid)
	case n < 65:
		return fmt.Sprintf("%s rebind %v %s", client, mine, link)
	case n < 68:
		return fmt.Sprintf("%s release %v %s", client, mine, link)
	case n < 71:
		return fmt.Sprintf("%s decline %v %s", client, offered, link)
	case n < 72:
		return fmt.Sprintf("%s inform %v %s", client, mine, link)
	case n < 80:
		return fmt.Sprintf("+%ds", 1+m.rnd.IntN(40))
	case n < 82:
		return fmt.Sprintf("+%ds", 1+m.rnd.IntN(1000))
	case n < 84:
		return fmt.Sprintf("later %ds", 1+m.rnd.IntN(200))
	case n < 85:
		return fmt.Sprintf("shift %ds", m.rnd.IntN(20000)-10000)
	case n < 90:
		machine, _, _ := strings.Cut(client, "/")
		sub := m.s.Plan().Subnets[m.rnd.IntN(len(m.s.Plan().Subnets))]
		to := "-"
		if a := m.anyIP(); m.rnd.IntN(3) > 0 {
			to = a.String()
			if s := m.s.Plan().SubnetOf(a); s != nil {
				sub = s
			}
		}
		return fmt.Sprintf("reserve %s %s %s", machine, sub.Ref, to)
	case n < 92:
		return fmt.Sprintf("unreserve %d", 1+m.rnd.IntN(m.ids+1))
	case n < 93 && m.s.Reservation(fmt.Sprint(m.ids)) != nil:
		machine, _, _ := strings.Cut(client, "/")
		return fmt.Sprintf("change %d %s", m.ids, machine)
	case n < 94:
		machine, _, _ := strings.Cut(client, "/")
		return fmt.Sprintf("found %v %s", m.anyIP(), machine)
	case n < 95:
		return fmt.Sprintf("unverified %v", m.anyIP())
	case n < 96:
		q := m.s.Quarantined(m.now.Unix())
		slices.SortFunc(q, func(a, b *engine.Lease) int { return int(a.IP) - int(b.IP) })
		if len(q) > 0 {
			return fmt.Sprintf("clear %v", q[0].IP)
		}
	case n < 97:
		return "restart"
	case n < 98:
		return "replan"
	}
	return client + " discover " + link
}

func (m *model) anyIP() engine.IP {
	bases := []string{"10.99.0.48", "10.99.0.50", "10.99.0.50", "10.30.0.9", "10.31.0.9", "10.40.0.10", "10.50.0.9", "10.80.0.99",
		"10.20.0.0", "10.80.0.255", "10.60.0.10", "192.0.2.1"}
	return ip(bases[m.rnd.IntN(len(bases))]) + engine.IP(m.rnd.IntN(9))
}

func (m *model) learn(step, out []string) {
	if len(out) == 0 {
		return
	}
	client := step[0]
	switch out[0] {
	case "OFFER":
		m.offered[client] = ip(out[1])
	case "ACK":
		if len(out) > 1 {
			m.leased[client] = ip(out[1])
			delete(m.offered, client)
		}
	case "NAK":
		delete(m.leased, client)
		delete(m.offered, client)
	}
}

func (m *model) verify() {
	type holder struct {
		network string
		id      engine.Identity
	}
	has := map[holder]engine.IP{}
	for ip, l := range m.disk {
		if !l.Holds(m.now.Unix()) || l.FoundByARP {
			continue
		}
		h := holder{m.s.Plan().SubnetOf(ip).Network.Name, l.Identity()}
		if other := has[h]; other != 0 {
			m.errorf("client %q has %v and %v in %s", h.id, ip, other, h.network)
		}
		has[h] = ip
	}
	for ; m.heard < len(m.all); m.heard++ {
		switch e := m.all[m.heard]; e.Kind {
		case event.LeaseGranted:
			if m.held[e.IP] {
				m.errorf("%v is granted, and nothing told that its last lease ended", e.IP)
			}
			m.held[e.IP] = true
			delete(m.held, e.Previous)
		case event.LeaseRenewed:
			if !m.held[e.IP] {
				m.errorf("%v is renewed, and nothing told that it was granted", e.IP)
			}
		case event.LeaseReleased, event.LeaseExpired, event.AddressDeclined:
			delete(m.held, e.IP)
		case event.AddressConflict:
			if e.Reason != engine.ReasonLeasedToAnother { // else its holder keeps it
				delete(m.held, e.IP)
			}
		}
	}
	for ip, l := range m.disk {
		if leased := l.State == engine.Active && !l.FoundByARP; leased != m.held[ip] {
			m.errorf("%v is %v, the events say that it is leased: %v", ip, l.State, m.held[ip])
		}
	}
}
