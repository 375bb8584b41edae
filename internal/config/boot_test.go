package config_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/arch"
	"rollcall/internal/config"
)

func says[T any](v T) config.Said[T] { return config.Said[T]{Value: v, Set: true} }

func TestBoot(t *testing.T) {
	cfg := parse(t, `
leased:
  boot:
    role: combined
    server: 10.20.0.1
    server_name: boot1
    file: pxelinux.0
    files:
      uefi-x64: "{arch}/ipxe.efi"
      bios: undionly.kpxe
      arch-42: ""
    http: {uefi-x64: "http://{server}:8080/ipxe.efi"}
    ipxe: http://10.20.0.1/${net0/mac}
    style: pxe
    menu:
      timeout: never
      items: [{type: 1, text: Installer, file: install.efi, server: 10.20.0.9}, {type: 0, text: Local disk}]
    delay: 250ms
    quirk: raspberry-pi
    vendor_classes: [HW-Client, Foo Bar]
    no_proxy_wait: false
    pxe_port_mode: full
  subnets:
    - {name: hall, prefix: 10.0.0.0/24, boot: {menu: "", server: "", file: "", vendor_classes: [], files: , http: {}}}
    - {name: cellar, prefix: 10.0.1.0/24, boot: {menu: {items: []}}}
    - {name: attic, prefix: 10.0.2.0/24, boot: {menu: }}
    - {name: roof, prefix: 10.0.3.0/24, boot: {menu: {timeout: 0s, prompt: "", items: {type: 0, text: Disk}}}}
  reservations:
    - {mac: 08:00:27:2c:49:4b, subnet: hall, netboot: once, boot: {quirk: none}}
    - {mac: 08:00:27:2c:49:4c, subnet: hall}
`).Leased
	want := &config.Boot{
		Role:       says(config.RoleCombined),
		Server:     says(netip.MustParseAddr("10.20.0.1")),
		ServerName: says("boot1"),
		File:       says("pxelinux.0"),
		Files:      []config.FirmwareFile{{Firmware: arch.X64, Name: "{arch}/ipxe.efi"}, {Firmware: arch.BIOS, Name: "undionly.kpxe"}, {Firmware: 42}},
		HTTP:       []config.FirmwareFile{{Firmware: arch.X64, Name: "http://{server}:8080/ipxe.efi"}},
		IPXE:       says("http://10.20.0.1/${net0/mac}"),
		Style:      says(config.StylePXE),
		Menu: says(&config.Menu{Prompt: "Press F8 for the menu", Timeout: 255, Items: []config.MenuItem{
			{Type: 1, Text: "Installer", File: "install.efi", Server: netip.MustParseAddr("10.20.0.9")}, {Text: "Local disk"},
		}}),
		Delay:         says(250 * time.Millisecond),
		Quirk:         says(config.QuirkRaspberryPi),
		VendorClasses: says([]string{"HW-Client", "Foo Bar"}),
		NoProxyWait:   says(false),
		PXEPortMode:   says(config.PXEPortFull),
	}
	if diff := cmp.Diff(want, cfg.Boot, ignorePlaces); diff != "" {
		t.Errorf("boot for all (-want +got):\n%s", diff)
	}
	none := &config.Boot{
		Server: says(netip.IPv4Unspecified()), File: says(""), Menu: says[*config.Menu](nil), VendorClasses: says[[]string](nil),
	}
	for i, want := range []*config.Boot{
		none,
		{Menu: says[*config.Menu](nil)},
		{}, // a menu of which all is commented out
		{Menu: says(&config.Menu{Items: []config.MenuItem{{Text: "Disk"}}})},
	} {
		s := cfg.Subnets[i]
		if diff := cmp.Diff(want, s.Boot, ignorePlaces); diff != "" {
			t.Errorf("boot in %s (-want +got):\n%s", s.Name, diff)
		}
	}
	if a, b := cfg.Reservations[0], cfg.Reservations[1]; a.Netboot != config.NetbootOnce || a.Boot.Quirk.Value != config.QuirkNone || b.Netboot != config.NetbootAlways || b.Boot != nil {
		t.Errorf("reservations: %+v and %+v", a, b)
	}
}

// People are told in which line of the file a setting is: that of its key, wherever its value begins.
func TestPlacesOfBootSettings(t *testing.T) {
	boot := parse(t, `leased:
  boot:
    file: x
    files:
      bios:
        undionly.kpxe
    menu:
      items:
        - {type: 0, text: Disk}
    quirk:
      auto
`).Leased.Boot
	got := []config.Pos{boot.File.Pos, boot.Files[0].Pos, boot.Menu.Pos, boot.Quirk.Pos}
	if diff := cmp.Diff([]config.Pos{{Line: 3, Column: 5}, {Line: 5, Column: 7}, {Line: 7, Column: 5}, {Line: 10, Column: 5}}, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}
