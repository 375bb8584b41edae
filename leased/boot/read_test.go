package boot_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
)

func TestRead(t *testing.T) {
	m := ipxe(0x13, 0x15, 0x24, 0xeb)
	m.Features = append(m.Features, 0x10, 1, 2, 0xb1, 5, 1, 2, 3, 4, 5)
	m.Encapsulated = []byte{71, 4, 0, 3, 0, 1, 255}
	want := boot.Client{
		Hardware: chaddr, Class: boot.ClassPXE, HasArch: true, Arch: 7, Firmware: arch.X64, UUID: guid, NIC: [3]byte{1, 3, 0}, HasNIC: true,
		IPXE: true, Speaks: boot.FeatureHTTP | boot.FeatureTFTP | boot.FeatureEFI, KnownFeatures: true,
		Item: boot.Item{Type: 3, Layer: 1}, HasItem: true, Quirk: boot.QuirkNone,
	}
	if diff := cmp.Diff(want, boot.Read(&m, nil)); diff != "" {
		t.Errorf("iPXE (-want +got):\n%s", diff)
	}

	m = boot.Message{
		VendorClass: []byte("HTTPClient:Arch:00019:UNDI:003000"), Arch: []byte{1}, NIC: []byte{1}, UUID: []byte{5}, Encapsulated: []byte{71, 1, 0},
		Hardware: chaddr,
	}
	want = boot.Client{
		Hardware: chaddr, Class: boot.ClassHTTP, ByHTTP: true, MalformedArch: true, MalformedUUID: true, MalformedItem: true, Quirk: boot.QuirkNone,
	}
	if diff := cmp.Diff(want, boot.Read(&m, nil)); diff != "" {
		t.Errorf("what cannot be read (-want +got):\n%s", diff)
	}
	if got, want := decide(m, hall(), here()).Notes, boot.NoteMalformedArch|boot.NoteMalformedUUID|boot.NoteMalformedItem; got != want {
		t.Errorf("notes %b, want %b", got, want)
	}

	m = message("PXEClient:Arch:00042:UNDI:003000")
	want = boot.Client{
		Hardware: chaddr, Class: boot.ClassPXE, HasArch: true, Arch: 42, Firmware: 42, ForeignArch: true, ArchFromClass: true, UUID: guid,
		NIC: [3]byte{1, 3, 0}, HasNIC: true, Quirk: boot.QuirkNone,
	}
	if diff := cmp.Diff(want, boot.Read(&m, nil)); diff != "" {
		t.Errorf("an architecture in the class alone (-want +got):\n%s", diff)
	}
	if got, want := decide(m, hall(), here()).Notes, boot.NoteForeignArch|boot.NoteArchFromClass; got != want {
		t.Errorf("notes %b, want %b", got, want)
	}
}

func TestReadArchOfClass(t *testing.T) {
	for class, want := range map[string]int{
		"PXEClient:Arch:00011":      11,
		"HTTPClient:Arch:00016:x":   16,
		"PXEClient:Arch:65535:UNDI": 65535,
		"PXEClient:Arch:65536:UNDI": -1,
		"PXEClient:Arch:0007":       -1,
		"PXEClient:Arch:0000x":      -1,
		"PXEClient:arch:00007":      -1,
		"U-Boot:Arch:00007":         -1,
	} {
		m := message(class)
		c := boot.Read(&m, nil)
		if got := int(c.Arch); c.HasArch && got != want || !c.HasArch && want >= 0 {
			t.Errorf("%s: %d (%v), want %d", class, got, c.HasArch, want)
		}
	}
}

// Whatever Read takes for a machine that boots, MayBoot lets through; and for ordinary clients it says no.
func TestMayBoot(t *testing.T) {
	hw := []string{"", "HW-Client"}
	named := hall(func(s *boot.Settings) { s.VendorClasses = says(hw) })
	piRequest := changed(pi(), func(m *boot.Message) { m.VendorClass = nil })
	for name, m := range map[string]boot.Message{
		"BIOS": bios(), "UEFI": uefi(), "HTTP": httpBoot(), "U-Boot": uBoot(), "iPXE": ipxe(), "Raspberry Pi": pi(), "its REQUEST": piRequest,
		"HW-Client": message("HW-Client"), "175 alone": {Features: []byte{0x13, 1, 1}}, "77 alone": {UserClass: []byte("iPXE")},
		"77 behind another class": {VendorClass: []byte("MSFT 5.0"), UserClass: []byte("\x04iPXE")},
	} {
		c := boot.Read(&m, named)
		if !c.Boots() || !boot.MayBoot(&m, hw) {
			t.Errorf("%s: it boots: %v, may boot: %v", name, c.Boots(), boot.MayBoot(&m, hw))
		}
	}
	for name, m := range map[string]boot.Message{
		"Windows": {VendorClass: []byte("MSFT 5.0"), UserClass: []byte("RRAS.Microsoft"), Requested: []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252}},
		"Linux":   {Requested: []byte{1, 3, 6, 12, 15, 26, 28, 42, 119, 121}},
		"phone":   {VendorClass: []byte("android-dhcp-14")},
		"nothing": {},
		"empty":   {VendorClass: []byte{}, UserClass: []byte{}, Features: []byte{}, Requested: []byte{}},
	} {
		c := boot.Read(&m, named)
		if c.Boots() || boot.MayBoot(&m, hw) {
			t.Errorf("%s: it boots: %v, may boot: %v", name, c.Boots(), boot.MayBoot(&m, hw))
		}
		if n := testing.AllocsPerRun(10, func() { boot.MayBoot(&m, hw) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
