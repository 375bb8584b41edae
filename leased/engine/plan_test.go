package engine_test

import (
	"fmt"
	"net/netip"
	"testing"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/plan"
)

// The plan of the tests. Subnets, and who they are for:
//
//	network  subnet               on              pools
//	floor    hall  10.20.0.0/22   eth1 10.20.0.1  none: reservations only; K (08:00:27:2c:49:4b) has 10.20.0.200
//	floor    lobby 10.99.0.0/24   eth1 10.99.0.1  .50-.59 for unknown, called guest-{ip}, lease 2m
//	campus   campus 10.30.0.0/24  relay 10.30.0.1 .10-.12 for any
//	campus   annex 10.31.0.0/24   relay 10.31.0.1 .10-.11 for any
//	lab      lab   10.40.0.0/24   links: eth2     .10-.12 for known, .20-.22 for unknown
//	boots    boots 10.50.0.0/24   eth3 10.50.0.1  .10-.19, told apart by hardware alone
//	vault    vault 10.60.0.0/24   eth4 10.60.0.1  .10-.12 for known
//	isp      isp   10.70.0.0/30   eth5 10.70.0.1  .2, infinite leases
//	yard     yard  10.80.0.0/24   eth6 10.80.0.1  .100-.119 for any
type planning struct {
	set   func(*engine.Settings)
	roll  []*engine.Reservation
	lobby engine.IP // last address of the lobby's pool
	leave string    // subnet left out
	file  string    // the section `leased` of a configuration, in place of all this
}

func ip(s string) engine.IP { return engine.IPOf(netip.MustParseAddr(s)) }

func settings() engine.Settings {
	return engine.Settings{
		Authoritative: true, OfferTime: 30, Probe: true, QuarantineTime: 600, QuarantineMax: 3600, QuarantinePerClient: 3,
		FloodActions: 10, FloodRefill: 1000, FloodSuspend: 150, UnservedFor: 60, UnknownRepeat: 3600,
	}
}

func (p planning) plan() *engine.Plan {
	if p.file != "" {
		return p.read()
	}
	network := map[string]*engine.Network{}
	var subnets []*engine.Subnet
	add := func(net, ref, prefix string, lease uint32) *engine.Subnet {
		if network[net] == nil {
			network[net] = &engine.Network{Name: net}
		}
		s := &engine.Subnet{
			Ref: ref, Prefix: netip.MustParsePrefix(prefix), Network: network[net],
			Scope: engine.Scope{Times: times(lease, lease/2, lease/8*7)},
		}
		s.Scope.Times.From = "subnet " + ref
		if ref != p.leave {
			subnets = append(subnets, s)
		}
		return s
	}
	pool := func(s *engine.Subnet, first, last string, who engine.PoolFor) *engine.Pool {
		pl := &engine.Pool{Subnet: s, First: ip(first), Last: ip(last), For: who}
		s.Pools = append(s.Pools, pl)
		return pl
	}
	options := func(from string, router string) engine.Options {
		return engine.NewOptions([]engine.Option{
			{Code: option.Router, Value: ip4(router), From: from},
			{Code: option.DomainNameServer, Value: ip4(router), From: from},
			{Code: option.DomainName, Value: []byte("lan.example.org"), From: "global"},
		})
	}
	hall := add("floor", "hall", "10.20.0.0/22", 28800)
	hall.Scope.Options = options("subnet hall", "10.20.0.1")
	lobby := add("floor", "lobby", "10.99.0.0/24", 120)
	lobby.Scope.Options = options("subnet lobby", "10.99.0.1")
	lobby.Scope.Times = times(120, 117, 117)
	lobby.Scope.Times.From = "subnet lobby"
	last := p.lobby
	if last == 0 {
		last = ip("10.99.0.59")
	}
	lp := pool(lobby, "10.99.0.50", last.String(), engine.ForUnknown)
	lp.Hostname, lp.Scan = "guest-{ip}", true

	pool(add("campus", "campus", "10.30.0.0/24", 3600), "10.30.0.10", "10.30.0.12", engine.ForAny)
	pool(add("campus", "annex", "10.31.0.0/24", 3600), "10.31.0.10", "10.31.0.11", engine.ForAny)
	lab := add("lab", "lab", "10.40.0.0/24", 3600)
	lab.Links = []string{"eth2"}
	pool(lab, "10.40.0.10", "10.40.0.12", engine.ForKnown)
	pool(lab, "10.40.0.20", "10.40.0.22", engine.ForUnknown)
	boots := add("boots", "boots", "10.50.0.0/24", 3600)
	boots.ByHardware = true
	pool(boots, "10.50.0.10", "10.50.0.19", engine.ForAny)
	pool(add("vault", "vault", "10.60.0.0/24", 3600), "10.60.0.10", "10.60.0.12", engine.ForKnown)
	pool(add("isp", "isp", "10.70.0.0/30", engine.Infinite), "10.70.0.2", "10.70.0.2", engine.ForAny)
	pool(add("yard", "yard", "10.80.0.0/24", 600), "10.80.0.100", "10.80.0.119", engine.ForAny)

	roll := append([]*engine.Reservation{{
		ID: "config-1", Kind: engine.ByHardware, Value: string(hwOf("K").Bytes()), Subnet: "hall", IP: ip("10.20.0.200"),
		Hostname: "testbox", FromConfig: true,
	}}, p.roll...)
	set := settings()
	if p.set != nil {
		p.set(&set)
	}
	return engine.NewPlan(engine.Parts{Subnets: subnets, Roll: roll, Settings: set})
}

