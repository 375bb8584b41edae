package plan_test

import (
	"net/netip"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/plan"
)

// The examples of network boot do what they say that they do.
func TestBootExamples(t *testing.T) {
	bios, uefi := firmware("PXEClient:Arch:00000:UNDI:002001", 0), firmware("PXEClient:Arch:00007:UNDI:003000", 7)
	arm, overHTTP := firmware("PXEClient:Arch:00011:UNDI:003000", 11), firmware("HTTPClient:Arch:00016:UNDI:003000", 16)
	pi, office := firmware("PXEClient:Arch:00000:UNDI:002001", 0), boot.Message{VendorClass: []byte("MSFT 5.0"), Hardware: uefi.Hardware}
	pi.Hardware = []byte{0xdc, 0xa6, 0x32, 0, 0, 1}
	ipxe := uefi
	ipxe.UserClass, ipxe.Features = []byte("iPXE"), []byte{0x13, 1, 1}

	type told struct {
		Stage, Name, Next string
		Reason            boot.Reason
		Silent            bool
	}
	file := func(name string) told { return told{Stage: "file", Name: name, Next: "10.20.0.1"} }
	const script = "http://10.20.0.1:8080/boot/52-54-00-00-00-99.ipxe"
	for _, tt := range []struct {
		example, subnet string
		class, machine  string // of the machine, "" for none; a reservation by its hardware address
		port            uint16
		m               boot.Message
		want            told
	}{
		{example: "pxe", subnet: "hall", m: bios, want: file("undionly.kpxe")},
		{example: "pxe", subnet: "hall", m: uefi, want: file("ipxe.efi")},
		{example: "pxe", subnet: "hall", m: arm, want: told{Reason: boot.NoFileForArch}},
		{example: "pxe", subnet: "hall", m: office, want: told{}},
		{example: "pxe", subnet: "hall", m: ipxe, want: told{Stage: "script", Name: script, Next: "10.20.0.1"}},
		{example: "pxe", subnet: "hall", machine: "\x52\x54\x00\x12\x34\x57", m: uefi, want: told{Reason: boot.NetbootNever}},
		{example: "pxe", subnet: "hall", machine: "\x52\x54\x00\x12\x34\x58", m: ipxe, want: told{Stage: "script", Name: "http://10.20.0.1:8080/rescue.ipxe", Next: "10.20.0.1"}},

		{example: "pxe-proxy", subnet: "hall", m: bios, want: file("undionly.kpxe")},
		{example: "pxe-proxy", subnet: "hall", m: office, want: told{Reason: boot.NotABootClient, Silent: true}},
		{example: "pxe-proxy", subnet: "hall", m: uefi, want: told{Stage: "port", Name: "ipxe.efi", Next: "10.20.0.1"}},
		{example: "pxe-proxy", subnet: "hall", port: boot.PXEPort, m: uefi, want: file("ipxe.efi")},

		{example: "http-boot", subnet: "hall", m: overHTTP, want: told{Stage: "file", Name: "http://boot.example.org/efi/shimx64.efi", Next: "10.20.0.9"}},
		{example: "http-boot", subnet: "hall", m: arm, want: told{Stage: "file", Name: "efi/shimaa64.efi", Next: "10.20.0.9"}},
		{example: "http-boot", subnet: "hall", m: bios, want: told{Reason: boot.NoFileForArch}},

		{example: "boot-menu", subnet: "hall", class: "uefi", m: uefi, want: told{Stage: "menu", Next: "10.20.0.1"}},
		{example: "boot-menu", subnet: "hall", class: "bios", m: bios, want: told{Stage: "menu", Next: "10.20.0.1"}},

		{example: "registration-boot", subnet: "lobby", m: uefi, want: file("ipxe.efi")},
		{example: "registration-boot", subnet: "lobby", m: ipxe, want: told{Stage: "script", Name: "http://10.20.0.1:8080/register.ipxe", Next: "10.20.0.1"}},
		{example: "registration-boot", subnet: "hall", m: ipxe, want: told{Stage: "script", Name: script, Next: "10.20.0.1"}},

		{example: "raspberry-pi", subnet: "hall", m: pi, want: file("start4.elf")},
		{example: "raspberry-pi", subnet: "hall", m: bios, want: file("undionly.kpxe")},
		{example: "raspberry-pi", subnet: "hall", class: "pi", m: bios, want: file("start4.elf")},
	} {
		cfg, err := config.Load(filepath.Join("../../deploy/examples", tt.example+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		p := plan.Of(cfg.Leased)
		place := boot.Place{Address: netip.MustParseAddr("10.20.0.1"), Port: max(tt.port, 67), HTTPPort: 8080, Subnet: tt.subnet}
		if tt.port == boot.PXEPort {
			place.Kind = boot.KindRequest
		}
		var levels boot.Levels
		if i := slices.IndexFunc(p.Roll, func(r *engine.Reservation) bool { return r.Value == tt.machine }); i >= 0 {
			levels, place.Netboot = append(levels, p.Roll[i].Details.Boot), p.Roll[i].Details.Netboot
		}
		if i := slices.IndexFunc(p.Classes, func(c *engine.Class) bool { return c.Name == tt.class }); i >= 0 {
			levels = append(levels, p.Classes[i].Boot)
		}
		levels = append(levels, p.Subnet(tt.subnet).Scope.Boot)
		c := boot.Read(&tt.m, levels)
		a := boot.Decide(&c, levels, &place)
		got := told{Stage: a.Stage.String(), Name: a.Name, Reason: a.Reason, Silent: a.Silent}
		if a.Next.IsValid() {
			got.Next = a.Next.String()
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s.yaml in %s, %s %s on port %d (-want +got):\n%s", tt.example, tt.subnet, tt.m.VendorClass, tt.m.UserClass, place.Port, diff)
		}
	}
}

// firmware returns what a machine of a vendor class says.
func firmware(vendorClass string, arch byte) boot.Message {
	return boot.Message{VendorClass: []byte(vendorClass), Arch: []byte{0, arch}, Hardware: []byte{0x52, 0x54, 0, 0, 0, 0x99}}
}
