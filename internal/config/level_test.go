package config_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

func TestOptionSettings(t *testing.T) {
	cfg := parse(t, `
leased:
  option_definitions:
    - {name: phone-vlan, code: 224, type: uint16}
    - {name: acs-url, code: 1, type: string, of: vendor-specific}
    - {name: slot, code: 9, type: uint8, of: vi-vendor-specific 3561}
  options:
    phone-vlan: 7
    interface-mtu: {value: 1400, send: always}
    routers: {value: [10.0.0.1, 10.0.0.2], send: requested}
    ntp-servers: {send: never}
    log-servers: {value: 10.0.0.3, send: never}
    time-servers: ""
    vendor-specific: {acs-url: acs, 7: hex:0a}
    vi-vendor-specific: {value: {3561: {slot: 5}, 9: hex:ff}, send: always}
    vi-vendor-class: {3561: abc}
    option-225: {value: hex:0102}
`)
	type row struct {
		name, value string
		send        config.Send
	}
	var got []row
	for _, o := range cfg.Leased.Options {
		got = append(got, row{o.Def.Name, string(o.Value), o.Send})
		if o.Value == nil && o.Send != config.SendNever && o.Def.Code != option.TimeServer {
			t.Errorf("option %s sends nothing", o.Def.Name)
		}
	}
	want := []row{
		{"phone-vlan", "\x00\x07", ""},
		{"interface-mtu", "\x05\x78", "always"},
		{"routers", "\x0a\x00\x00\x01\x0a\x00\x00\x02", "requested"},
		{"ntp-servers", "", "never"},
		{"log-servers", "", "never"},
		{"time-servers", "", ""},
		{"vendor-specific", "\x01\x03acs\x07\x01\x0a", ""},
		{"vi-vendor-specific", "\x00\x00\x0d\xe9\x03\x09\x01\x05\x00\x00\x00\x09\x01\xff", "always"},
		{"vi-vendor-class", "\x00\x00\x0d\xe9\x03abc", ""},
		{"option-225", "\x01\x02", ""},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if def, ok := cfg.Leased.Names.ByName("phone-vlan"); !ok || def.Code != 224 {
		t.Errorf("Names know phone-vlan as %d, %v; want 224", def.Code, ok)
	}
}

func TestEveryLevel(t *testing.T) {
	cfg := parse(t, `
leased:
  boot: {server: 10.0.0.9, server_name: boot1, file: all}
  shared_networks:
    - {name: floor, server_id: 10.0.0.1, link_selection: ignore, options: {routers: 10.0.0.2}, boot: {file: network}}
  classes:
    - {name: c, options: {routers: 10.0.0.3}, boot: {file: class}}
  subnets:
    - name: hall
      prefix: 10.0.0.0/24
      shared_network: floor
      classes: c
      server_id: 10.0.0.254
      options: {routers: 10.0.0.4}
      boot: {file: subnet}
      pools:
        - {range: 10.0.0.10-10.0.0.20, classes: [c], options: {routers: 10.0.0.5}, boot: {file: pool, server: ""}}
  reservations:
    - {mac: 08:00:27:2c:49:4b, subnet: hall, options: {routers: 10.0.0.6}, boot: {file: ""}, classes: [c], extra: {owner: desk 7, 12: no}}
`).Leased
	hall := cfg.Subnets[0]
	machine := cfg.Reservations[0]
	for want, level := range map[string]config.Level{
		"2network": cfg.SharedNetworks[0].Level, "3class": cfg.Classes[0].Level, "4subnet": hall.Level, "5pool": hall.Pools[0].Level,
		"6": machine.Level,
	} {
		if len(level.Options) != 1 || !level.Boot.File.Set || level.Boot.ServerName.Set {
			t.Errorf("%s: %+v", want, level)
			continue
		}
		if got := string(level.Options[0].Value[3]+'0') + level.Boot.File.Value; got != want {
			t.Errorf("routers and boot file: %s, want %s", got, want)
		}
	}
	if b := cfg.Boot; b.Server.Value != netip.MustParseAddr("10.0.0.9") || b.ServerName.Value != "boot1" || b.File.Value != "all" {
		t.Errorf("boot for all: %+v", b)
	}
	if got := hall.Pools[0].Boot.Server.Value; got != netip.IPv4Unspecified() {
		t.Errorf("the pool's boot server: %v, want 0.0.0.0 for none", got)
	}
	if n := cfg.SharedNetworks[0]; n.ServerID.String() != "10.0.0.1" || n.LinkSelection != config.LinkIgnore {
		t.Errorf("shared network: %+v", n)
	}
	if hall.ServerID.String() != "10.0.0.254" {
		t.Errorf("server_id of the subnet: %v", hall.ServerID)
	}
	if diff := cmp.Diff(map[string]string{"owner": "desk 7", "12": "no"}, machine.Extra); diff != "" {
		t.Errorf("extra (-want +got):\n%s", diff)
	}
	for _, names := range [][]string{hall.Classes, hall.Pools[0].Classes, machine.Classes} {
		if diff := cmp.Diff([]string{"c"}, names); diff != "" {
			t.Errorf("classes (-want +got):\n%s", diff)
		}
	}
}

func TestExclude(t *testing.T) {
	cfg := parse(t, `
leased:
  subnets:
    - name: hall
      prefix: 10.0.0.0/22
      exclude_ends: true
      pools:
        - range: 10.0.0.10-10.0.0.90
          exclude: [10.0.0.50, 10.0.0.10-10.0.0.12, 10.0.0.20 - 10.0.0.30, 10.0.0.31, 10.0.0.22-10.0.0.25, 10.0.0.90]
`)
	var got []string
	for _, x := range cfg.Leased.Subnets[0].Pools[0].Exclude {
		got = append(got, x.String())
	}
	want := []string{"10.0.0.10-10.0.0.12", "10.0.0.20-10.0.0.31", "10.0.0.50", "10.0.0.90"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exclude (-want +got):\n%s", diff)
	}
	if !cfg.Leased.Subnets[0].ExcludeEnds {
		t.Error("exclude_ends is not set")
	}
}
