package boot_test

import (
	"testing"

	"rollcall/leased/boot"
)

func TestRaspberryPi(t *testing.T) {
	const told = `file siaddr=10.77.0.1 file=rpi 60="PXEClient" 43=0601080914000011526173706265727279205069` + `20426f6f740a0400505845ff 66="10.77.0.1"`
	unnamed := func(m *boot.Message) { m.VendorClass, m.Arch = nil, nil }
	check(t, []row{
		{"DISCOVER", pi(), hall(), nil, told},
		{"REQUEST, which names no class", changed(pi(), unnamed), hall(), here(request), told},
		{"by its UUID", changed(bios(), func(m *boot.Message) { m.UUID = []byte("\x00RPi50123456789ab") }), hall(), nil,
			told + ` 97="\x00RPi50123456789ab"`},
		{"by its architecture", message("PXEClient", 0, 41), hall(), nil, told},
		{"another server", pi(), hall(func(s *boot.Settings) { s.Server = says(other) }), nil,
			`file siaddr=10.77.0.5 file=rpi 60="PXEClient" 43=060108091400001152617370626572727920506920426f6f740a0400505845ff 66="10.77.0.5"`},
		{"no file for it", pi(), boot.Levels{{Files: hall()[0].Files[:0], IPXE: says("x")}}, nil, "(no-file-for-arch)"},
		{"its operating system", changed(pi(), func(m *boot.Message) { unnamed(m); m.Requested = []byte{1, 3, 6, 12, 15} }), hall(), nil, ""},
		{"its operating system, named", changed(pi(), func(m *boot.Message) { m.VendorClass = []byte("dhcpcd-9.4.1:Linux") }), hall(), nil, ""},
		{"UEFI on it", changed(pi(), func(m *boot.Message) { m.VendorClass, m.Arch = []byte("PXEClient:Arch:00011"), []byte{0, 11} }), hall(), nil,
			"file siaddr=10.77.0.1 file=ipxe-arm64.efi"},
		{"iPXE on it", changed(pi(), func(m *boot.Message) { m.UserClass = []byte("iPXE") }), hall(), nil, "script siaddr=10.77.0.1 file=http://10.77.0.1:8080/boot/dc-a6-32-01-02-03.ipxe 175=b00101"},
		{"not to be recognised", pi(), hall(quirk(boot.QuirkNone)), nil, "file siaddr=10.77.0.1 file=undionly.kpxe"},
		{"said so, with another address", bios(), hall(quirk(boot.QuirkRaspberryPi)), nil, told},
		{"said so, its REQUEST", changed(bios(), unnamed), hall(quirk(boot.QuirkRaspberryPi)), here(request), told},
		{"said so of a UEFI machine", uefi(), hall(quirk(boot.QuirkRaspberryPi)), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
	})
}

// Nothing on the wire tells these; they are configured.
func TestConfiguredQuirks(t *testing.T) {
	check(t, []row{
		{"Intel Boot Agent", bios(), hall(quirk(boot.QuirkIntel)), nil, `file siaddr=10.77.0.1 file=undionly.kpxe 60="PXEClient" 43=06010bff`},
		{"Intel Boot Agent, proxy", bios(), hall(quirk(boot.QuirkIntel), proxy), nil, `file siaddr=10.77.0.1 file=undionly.kpxe 60="PXEClient" 43=06010bff broadcast`},
		{"Intel Boot Agent, proxied REQUEST", bios(), hall(quirk(boot.QuirkIntel), proxy), here(request), "silence (address-servers)"},
		{"Dell", uefi(), hall(quirk(boot.QuirkDell)), nil, `file siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" 43=0601080a0400505845ff broadcast`},
		{"Dell, on 4011", uefi(), hall(quirk(boot.QuirkDell)), here(port4011), `file siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" 43=0601080a0400505845ff`},
		{"Dell, proxy", uefi(), hall(quirk(boot.QuirkDell), proxy), nil, `file siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" 43=0601080a0400505845ff broadcast`},
		{"Ampere, marked replies wanted", message("PXEClient", 0, 11), hall(quirk(boot.QuirkAmpere), pxe), nil, "file siaddr=10.77.0.1 file=ipxe-arm64.efi"},
		{"Ampere, proxy", message("PXEClient", 0, 11), hall(quirk(boot.QuirkAmpere), proxy), nil, `port siaddr=10.77.0.1 file=ipxe-arm64.efi 60="PXEClient" broadcast`},
		{"a nearer level says none", uefi(), boot.Levels{{Quirk: says(boot.QuirkNone)}, hall(quirk(boot.QuirkDell))[0]}, nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a nearer level leaves it to the machine", uefi(), boot.Levels{{Quirk: says(boot.QuirkAuto)}, hall(quirk(boot.QuirkDell))[0]}, nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
	})
}
