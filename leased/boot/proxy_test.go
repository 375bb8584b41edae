package boot_test

import (
	"testing"

	"rollcall/leased/boot"
)

// Another server gives the addresses: what boots gets an offer, and all else silence.
func TestProxy(t *testing.T) {
	elsewhere := func(s *boot.Settings) { s.Server = says(other) }
	check(t, []row{
		{"BIOS", bios(), hall(proxy), nil, `file siaddr=10.77.0.1 file=undionly.kpxe 60="PXEClient" 43=060108ff broadcast`},
		{"UEFI", uefi(), hall(proxy), nil, `port siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" broadcast`},
		{"UEFI, files elsewhere", uefi(), hall(proxy, elsewhere), nil, `port siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" broadcast`},
		{"BIOS, files elsewhere", bios(), hall(proxy, elsewhere), nil, `file siaddr=10.77.0.5 file=undionly.kpxe 60="PXEClient" 43=060108ff broadcast`},
		{"UEFI, a class of the operator", message("HW-Client", 0, 7), hall(proxy, func(s *boot.Settings) { s.VendorClasses = says([]string{"HW-Client"}) }), nil,
			`port siaddr=10.77.0.1 file=ipxe.efi 60="HW-Client" broadcast`},
		{"HTTP boot", httpBoot(), hall(proxy), nil, `file siaddr=10.77.0.1 file=http://10.77.0.1:8080/ipxe.efi 60="HTTPClient" broadcast`},
		{"iPXE", ipxe(0x13), hall(proxy), nil, `script siaddr=10.77.0.1 file=` + script + ` 60="PXEClient" 43=060108ff broadcast`},
		{"U-Boot", uBoot(), hall(proxy), nil, "file siaddr=10.77.0.1 file=boot.scr broadcast"},
		{"Raspberry Pi", pi(), hall(proxy), nil,
			`file siaddr=10.77.0.1 file=rpi 60="PXEClient" 43=060108091400001152617370626572727920506920426f6f740a0400505845ff 66="10.77.0.1" broadcast`},
		{"a menu", uefi(), hall(proxy, menu), nil,
			`menu siaddr=10.77.0.1 60="PXEClient" 43=0601070807000101` + `0a4d0001091900010` + `9496e7374616c6c657200000a4c6f63616c206469736b0a0a05426f6f742066726f6dff broadcast`},
		{"an ordinary client", message("MSFT 5.0"), hall(proxy), nil, "silence (not-a-boot-client)"},
		{"BOOTP", uefi(), hall(proxy), here(func(p *boot.Place) { p.Kind = boot.KindBOOTP }), "silence (not-a-boot-client)"},
		{"REQUEST", uefi(), hall(proxy), here(request), "silence (address-servers)"},
		{"INFORM", uefi(), hall(proxy), here(inform), "silence (address-servers)"},
		{"nothing for the architecture", message("PXEClient", 0, 27), hall(proxy), nil, "silence (no-file-for-arch)"},
		{"a malformed UUID", changed(bios(), func(m *boot.Message) { m.UUID = []byte{0} }), hall(proxy), nil,
			`file siaddr=10.77.0.1 file=undionly.kpxe 60="PXEClient" 43=060108ff broadcast`},
	})
}

// On port 4011 there is a file or silence, and never an address.
func TestPort4011(t *testing.T) {
	marked := ` 60="PXEClient" 43=060108ff`
	check(t, []row{
		{"UEFI", uefi(), hall(proxy), here(port4011), "file siaddr=10.77.0.1 file=ipxe.efi" + marked},
		{"UEFI, files elsewhere", uefi(), hall(proxy, func(s *boot.Settings) { s.Server = says(other) }), here(port4011), "file siaddr=10.77.0.5 file=ipxe.efi" + marked},
		{"UEFI, combined", uefi(), hall(), here(port4011), "file siaddr=10.77.0.1 file=ipxe.efi" + marked},
		{"BIOS", bios(), hall(), here(port4011), "file siaddr=10.77.0.1 file=undionly.kpxe" + marked},
		{"DISCOVER", uefi(), hall(), here(port4011, discover), "file siaddr=10.77.0.1 file=ipxe.efi" + marked},
		{"INFORM", uefi(), hall(), here(port4011, inform), "file siaddr=10.77.0.1 file=ipxe.efi" + marked},
		{"iPXE", ipxe(0x13), hall(), here(port4011), "script siaddr=10.77.0.1 file=" + script + marked},
		{"an ordinary client", message("MSFT 5.0"), hall(), here(port4011), "silence (not-a-boot-client)"},
		{"HTTP boot", httpBoot(), hall(), here(port4011), "silence (not-a-boot-client)"},
		{"U-Boot", uBoot(), hall(), here(port4011), "silence (not-a-boot-client)"},
		{"nothing for the architecture", message("PXEClient", 0, 27), hall(), here(port4011), "silence (no-file-for-arch)"},
		{"nothing configured", uefi(), boot.Levels{nil}, here(port4011), "silence (no-file-for-arch)"},
		{"all of it, as on 67", uefi(), hall(fullPort), here(port4011), "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"all of it, an ordinary client", message("MSFT 5.0"), hall(fullPort), here(port4011), ""},
		{"all of it, but another server has the addresses", uefi(), hall(fullPort, proxy), here(port4011), "file siaddr=10.77.0.1 file=ipxe.efi" + marked},
	})
}

func TestWithoutAddress(t *testing.T) {
	asks := changed(uefi(), func(m *boot.Message) { m.Encapsulated = []byte{71, 4, 0, 1, 0, 0, 255} })
	for _, tt := range []struct {
		name string
		m    boot.Message
		l    boot.Levels
		p    *boot.Place
		want bool
	}{
		{"combined", uefi(), hall(), here(), false},
		{"proxy", message("MSFT 5.0"), hall(proxy), here(), true},
		{"4011", uefi(), hall(), here(port4011), true},
		{"4011, all of it", uefi(), hall(fullPort), here(port4011), false},
		{"a boot server is asked for", asks, hall(), here(request), true},
		{"by a DISCOVER", asks, hall(), here(), false},
	} {
		c := boot.Read(&tt.m, tt.l)
		if got := boot.WithoutAddress(&c, tt.l, tt.p); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
