package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
)

func TestVLANs(t *testing.T) {
	cfg := parse(t, `
frontend:
  local: {accept: false}
  links:
    - {interface: eth1, vlans: [200 - 210, 100]}
    - {interface: eth2, vlans: any, tags: {vid: 7}}
    - {interface: eth3, tags: [{vid: 100, pcp: 5, tpid: 0x88a8}, {vid: 0, dei: true}]}
leased:
  subnets:
    - {name: a, prefix: 10.0.0.0/24, links: [eth1.100, an-interface-xy.4094.4094, eth1.0, eth1.4095]}
`)
	if cfg.Frontend.Local.Accept || !cfg.Frontend.Relays.Accept {
		t.Errorf("local %v, relays %v; want false, true", cfg.Frontend.Local, cfg.Frontend.Relays)
	}
	want := []config.Link{
		{Interface: "eth1", Mode: config.ModeRaw, VLANs: []config.VLANs{{First: 100, Last: 100}, {First: 200, Last: 210}}},
		{Interface: "eth2", Mode: config.ModeRaw, VLANs: []config.VLANs{{First: 1, Last: 4094}}, Tags: []config.Tag{{TPID: 0x8100, VID: 7}}},
		{Interface: "eth3", Mode: config.ModeRaw, Tags: []config.Tag{{TPID: 0x88a8, VID: 100, PCP: 5}, {TPID: 0x8100, DEI: true}}},
	}
	if diff := cmp.Diff(want, cfg.Frontend.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	// The last two are no segments, but may be names of interfaces.
	if diff := cmp.Diff([]string{"eth1.100", "an-interface-xy.4094.4094", "eth1.0", "eth1.4095"}, cfg.Leased.Subnets[0].Links); diff != "" {
		t.Errorf("links of the subnet (-want +got):\n%s", diff)
	}
}
