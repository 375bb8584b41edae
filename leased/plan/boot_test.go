package plan_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
)

// Every setting says which level it comes from, and where in the file that is.
func TestBootOfPlan(t *testing.T) {
	p := read(t, `
  boot:
    file: all.0
    files: {bios: undionly.kpxe, uefi-x64: ipxe.efi}
    no_proxy_wait: false
    vendor_classes: HW-Client
  shared_networks:
    - {name: floor, boot: {role: proxy, pxe_port_mode: full, quirk: dell}}
  classes:
    - {name: pies, match: {arch: rpi}, boot: {quirk: raspberry-pi}}
  subnets:
    - name: hall
      prefix: 10.1.0.0/24
      shared_network: floor
      boot:
        files: {uefi-x64: "", uefi-arm64: arm.efi}
        http: {uefi-x64: "http://10.1.0.1/ipxe.efi"}
        ipxe: boot.ipxe
        style: pxe
        menu: {timeout: 7s, prompt: Choose, items: [{type: 2, text: Rescue, file: rescue.efi, server: 10.1.0.9}]}
        delay: 20ms
        server: 10.1.0.1
        server_name: boot1
    - {name: plain, prefix: 10.2.0.0/24, pools: [{range: 10.2.0.7, boot: {menu: ""}}]}
  reservations:
    - {mac: 08:00:27:2c:49:4b, subnet: plain, netboot: never, boot: {file: own.efi}}
    - {mac: 08:00:27:2c:49:4c, subnet: plain, netboot: always}
`)
	at := func(level, line string) string { return level + " (rollcall.yaml:" + line + ")" }
	addr := netip.MustParseAddr
	hall := &boot.Settings{
		Role: boot.Says(boot.Proxy, at("shared network floor", "9")), Server: boot.Says(addr("10.1.0.1"), at("subnet hall", "23")),
		ServerName: boot.Says("boot1", at("subnet hall", "24")), File: boot.Says("all.0", at("global", "4")),
		Files: []boot.FirmwareFile{
			{Firmware: arch.X64, Value: boot.Says("", at("subnet hall", "17"))}, {Firmware: arch.ARM64, Value: boot.Says("arm.efi", at("subnet hall", "17"))},
			{Firmware: arch.BIOS, Value: boot.Says("undionly.kpxe", at("global", "5"))},
		},
		HTTP:  []boot.FirmwareFile{{Firmware: arch.X64, Value: boot.Says("http://10.1.0.1/ipxe.efi", at("subnet hall", "18"))}},
		IPXE:  boot.Says("boot.ipxe", at("subnet hall", "19")),
		Style: boot.Says(boot.PXE, at("subnet hall", "20")),
		Menu: boot.Says(&boot.Menu{Prompt: "Choose", Timeout: 7, Items: []boot.MenuItem{
			{Type: 2, Text: "Rescue", File: "rescue.efi", Server: addr("10.1.0.9")},
		}}, at("subnet hall", "21")),
		Delay: boot.Says(20*time.Millisecond, at("subnet hall", "22")), Quirk: boot.Says(boot.QuirkDell, at("shared network floor", "9")),
		VendorClasses: boot.Says([]string{"HW-Client"}, at("global", "7")), NoProxyWait: boot.Says(false, at("global", "6")),
		PortMode: boot.Says(boot.PortFull, at("shared network floor", "9")),
	}
	byFirmware := cmpopts.SortSlices(func(a, b boot.FirmwareFile) bool { return a.Firmware < b.Firmware })
	same := cmp.Options{byFirmware, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}
	if diff := cmp.Diff(hall, p.Subnet("hall").Scope.Boot, same); diff != "" {
		t.Errorf("hall (-want +got):\n%s", diff)
	}
	if got, want := p.Subnet("plain").Pools[0].Scope.Boot.Menu, boot.Says[*boot.Menu](nil, at("pool 10.2.0.7-10.2.0.7", "25")); got != want {
		t.Errorf("menu of the pool: %+v, want %+v", got, want)
	}
	if got, want := p.Classes[0].Boot.Quirk, boot.Says(boot.QuirkRaspberryPi, at("class pies", "11")); got != want {
		t.Errorf("quirk of the class: %+v, want %+v", got, want)
	}
	own := p.Roll[0].Details
	if own.Netboot != boot.Never || own.Boot.File != boot.Says("own.efi", at("reservation config-1", "27")) {
		t.Errorf("reservation: %+v", own)
	}
	if d := p.Roll[1].Details; d != nil {
		t.Errorf("a reservation that says nothing beyond its address has details %+v", d)
	}
}
