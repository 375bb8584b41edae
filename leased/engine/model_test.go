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

// modelFile has about the addresses of the plan of the tests, and every rule that may be configured.
const modelFile = `
  authoritative: true
  rapid_commit: true
  bootp: true
  offer_time: 30s
  quarantine: {per_client: 2, max: 1h}
  events: {renewed: true}
  limits: {leases_per_client: 2, leases_per_circuit: 3}
  lease: {time: 600s, min: 30s, max: 2h, reuse: 25%, affinity: 5m}
  shared_networks:
    - {name: floor, server_id: 10.99.0.52}
  boot:
    files: {bios: undionly.kpxe, uefi-x64: "{mac}/ipxe.efi"}
    ipxe: "http://10.99.0.1/{hostname}.ipxe"
    menu: {prompt: Boot, items: [{type: 1, text: Installer, file: install.efi}, {type: 0, text: Disk}]}
    style: plain
    pxe_port_mode: pxe
  classes:
    - {name: phones, match: {vendor_class: "phone*"}, options: {ntp-servers: 10.0.0.1}, boot: {file: phone.0}}
    - {name: line, match: {circuit_id: "c1*"}, options: {option-224: "hex:01"}}
    - {name: staff}
    - {name: banned, match: {vendor_class: "worm*"}, drop: true}
    - {name: six, match: {vendor_class: "six*"}, options: {ipv6-only-preferred: 300}}
  subnets:
    - {name: hall, prefix: 10.20.0.0/22, shared_network: floor, lease: {time: 8h}}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      pools:
        - {range: 10.99.0.48-10.99.0.55, for: unknown, hostname: "guest-{ip}", exclude: [10.99.0.49], lease: {time: 2m, t1: 97.5%, t2: 97.5%}}
        - {range: 10.99.0.56-10.99.0.58, classes: [phones, staff], lease: {reuse: 0%, affinity: 0s}}
    - {name: campus, prefix: 10.30.0.0/24, shared_network: campus, lease: {scarce: 50%}, pools: [{range: 10.30.0.10-10.30.0.13}]}
    - {name: annex, prefix: 10.31.0.0/24, shared_network: campus, classes: [phones, line], pools: [{range: 10.31.0.10-10.31.0.11}]}
    - {name: lab, prefix: 10.40.0.0/24, links: [eth2], pools: [{range: 10.40.0.10-10.40.0.14, for: known}, {range: 10.40.0.15-10.40.0.18, for: unknown}]}
    - {name: boots, prefix: 10.50.0.0/24, identity: hardware, pools: [{range: 10.50.0.9-10.50.0.16}]}
    - {name: vault, prefix: 10.60.0.0/24, pools: [{range: 10.60.0.10-10.60.0.12, for: known}]}
    - {name: proxied, prefix: 10.70.0.0/24, boot: {role: proxy, menu: ""}}
    - {name: yard, prefix: 10.80.0.0/24, lease: {max: infinite}, options: {auto-configure: false}, pools: [{range: 10.80.0.99-10.80.0.107}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200}
    - {circuit_id: c2, subnet: campus, address: 10.30.0.11, classes: [staff]}
    - {client_id: idc30, subnet: lobby, classes: [staff]}
`

// modelReloads are what a reload may change in modelFile, either way.
var modelReloads = [][2]string{
	{"reuse: 25%", "reuse: 0%"}, {"affinity: 5m", "affinity: 0s"}, {"leases_per_client: 2", "leases_per_client: 0"},
	{"leases_per_circuit: 3", "leases_per_circuit: 0"}, {"time: 600s", "time: 400s"}, {"classes: [phones, line]", "classes: [phones]"},
	{"exclude: [10.99.0.49]", "exclude: [10.99.0.50]"}, {"server_id: 10.99.0.52", "server_id: 10.99.0.53"}, {"bootp: true", "bootp: false"},
	{"authoritative: true", "authoritative: false"}, {"scarce: 50%", "scarce: 0%"}, {"offer_time: 30s", "nak_renewals: true"},
	{"max: infinite", "max: 1d"}, {"style: plain", "style: pxe"}, {"pxe_port_mode: pxe", "pxe_port_mode: full"},
}

// TestModel lets forty clients, operators and time do as they please, and holds the state to what must be true whatever they do:
//
//   - an address promised by an ACK is nobody else's until the promise ends (world.checkAck);
//   - a reserved address goes to its machine alone, network and broadcast addresses to nobody (world.checkAnswer);
//   - the commits, replayed, give the leases of the state, each with the next revision (world.commit, world.check);
//   - a client has one active lease in a network;
//   - the events, replayed, say which addresses are leased;
//   - what a policy wants refused is not written (world.checkAnswer).
func TestModel(t *testing.T) {
	seeds, steps := 3, 4000
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
	p := planning{file: modelFile}
	if seed%3 == 0 {
		p = modelPlan(seed)
	}
	m := &model{
		script: &script{newWorld(t, p), p}, rnd: rand.New(rand.NewPCG(seed, 0)), offered: map[string]engine.IP{},
		leased: map[string]engine.IP{}, held: map[engine.IP]bool{},
		links: []string{"on=eth1", "on=eth1", "on=eth1", "on=eth2", "on=eth3", "on=eth6", "on=eth5", "via=10.30.0.1", "via=10.31.0.1"},
	}
	return m
}

