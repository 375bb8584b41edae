package boot_test

import (
	"testing"

	"rollcall/leased/boot"
)

func TestIPXE(t *testing.T) {
	told := "script siaddr=10.77.0.1 file=" + script + " 175=b00101"
	says175 := func(b ...byte) func(*boot.Message) {
		return func(m *boot.Message) { m.UserClass, m.Features = nil, b }
	}
	userClass := func(text string) boot.Message {
		return changed(ipxe(), func(m *boot.Message) { m.UserClass = []byte(text) })
	}
	ipxeGets := func(name string) func(*boot.Settings) {
		return func(s *boot.Settings) { s.IPXE = says(name) }
	}
	reservation := func(s boot.Settings, l boot.Levels) boot.Levels { return append(boot.Levels{&s}, l...) }
	none := hall(func(s *boot.Settings) { s.IPXE = boot.Value[string]{} })
	check(t, []row{
		{"the bare user class", ipxe(), hall(), nil, told},
		{"the counted user class", userClass("\x04iPXE"), hall(), nil, told},
		{"one of several", userClass("\x04iPXE\x08mytag123"), hall(), nil, told},
		{"gPXE", userClass("gPXE"), hall(), nil, told},
		{"another user class", userClass("\xff\x01\x02"), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"its own option alone", changed(ipxe(), says175(0x13, 1, 1)), hall(), nil, told},
		{"its option cannot be read", changed(ipxe(), says175(0x13, 9)), hall(), nil, told},
		{"it may wait for a proxy", ipxe(), hall(func(s *boot.Settings) { s.NoProxyWait = says(false) }), nil, "script siaddr=10.77.0.1 file=" + script},
		{"marked replies are not for it", ipxe(), hall(pxe), nil, told},
		{"in the ROM of a BIOS machine", changed(bios(), func(m *boot.Message) { m.UserClass = []byte("iPXE") }), hall(), nil, told},
		{"a path", ipxe(0x15), hall(ipxeGets("boot.ipxe")), nil, "script siaddr=10.77.0.1 file=boot.ipxe 175=b00101"},
		{"its own settings pass", ipxe(), hall(ipxeGets("http://x/${net0/mac}")), nil, "script siaddr=10.77.0.1 file=http://x/${net0/mac} 175=b00101"},
		{"it lacks HTTP", ipxe(0x15), hall(), nil, "(ipxe-without-http)"},
		{"it lacks HTTPS", ipxe(0x13), hall(ipxeGets("HTTPS://boot.example.org/x")), nil, "(ipxe-without-http)"},
		{"it has HTTPS", ipxe(0x14), hall(ipxeGets("https://boot.example.org/x")), nil, "script siaddr=10.77.0.1 file=https://boot.example.org/x 175=b00101"},
		{"it lacks HTTP, proxy", ipxe(0x15), hall(proxy), nil, "silence (ipxe-without-http)"},
		{"no script", ipxe(), none, nil, "(no-ipxe-script)"},
		{"a script, and a file of its own", ipxe(), reservation(boot.Settings{File: says("own.efi")}, hall()), nil, told},
		{"no script, but a file of its own", ipxe(), reservation(boot.Settings{File: says("pxelinux.0")}, none), nil, "script siaddr=10.77.0.1 file=pxelinux.0 175=b00101"},
		{"no script, and a file for all", ipxe(), boot.Levels{{File: says("pxelinux.0")}}, nil, "(no-ipxe-script)"},
		{"a script is refused it", ipxe(), reservation(boot.Settings{IPXE: says("")}, hall()), nil, "(no-ipxe-script)"},
		{"itself by its own file", ipxe(), reservation(boot.Settings{File: says("boot/undionly.kpxe")}, none), nil, "(ipxe-itself)"},
		{"itself by TFTP", ipxe(), hall(ipxeGets("snponly.efi")), nil, "(ipxe-itself)"},
		{"itself by HTTP", ipxe(0x13), hall(ipxeGets("http://10.77.0.1/x/ipxe-x86_64.EFI?a=b")), nil, "(ipxe-itself)"},
		{"a menu made of iPXE", ipxe(), hall(ipxeGets("netboot.xyz.kpxe")), nil, "script siaddr=10.77.0.1 file=netboot.xyz.kpxe 175=b00101"},
		{"something else of UEFI", ipxe(0x13), hall(ipxeGets("http://10.77.0.1/shimx64.efi")), nil, "script siaddr=10.77.0.1 file=http://10.77.0.1/shimx64.efi 175=b00101"},
	})
}
