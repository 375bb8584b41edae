package boot_test

import (
	"strings"
	"testing"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
)

func item(kind, layer uint16) func(*boot.Message) {
	return func(m *boot.Message) {
		m.Encapsulated = []byte{71, 4, byte(kind >> 8), byte(kind), byte(layer >> 8), byte(layer), 255}
	}
}

// A menu lists this server alone, which answers on port 4011 for each of its lines.
func TestMenu(t *testing.T) {
	const items = "0919000109496e7374616c6c657200000a4c6f63616c206469736b"
	const prompt = "0a0a05426f6f742066726f6d"
	timeout := func(seconds uint8) func(*boot.Settings) {
		return func(s *boot.Settings) { s.Menu.V.Timeout = seconds }
	}
	shown := func(control, prompt string) string {
		return `menu siaddr=10.77.0.1 60="PXEClient" 43=0601` + control + "08070001010a4d0001" + items + prompt + "ff"
	}
	check(t, []row{
		{"combined", uefi(), hall(menu), nil, shown("07", prompt)},
		{"on 4011", bios(), hall(menu), here(port4011), shown("07", prompt)},
		{"at once", uefi(), hall(menu, timeout(0)), nil, shown("07", "0a0a00426f6f742066726f6d")},
		{"until somebody chooses", uefi(), hall(menu, timeout(255)), nil, shown("07", "0a0aff426f6f742066726f6d")},
		{"without a prompt", uefi(), hall(menu, func(s *boot.Settings) { s.Menu.V.Prompt = "" }), nil, shown("07", "0a0105")},
		{"files elsewhere: UEFI is to take a siaddr that is not listed", uefi(), hall(menu, func(s *boot.Settings) { s.Server = says(other) }), nil, shown("03", prompt)},
		{"not for iPXE", ipxe(0x13), hall(menu), nil, "script siaddr=10.77.0.1 file=" + script + " 175=b00101"},
		{"not for HTTP boot", httpBoot(), hall(menu), nil, `file siaddr=10.77.0.1 file=http://10.77.0.1:8080/ipxe.efi 60="HTTPClient"`},
		{"not where marked replies do harm", uefi(), hall(menu, quirk(boot.QuirkAmpere)), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"one that fits nowhere", uefi(), hall(menu, func(s *boot.Settings) { s.Menu.V.Prompt = strings.Repeat("x", 250) }), nil, "(unusable-name)"},
		{"a class has a file for its firmware", bios(), boot.Levels{{Files: files(map[arch.Firmware]string{arch.BIOS: "lab.kpxe"})}, hall(menu)[0]}, nil,
			"file siaddr=10.77.0.1 file=lab.kpxe"},
		{"a class has a file for other firmware", uefi(), boot.Levels{{Files: files(map[arch.Firmware]string{arch.BIOS: "lab.kpxe"})}, hall(menu)[0]}, nil,
			shown("07", prompt)},
		{"a reservation has a file", uefi(), boot.Levels{{File: says("own.efi")}, hall(menu)[0]}, nil, "file siaddr=10.77.0.1 file=own.efi"},
		{"a reservation has a menu, and a class a file", uefi(), boot.Levels{{Menu: hall(menu)[0].Menu}, {File: says("lab.efi")}, hall()[0]}, nil,
			shown("07", prompt)},
		{"a nearer level wants none", uefi(), boot.Levels{{Menu: says[*boot.Menu](nil)}, hall(menu)[0]}, nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
	})
}

// A line of the menu is asked for on port 4011, or by broadcast on 67.
func TestBootServer(t *testing.T) {
	chosen := changed(uefi(), item(1, 0))
	answer := func(server, echo string) string {
		return "file siaddr=" + server + ` file=install.efi 60="PXEClient" 43=4704` + echo + "ff"
	}
	check(t, []row{
		{"on 4011", chosen, hall(menu), here(port4011), answer("10.77.0.1", "00010000")},
		{"by broadcast", chosen, hall(menu), here(request), answer("10.77.0.1", "00010000")},
		{"by broadcast, proxy", chosen, hall(menu, proxy), here(request), answer("10.77.0.1", "00010000")},
		{"by INFORM", chosen, hall(menu), here(inform), answer("10.77.0.1", "00010000")},
		{"a layer", changed(uefi(), item(1, 2)), hall(menu), here(port4011), answer("10.77.0.1", "00010002")},
		{"its own server", chosen, hall(menu, func(s *boot.Settings) { s.Menu.V.Items[0].Server = other }), here(port4011), answer("10.77.0.5", "00010000")},
		{"another type", changed(uefi(), item(0x1234, 0)), hall(menu), here(port4011), "silence (other-boot-server)"},
		{"local", changed(uefi(), item(0, 0)), hall(menu), here(port4011), "silence (other-boot-server)"},
		{"no menu", chosen, hall(), here(request), "silence (other-boot-server)"},
		{"BIS", changed(uefi(), item(1, 0x8001)), hall(menu), here(port4011), "silence (boot-integrity)"},
		{"too short", changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{71, 2, 0, 1, 255} }), hall(menu), here(port4011), "silence (malformed-boot-item)"},
		{"cut off", changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{71, 4, 0, 1} }), hall(menu), here(request), "silence (malformed-boot-item)"},
		{"other sub-options first", changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{0, 12, 2, 0, 0, 71, 4, 0, 1, 0, 0, 255} }), hall(menu), here(port4011),
			answer("10.77.0.1", "00010000")},
		{"what cannot be read of another sub-option", changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{12, 200, 0} }), hall(), here(request),
			"file siaddr=10.77.0.1 file=ipxe.efi"},
		{"behind the end", changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{255, 71, 4, 0, 1, 0, 0} }), hall(), here(request), "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"by DISCOVER", chosen, hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a machine that is to boot from its disk", chosen, hall(menu, pxe), here(port4011, local), "silence (netboot-local)"},
		{"one that loops", chosen, hall(menu), here(port4011, looping), "silence (boot-loop)"},
	})
}
