package plan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/leasedtest"
	"rollcall/leased/plan"
)

// read makes the plan of the section `leased` of a file.
func read(t *testing.T, section string) *engine.Plan {
	t.Helper()
	return plan.Of(leasedtest.Read(t, t.TempDir(), "leased:\n"+section))
}

// The option nearest to the subnet wins, code by code, and an empty one sends nothing whatever is said further out.
func TestOptionsOfPlan(t *testing.T) {
	p := read(t, `
  options: {ntp-servers: [10.0.0.3], domain-name: everywhere.example.org, tftp-server-name: boot}
  subnets:
    - {name: plain, prefix: 10.1.0.0/24}
    - name: own
      prefix: 10.2.0.0/24
      options: {domain-name: here.example.org, routers: [10.2.0.1, 10.2.0.2], ntp-servers: []}
`)
	render := func(s *engine.Subnet) (all []string) {
		for _, o := range s.Scope.Options.All() {
			text := fmt.Sprintf("%s = %x from %s", option.ByCode(o.Code).Name, o.Value, o.From)
			if o.Value == nil {
				text = fmt.Sprintf("%s = nothing from %s", option.ByCode(o.Code).Name, o.From)
			}
			all = append(all, text)
		}
		return all
	}
	want := map[string][]string{
		"plain": {
			"domain-name = 65766572797768657265" + "2e6578616d706c652e6f7267 from global", "ntp-servers = 0a000003 from global",
			"tftp-server-name = 626f6f74 from global",
		},
		"own": {
			"routers = 0a0200010a020002 from subnet own", "domain-name = 686572652e6578616d706c652e6f7267 from subnet own",
			"ntp-servers = nothing from subnet own", "tftp-server-name = 626f6f74 from global",
		},
	}
	for name, options := range want {
		if diff := cmp.Diff(options, render(p.Subnet(name))); diff != "" {
			t.Errorf("options of %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTimesOfPlan(t *testing.T) {
	p := read(t, `
  lease: {time: 1000s, t2: 60%}
  subnets:
    - {name: outer, prefix: 10.1.0.0/24}
    - {name: percent, prefix: 10.2.0.0/24, lease: {time: 2m, t1: 97.5%, t2: 97.5%}}
    - {name: duration, prefix: 10.3.0.0/24, lease: {t1: 5m, t2: 900s}}
    - {name: endless, prefix: 10.4.0.0/24, lease: {time: infinite}}
`)
	half, late := engine.Point{Share: 5000}, engine.Point{Share: 9750}
	for name, want := range map[string]engine.Times{
		"outer":    {Time: 1000, T1: half, T2: engine.Point{Share: 6000}, TellT2: true, From: "global"},
		"percent":  {Time: 120, T1: late, T2: late, TellT1: true, TellT2: true, From: "subnet percent"},
		"duration": {Time: 1000, T1: engine.Point{Seconds: 300}, T2: engine.Point{Seconds: 900}, TellT1: true, TellT2: true, From: "global"},
		"endless":  {Time: engine.Infinite, T1: half, T2: engine.Point{Share: 6000}, TellT2: true, From: "subnet endless"},
	} {
		want.Min, want.Max = want.Time, want.Time
		if diff := cmp.Diff(want, p.Subnet(name).Scope.Times); diff != "" {
			t.Errorf("times of %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestShapeOfPlan(t *testing.T) {
	p := read(t, `
  subnets:
    - {name: hall, prefix: 10.1.0.0/24, shared_network: floor}
    - {name: cellar, prefix: 10.2.0.0/24, links: [eth7], identity: hardware}
    - name: lobby
      prefix: 10.3.0.0/24
      shared_network: floor
      pools:
        - {range: 10.3.0.10-10.3.0.20, for: known}
        - {range: 10.3.0.30-10.3.0.40, for: unknown, hostname: "guest-{ip}", scan: true}
        - {range: 10.3.0.50}
    - {name: hall, serial: 1, prefix: 10.1.0.0/24, shared_network: floor}
  reservations:
    - {mac: "08-00-27-2C-49-4B", subnet: hall, address: 10.1.0.5, hostname: testbox}
    - {client_id: "01:08:00:27:2c:49:4c", subnet: hall/1}
    - {duid: "00:03:00:01:08:00:27:2c:49:4d", subnet: cellar}
    - {circuit_id: "hex:0004", subnet: cellar}
    - {remote_id: "subscriber 4711", subnet: cellar}
`)
	var networks []string
	for _, n := range p.Networks {
		networks = append(networks, n.String())
	}
	if diff := cmp.Diff([]string{"floor: hall, lobby, hall/1", "cellar: cellar"}, networks); diff != "" {
		t.Errorf("shared networks (-want +got):\n%s", diff)
	}
	if a, b := p.Subnet("hall"), p.Subnet("hall/1"); a == nil || b == nil || a == b || a.Network != b.Network {
		t.Errorf("hall and hall/1 are %v and %v, want two subnets of one network", a, b)
	}
	if c := p.Subnet("cellar"); !c.ByHardware || len(c.Links) != 1 || c.Links[0] != "eth7" || p.Subnet("hall").ByHardware {
		t.Errorf("cellar is %+v, want it by hardware on eth7", c)
	}
	var pools []string
	for _, x := range p.Subnet("lobby").Pools {
		pools = append(pools, fmt.Sprintf("%s for %v %q scan %v of %s", x.Range(), x.For, x.Hostname, x.Scan, x.Subnet.Ref))
	}
	if diff := cmp.Diff([]string{
		`10.3.0.10-10.3.0.20 for known "" scan false of lobby`, `10.3.0.30-10.3.0.40 for unknown "guest-{ip}" scan true of lobby`,
		`10.3.0.50-10.3.0.50 for any "" scan false of lobby`,
	}, pools); diff != "" {
		t.Errorf("pools (-want +got):\n%s", diff)
	}
	want := []*engine.Reservation{
		{ID: "config-1", Kind: engine.ByHardware, Value: "\x08\x00\x27\x2c\x49\x4b", Subnet: "hall", IP: 0x0a010005, Hostname: "testbox"},
		{ID: "config-2", Kind: engine.ByClientID, Value: "\x01\x08\x00\x27\x2c\x49\x4c", Subnet: "hall/1"},
		{ID: "config-3", Kind: engine.ByDUID, Value: "\x00\x03\x00\x01\x08\x00\x27\x2c\x49\x4d", Subnet: "cellar"},
		{ID: "config-4", Kind: engine.ByCircuitID, Value: "\x00\x04", Subnet: "cellar"},
		{ID: "config-5", Kind: engine.ByRemoteID, Value: "subscriber 4711", Subnet: "cellar"},
	}
	for _, r := range want {
		r.FromConfig = true
	}
	if diff := cmp.Diff(want, p.Roll); diff != "" {
		t.Errorf("roll (-want +got):\n%s", diff)
	}
}

func TestSettingsOfPlan(t *testing.T) {
	subnets := "  subnets: [{name: hall, prefix: 10.1.0.0/24}]\n"
	defaults := engine.Settings{
		OfferTime: 60, Probe: true, QuarantineTime: 600, QuarantineMax: 86400, QuarantinePerClient: 3, FloodActions: 10, FloodRefill: 1000,
		FloodSuspend: 150, UnservedFor: 60, UnknownRepeat: 3600,
	}
	if diff := cmp.Diff(defaults, read(t, subnets).Settings); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	changed := engine.Settings{
		Authoritative: true, OfferTime: 5, QuarantineTime: 1, QuarantineMax: 3600, QuarantinePerClient: 9, FloodActions: 0, FloodRefill: 1,
		FloodSuspend: 1, RenewedEvents: true,
	}
	if diff := cmp.Diff(changed, read(t, subnets+`
  authoritative: true
  offer_time: 5s
  probe: {enabled: false}
  quarantine: {time: 1s, max: 1h, per_client: 9}
  limits: {actions: 0, refill: 1ms, suspend: 1s}
  unknown: {remember: 0s}
  events: {renewed: true, repeat_after: 0s}
`).Settings); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

// A range over the whole network does not give the router's address to a machine, wherever the router is named.
func TestRoutersStayOutOfPools(t *testing.T) {
	p := read(t, `
  options: {routers: 10.1.0.1}
  subnets:
    - {name: all, prefix: 10.1.0.0/24, pools: [{range: 10.1.0.1-10.1.0.9}]}
    - {name: own, prefix: 10.2.0.0/24, pools: [{range: 10.2.0.1-10.2.0.9, options: {routers: [10.2.0.3, 10.9.9.9, 10.2.0.9]}}]}
`)
	want := map[string][]string{"all": {"10.1.0.1"}, "own": {"10.2.0.3", "10.2.0.9"}}
	for name, addresses := range want {
		var got []string
		for _, r := range p.Subnet(name).Pools[0].Exclude {
			got = append(got, r.First.String())
		}
		if diff := cmp.Diff(addresses, got); diff != "" {
			t.Errorf("pool of %s leaves out (-want +got):\n%s", name, diff)
		}
	}
}
