package boot_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/internal/arch"
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

func TestCombined(t *testing.T) {
	long := strings.Repeat("d/", 80) + "x.efi"
	check(t, []row{
		{"BIOS", bios(), hall(), nil, "file siaddr=10.77.0.1 file=undionly.kpxe"},
		{"REQUEST after it", bios(), hall(), here(request), "file siaddr=10.77.0.1 file=undionly.kpxe"},
		{"INFORM", bios(), hall(), here(inform), "file siaddr=10.77.0.1 file=undionly.kpxe"},
		{"UEFI", uefi(), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"x64 as the letter of the RFC has it", message("PXEClient", 0, 9), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"IA32", message("PXEClient", 0, 6), hall(), nil, "file siaddr=10.77.0.1 file=ipxe-i386.efi"},
		{"ARM64", message("PXEClient", 0, 11), hall(), nil, "file siaddr=10.77.0.1 file=ipxe-arm64.efi"},
		{"the first registered of several", message("PXEClient", 255, 255, 0, 7), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"PXEClient with the number of HTTP boot", message("PXEClient", 0, 16), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"an odd list", message("PXEClient:Arch:00007", 0, 7, 0), hall(), nil, "(malformed-arch)"},
		{"an empty list", message("PXEClient:Arch:00007", []byte{}...), hall(), nil, "(malformed-arch)"},
		{"the number in the class", message("PXEClient:Arch:00007:UNDI:003000"), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"no number at all", message("PXEClient"), hall(), nil, "(no-arch)"},
		{"a number of nobody", message("PXEClient", 0, 99), hall(), nil, "(no-arch)"},
		{"a number of nobody that has a file", message("PXEClient", 0, 99), hall(func(s *boot.Settings) {
			s.Files = files(map[arch.Firmware]string{99: "new.efi"})
		}), nil, "file siaddr=10.77.0.1 file=new.efi"},
		{"nothing for the architecture", message("PXEClient", 0, 27), hall(), nil, "(no-file-for-arch)"},
		{"nothing for it, marked", message("PXEClient", 0, 27), hall(pxe), nil, "(no-file-for-arch)"},
		{"a class that begins like it", message("PXEClientX", 0, 7), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a class in lower case", message("pxeclient", 0, 7), hall(), nil, ""},
		{"an empty class", message("", 0, 7), hall(), nil, ""},
		{"an ordinary client", message("MSFT 5.0"), hall(), nil, ""},
		{"marked", uefi(), hall(pxe), nil, `file siaddr=10.77.0.1 file=ipxe.efi 60="PXEClient" 43=060108ff`},
		{"no UUID", changed(uefi(), func(m *boot.Message) { m.UUID = nil }), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a UUID that is too short", changed(uefi(), func(m *boot.Message) { m.UUID = guid[:16] }), hall(), nil, "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a UUID of zeros", changed(uefi(), func(m *boot.Message) { m.UUID = make([]byte, 17) }), hall(), nil,
			`file siaddr=10.77.0.1 file=ipxe.efi 97="` + strings.Repeat(`\x00`, 17) + `"`},
		{"a class of the operator", message("HW-Client:Arch:00007"), hall(func(s *boot.Settings) { s.VendorClasses = says([]string{"HW-Client"}) }), nil,
			"file siaddr=10.77.0.1 file=ipxe.efi"},
		{"a class of the operator, marked", message("HW-Client", 0, 7), hall(pxe, func(s *boot.Settings) { s.VendorClasses = says([]string{"HW-Client"}) }), nil,
			`file siaddr=10.77.0.1 file=ipxe.efi 60="HW-Client" 43=060108ff`},
		{"another server", uefi(), hall(func(s *boot.Settings) { s.Server = says(other) }), nil, "file siaddr=10.77.0.5 file=ipxe.efi"},
		{"a path of 127 octets", uefi(), hall(func(s *boot.Settings) { s.File, s.Files = says(long[len(long)-127:]), nil }), nil,
			"file siaddr=10.77.0.1 file=" + long[len(long)-127:]},
		{"a longer one", uefi(), hall(func(s *boot.Settings) { s.Files = files(map[arch.Firmware]string{arch.X64: long}) }), nil,
			`file siaddr=10.77.0.1 67="` + long + `\x00"`},
		{"a URL where a path belongs", uefi(), hall(func(s *boot.Settings) { s.File, s.Files = says("http://10.77.0.1/x.efi"), nil }), nil, "(unusable-name)"},
		{"HTTP boot", httpBoot(), hall(), nil, `file siaddr=10.77.0.1 file=http://10.77.0.1:8080/ipxe.efi 60="HTTPClient"`},
		{"HTTP boot with the number of TFTP", message("HTTPClient", 0, 7), hall(), nil, `file siaddr=10.77.0.1 file=http://10.77.0.1:8080/ipxe.efi 60="HTTPClient"`},
		{"HTTP boot, no URL", message("HTTPClient", 0, 19), hall(), nil, "(no-url-for-arch)"},
		{"HTTP boot, a file for all", message("HTTPClient", 0, 19), hall(func(s *boot.Settings) { s.File = says("x.efi") }), nil, "(no-url-for-arch)"},
		{"HTTP boot, a path", httpBoot(), hall(func(s *boot.Settings) { s.HTTP = files(map[arch.Firmware]string{arch.X64: "x.efi"}) }), nil, "(unusable-name)"},
		{"HTTP boot from the frontend", httpBoot(), hall(func(s *boot.Settings) { s.HTTP = files(map[arch.Firmware]string{arch.X64: "{http}/{arch}.efi"}) }), nil,
			`file siaddr=10.77.0.1 file=http://10.77.0.1:8080/uefi-x64.efi 60="HTTPClient"`},
		{"the same without one", httpBoot(), hall(func(s *boot.Settings) { s.HTTP = files(map[arch.Firmware]string{arch.X64: "{http}/{arch}.efi"}) }), here(noFiles), "(unusable-name)"},
		{"U-Boot", uBoot(), hall(pxe), nil, "file siaddr=10.77.0.1 file=boot.scr"},
		{"U-Boot by HTTP", message("U-Boot.armv8", 0, 24), hall(), nil, "(no-url-for-arch)"},
		{"nothing configured", uefi(), boot.Levels{nil}, nil, ""},
		{"only a server configured", uefi(), boot.Levels{{Server: says(other)}}, nil, "siaddr=10.77.0.5"},
	})
}

// Ordinary clients are told what is configured for them, in the header and nowhere else.
func TestOrdinary(t *testing.T) {
	l := boot.Levels{{File: boot.Says("own/{mac:plain}", "reservation 7")}, hall()[0]}
	check(t, []row{
		{"a file", message("MSFT 5.0"), l, nil, "file siaddr=10.77.0.1 file=own/525400000001"},
		{"BOOTP", uefi(), l, here(func(p *boot.Place) { p.Kind = boot.KindBOOTP }), "file siaddr=10.77.0.1 file=own/525400000001"},
	})
}

// The nearest level wins that says anything; at one level what is for the firmware.
func TestLevels(t *testing.T) {
	file := func(name, from string) *boot.Settings { return &boot.Settings{File: boot.Says(name, from)} }
	x64 := func(name, from string) *boot.Settings {
		return &boot.Settings{Files: []boot.FirmwareFile{{Firmware: arch.X64, Value: boot.Says(name, from)}}}
	}
	both := &boot.Settings{File: boot.Says("any", "subnet"), Files: []boot.FirmwareFile{{Firmware: arch.X64, Value: boot.Says("x64", "subnet")}}}
	for _, tt := range []struct {
		name                   string
		l                      boot.Levels
		file, rule, from, bios string
	}{
		{"file before files further out", boot.Levels{file("custom.efi", "reservation 7"), x64("x64", "global")}, "custom.efi", "boot.file", "reservation 7", "custom.efi"},
		{"files before file further out", boot.Levels{x64("x64", "class a"), file("any", "global")}, "x64", "boot.files.uefi-x64", "class a", "any"},
		{"files before file at one level", boot.Levels{both}, "x64", "boot.files.uefi-x64", "subnet", "any"},
		{"no file", boot.Levels{file("", "reservation 7"), both}, "", "boot.file", "reservation 7", ""},
		{"merged: file before files further out", boot.Levels{file("custom.efi", "pool").Over(both)}, "custom.efi", "boot.file", "pool", "custom.efi"},
		{"merged: files one by one", boot.Levels{x64("near", "pool").Over(both)}, "near", "boot.files.uefi-x64", "pool", "any"},
		{"nobody says it", boot.Levels{nil, {IPXE: says("x")}}, "", "boot.files.uefi-x64", "", ""},
	} {
		got := decide(uefi(), tt.l, here())
		if got.File != tt.file || got.Rule != tt.rule || got.From != tt.from {
			t.Errorf("%s: %q by %q from %q, want %q by %q from %q", tt.name, got.File, got.Rule, got.From, tt.file, tt.rule, tt.from)
		}
		if got := decide(bios(), tt.l, here()); got.File != tt.bios {
			t.Errorf("%s: BIOS gets %q, want %q", tt.name, got.File, tt.bios)
		}
	}
}

func TestDelay(t *testing.T) {
	for want, m := range map[time.Duration]boot.Message{300 * time.Millisecond: uefi(), 0: message("MSFT 5.0")} {
		if got := decide(m, hall(func(s *boot.Settings) { s.Delay = says(300 * time.Millisecond) }), here()).Delay; got != want {
			t.Errorf("%s is held back %v, want %v", m.VendorClass, got, want)
		}
	}
}

// UEFI reads the ACK, HTTP boot the OFFER: both say the same, whatever the client asks for.
func TestOfferAndAckAreAlike(t *testing.T) {
	for _, m := range []boot.Message{bios(), uefi(), httpBoot(), uBoot(), ipxe(0x13), pi()} {
		offer := say(t, decide(m, hall(pxe), here()))
		m.Requested = []byte{1, 3, 6}
		if ack := say(t, decide(m, hall(pxe), here(request))); ack != offer {
			t.Errorf("%s:\nOFFER %s\n  ACK %s", m.VendorClass, offer, ack)
		}
	}
}

func TestNetboot(t *testing.T) {
	localMenu := `60="PXEClient" 43=060103090d00000a4c6f63616c206469736b0a0b004c6f63616c206469736bff`
	atFrontend := "local (%s) siaddr=10.77.0.1 file=http://10.77.0.1:8080/rollcall/local.ipxe 175=b00101"
	check(t, []row{
		{"never", uefi(), hall(), here(never), "(netboot-never)"},
		{"never, iPXE", ipxe(0x13), hall(), here(never), "(netboot-never)"},
		{"never, proxy", uefi(), hall(proxy), here(never), "silence (netboot-never)"},
		{"never, on 4011", uefi(), hall(), here(port4011, never), "silence (netboot-never)"},
		{"local", uefi(), hall(), here(local), "(netboot-local)"},
		{"local, marked", uefi(), hall(pxe), here(local), "local (netboot-local) siaddr=10.77.0.1 " + localMenu},
		{"local, HTTP boot", httpBoot(), hall(pxe), here(local), "(netboot-local)"},
		{"local, proxy", uefi(), hall(proxy), here(local), "silence (netboot-local)"},
		{"local, marked, proxy", uefi(), hall(proxy, pxe), here(local), "local (netboot-local) siaddr=10.77.0.1 " + localMenu + " broadcast"},
		{"local, iPXE", ipxe(0x13), hall(), here(local), strings.ReplaceAll(atFrontend, "%s", "netboot-local")},
		{"local, iPXE, no files here", ipxe(0x13), hall(), here(local, noFiles), "(netboot-local)"},
		{"local, iPXE without HTTP", ipxe(0x15), hall(), here(local), "local (netboot-local) siaddr=10.77.0.1 file=tftp://10.77.0.1/rollcall/local.ipxe 175=b00101"},
		{"once", uefi(), hall(), here(once), "file siaddr=10.77.0.1 file=ipxe.efi"},
		{"once, done", uefi(), hall(), here(onceDone), "(netboot-done)"},
		{"once, done, iPXE", ipxe(0x13), hall(), here(onceDone), strings.ReplaceAll(atFrontend, "%s", "netboot-done")},
		{"always, though done before", uefi(), hall(), here(func(p *boot.Place) { p.Done = true }), "file siaddr=10.77.0.1 file=ipxe.efi"},
	})
}

func TestLoops(t *testing.T) {
	check(t, []row{
		{"firmware", uefi(), hall(pxe), here(looping), "(boot-loop)"},
		{"firmware, proxy", uefi(), hall(proxy), here(looping), "silence (boot-loop)"},
		{"firmware, on 4011", uefi(), hall(), here(port4011, looping), "silence (boot-loop)"},
		{"iPXE", ipxe(0x13), hall(), here(looping), "diagnostic (boot-loop) siaddr=10.77.0.1 file=http://10.77.0.1:8080/rollcall/why.ipxe 175=b00101"},
		{"iPXE without HTTP", ipxe(0x15), hall(), here(looping), "diagnostic (boot-loop) siaddr=10.77.0.1 file=tftp://10.77.0.1/rollcall/why.ipxe 175=b00101"},
		{"iPXE, TFTP alone", ipxe(0x13), hall(), here(looping, onlyTFTP), "diagnostic (boot-loop) siaddr=10.77.0.1 file=tftp://10.77.0.1/rollcall/why.ipxe 175=b00101"},
		{"iPXE, no files here", ipxe(0x13), hall(), here(looping, noFiles), "(boot-loop)"},
		{"iPXE, proxy", ipxe(0x13), hall(proxy), here(looping),
			`diagnostic (boot-loop) siaddr=10.77.0.1 file=http://10.77.0.1:8080/rollcall/why.ipxe 60="PXEClient" 43=060108ff broadcast`},
	})
}

func TestReasonsSayWhatToDo(t *testing.T) {
	for _, r := range boot.Reasons() {
		if r.Text() == "" {
			t.Errorf("%s has no words", r)
		}
	}
	if boot.Reason("nothing").Text() != "" {
		t.Error("what is no reason has words")
	}
}

// What goes out for the name is what the header says, with a zero behind it.
func TestNameEndsWithZero(t *testing.T) {
	for _, m := range []boot.Message{bios(), uefi(), httpBoot(), uBoot(), ipxe()} {
		a := decide(m, hall(), here())
		if v, _ := a.Options.Get(option.BootfileName); string(v) != a.Name+"\x00" || a.Name != a.File {
			t.Errorf("%s: 67 is %q, file %q, name %q", m.VendorClass, v, a.File, a.Name)
		}
		if v, _ := a.Options.Get(option.ClientUUID); string(v) != string(guid) {
			t.Errorf("%s: 97 is %q", m.VendorClass, v)
		}
	}
}