// parsed are the files that were read already: stories and fuzzers use the same one again and again.
var parsed = map[string]*config.Leased{}

// read makes the plan of a configuration file, with all its checks.
func (p planning) read() *engine.Plan {
	c := parsed[p.file]
	if c == nil {
		all, err := config.Parse("test.yaml", []byte("leased:\n"+p.file))
		if err != nil {
			panic(fmt.Sprintf("the configuration of the test: %v", err))
		}
		c = all.Leased
		parsed[p.file] = c
	}
	made := plan.Of(c)
	if p.set != nil {
		p.set(&made.Settings)
	}
	return made
}

// times are those of leases that last for so many seconds, whatever a client asks for.
func times(length, t1, t2 uint32) engine.Times {
	return engine.Times{
		Time: length, Min: length, Max: length, T1: engine.Point{Seconds: t1}, T2: engine.Point{Seconds: t2}, TellT1: true, TellT2: true,
	}
}

func ip4(s string) []byte { a := netip.MustParseAddr(s).As4(); return a[:] }

// frontend is the process at the links of the plan; other is a second one, elsewhere.
func frontend() *engine.Frontend {
	return newFrontend("f1", map[string][]string{
		"eth1": {"10.20.0.1", "10.99.0.1"}, "eth2": {"192.168.7.1"}, "eth3": {"10.50.0.1"}, "eth4": {"10.60.0.1"},
		"eth5": {"10.70.0.1"}, "eth6": {"10.80.0.1"}, "eth7": {"172.16.0.1"}, "eth8": {},
	})
}

func otherFrontend() *engine.Frontend {
	return newFrontend("f2", map[string][]string{"eth0": {"10.99.0.2"}})
}

func newFrontend(name string, addrs map[string][]string) *engine.Frontend {
	f := &engine.Frontend{Name: name}
	for l, as := range addrs {
		link := &engine.Link{Frontend: f, Name: l, Up: true}
		for _, a := range as {
			link.IPs = append(link.IPs, ip(a))
		}
		f.Links = append(f.Links, link)
	}
	return f
}

// hwOf returns the hardware address of a client by its name: K is the known machine, Z one on InfiniBand, the others are strangers.
func hwOf(name string) engine.HW {
	if name == "K" {
		return engine.HWOf(1, []byte{8, 0, 0x27, 0x2c, 0x49, 0x4b})
	}
	if name == "Z" { // InfiniBand: no hardware address in chaddr
		return engine.HWOf(32, nil)
	}
	b := []byte{0x52, 0x54, 0, 0, 0, 0}
	for i, c := range []byte(name) {
		b[5-i%4] ^= c
	}
	return engine.HWOf(1, b)
}

func TestClientNamesAreDistinct(t *testing.T) {
	seen := map[engine.HW]string{}
	for _, name := range []string{"K", "A", "B", "C", "D", "E", "F", "G", "H", "M", "P"} {
		if other := seen[hwOf(name)]; other != "" {
			t.Errorf("%s and %s have one hardware address", name, other)
		}
		seen[hwOf(name)] = name
	}
}