func modelPlan(seed uint64) planning {
	return planning{set: func(s *engine.Settings) {
		s.Authoritative = seed%2 == 0
		s.RenewedEvents = true
		s.QuarantinePerClient = 2
	}}
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
	link += m.says()
	if m.rnd.IntN(30) == 0 {
		return m.policy()
	}
	switch n := m.rnd.IntN(100); {
	case n < 4 && m.p.file != "":
		return client + " bootp " + link + xid
	case n < 8:
		return client + " discover 80= " + link + xid
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
		if m.p.file == "" {
			return "replan"
		}
		change := modelReloads[m.rnd.IntN(len(modelReloads))]
		if !strings.Contains(m.p.file, change[0]) {
			change[0], change[1] = change[1], change[0]
		}
		return "replan " + change[0] + " => " + change[1]
	}
	return client + " discover " + link
}

// says makes up options of a message.
func (m *model) says() string {
	var b strings.Builder
	if m.rnd.IntN(10) == 0 {
		b.WriteString(" port=4011")
	}
	if m.rnd.IntN(5) == 0 { // it boots
		kinds := []string{"bios", "uefi", "arm", "http", "ipxe", "u-boot"}
		b.WriteString(" as=" + kinds[m.rnd.IntN(len(kinds))])
		if m.rnd.IntN(4) == 0 {
			b.WriteString(" 43=hex:470400010000ff")
		}
		return b.String()
	}
	for _, o := range []struct {
		one  int // in so many
		text []string
	}{
		{4, []string{"60=phone", "60=phone-2", "60=worm", "60=six"}}, {4, []string{"circuit=c1", "circuit=c2", "circuit=c3"}},
		{6, []string{"51=40", "51=10000", "51=infinite", "51=1"}}, {8, []string{"55=1,108", "55=58,59,51", "55=224,225"}},
		{9, []string{"116=hex:01"}}, {9, []string{"81=hex:00000061", "81=hex:0500000161", "12=name"}},
	} {
		if m.rnd.IntN(o.one) == 0 {
			b.WriteString(" " + o.text[m.rnd.IntN(len(o.text))])
		}
	}
	return b.String()
}

// policy makes up what a policy says from now on.
func (m *model) policy() string {
	pick := func(from ...string) string { return from[m.rnd.IntN(len(from))] }
	switch m.rnd.IntN(8) {
	case 0:
		return "policy off"
	case 1:
		return fmt.Sprintf("policy choose %d", 1+m.rnd.IntN(m.ids+1))
	case 2:
		pools := m.s.Plan().Subnets[m.rnd.IntN(len(m.s.Plan().Subnets))].Pools
		if len(pools) > 0 {
			return "policy pool " + pools[m.rnd.IntN(len(pools))].Range()
		}
	case 3, 4:
		return fmt.Sprintf("policy define %v %s", m.anyIP(), pick("", "time=7", "host=box", "time=4294967295", "class=staff", "7=10.0.0.1"))
	case 5:
		return "policy " + pick("ignore", "nak", "pending", "pending", "define -", "define - subnet=lobby")
	}
	return "policy reply " + pick("", "", "silent", "nak", "error", "time=9 t1=3", "time=4294967295", "t1=400 t2=3", "15=x -3 51=9 61=",
		"next=10.0.0.9 file=f", "broadcast", "time=20000 119=hex:00 -1")
}

func (m *model) anyIP() engine.IP {
	bases := []string{"10.99.0.48", "10.99.0.50", "10.99.0.50", "10.30.0.9", "10.31.0.9", "10.40.0.10", "10.50.0.9", "10.80.0.99",
		"10.20.0.0", "10.80.0.255", "10.60.0.10", "192.0.2.1"}
	return ip(bases[m.rnd.IntN(len(bases))]) + engine.IP(m.rnd.IntN(9))
}

func (m *model) learn(step, out []string) {
	if len(out) == 0 || m.last == nil {
		return
	}
	client, got := step[0], m.last.IP
	switch out[0] {
	case "OFFER":
		m.offered[client] = got
	case "ACK":
		if got != 0 {
			m.leased[client] = got
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
		hw      engine.HW
		id      string // client identifier
	}
	has := map[holder]engine.IP{}
	for ip, l := range m.disk {
		if !l.Holds(m.now.Unix()) || l.FoundByARP {
			continue
		}
		h := holder{m.s.Plan().SubnetOf(ip).Network.Name, l.HW, ""}
		if !l.ByHardware && len(l.ClientID) > 0 {
			h.hw, h.id = engine.HW{}, string(l.ClientID)
		}
		if other := has[h]; other != 0 {
			m.errorf("client %v %q has %v and %v in %s", h.hw, h.id, ip, other, h.network)
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
