package boot_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"rollcall/internal/arch"
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// The fixture: a server, a machine, and a file for each firmware.
var (
	server  = netip.MustParseAddr("10.77.0.1")
	other   = netip.MustParseAddr("10.77.0.5")
	machine = netip.MustParseAddr("10.77.0.11")
	chaddr  = []byte{0x52, 0x54, 0, 0, 0, 1}
	guid    = []byte("\x000123456789abcdef")
)

const script = "http://10.77.0.1:8080/boot/52-54-00-00-00-01.ipxe"

func says[T any](v T) boot.Value[T] { return boot.Says(v, "subnet hall") }

func files(names map[arch.Firmware]string) (list []boot.FirmwareFile) {
	for f, name := range names {
		list = append(list, boot.FirmwareFile{Firmware: f, Value: says(name)})
	}
	return list
}

// hall is what is configured for all; with changes it.
func hall(with ...func(*boot.Settings)) boot.Levels {
	s := &boot.Settings{
		Files: files(map[arch.Firmware]string{
			arch.BIOS: "undionly.kpxe", arch.X86: "ipxe-i386.efi", arch.X64: "ipxe.efi", arch.ARM64: "ipxe-arm64.efi", arch.RPi: "rpi", 22: "boot.scr",
		}),
		HTTP: files(map[arch.Firmware]string{arch.X64: "http://10.77.0.1:8080/ipxe.efi"}),
		IPXE: says("http://10.77.0.1:8080/boot/{mac}.ipxe"),
	}
	for _, f := range with {
		f(s)
	}
	return boot.Levels{s}
}

func proxy(s *boot.Settings)    { s.Role = says(boot.Proxy) }
func pxe(s *boot.Settings)      { s.Style = says(boot.PXE) }
func fullPort(s *boot.Settings) { s.PortMode = says(boot.PortFull) }
func menu(s *boot.Settings) {
	s.Menu = says(&boot.Menu{Prompt: "Boot from", Timeout: 5, Items: []boot.MenuItem{
		{Type: 1, Text: "Installer", File: "install.efi"}, {Type: 0, Text: "Local disk"},
	}})
}
func quirk(q boot.Quirk) func(*boot.Settings) {
	return func(s *boot.Settings) { s.Quirk = says(q) }
}

// message is what firmware of an architecture says.
func message(class string, code ...byte) boot.Message {
	return boot.Message{
		VendorClass: []byte(class), Arch: code, NIC: []byte{1, 3, 0}, UUID: guid, Hardware: chaddr,
		Requested: []byte{1, 3, 43, 60, 66, 67, 128, 129},
	}
}

func bios() boot.Message     { return message("PXEClient:Arch:00000:UNDI:002001", 0, 0) }
func uefi() boot.Message     { return message("PXEClient:Arch:00007:UNDI:003000", 0, 7) }
func httpBoot() boot.Message { return message("HTTPClient:Arch:00016:UNDI:003000", 0, 16) }
func uBoot() boot.Message    { return message("U-Boot.armv8", 0, 22) }

// ipxe is one that says what it can do.
func ipxe(features ...byte) boot.Message {
	m := message("PXEClient:Arch:00007:UNDI:003010", 0, 7)
	m.UserClass = []byte("iPXE")
	for _, f := range features {
		m.Features = append(m.Features, f, 1, 1)
	}
	return m
}

func pi() boot.Message {
	m := bios()
	m.Hardware = []byte{0xdc, 0xa6, 0x32, 1, 2, 3}
	return m
}

func changed(m boot.Message, f func(*boot.Message)) boot.Message {
	f(&m)
	return m
}

// here is a DISCOVER on port 67, of a machine with a reservation, at a frontend that serves files.
func here(with ...func(*boot.Place)) *boot.Place {
	p := &boot.Place{Address: server, Port: 67, IP: machine, Hostname: "h1", Subnet: "hall", HTTPPort: 8080, TFTP: true}
	for _, f := range with {
		f(p)
	}
	return p
}

func request(p *boot.Place)  { p.Kind = boot.KindRequest }
func inform(p *boot.Place)   { p.Kind = boot.KindInform }
func port4011(p *boot.Place) { p.Port, p.Kind = boot.PXEPort, boot.KindRequest }
func discover(p *boot.Place) { p.Kind = boot.KindDiscover }
func looping(p *boot.Place)  { p.Looping = true }
func noFiles(p *boot.Place)  { p.HTTPPort, p.TFTP = 0, false }
func onlyTFTP(p *boot.Place) { p.HTTPPort = 0 }
func never(p *boot.Place)    { p.Netboot = boot.Never }
func local(p *boot.Place)    { p.Netboot = boot.Local }
func once(p *boot.Place)     { p.Netboot = boot.Once }
func onceDone(p *boot.Place) { p.Netboot, p.Done = boot.Once, true }

func decide(m boot.Message, l boot.Levels, p *boot.Place) boot.Answer {
	c := boot.Read(&m, l)
	return boot.Decide(&c, l, p)
}

// say writes an answer down: its stage or reason, the header and the options. 97 and 67 as they must be are left out.
func say(t *testing.T, a boot.Answer) string {
	t.Helper()
	if !a.Options.Valid() {
		t.Errorf("options %x are no list", []byte(a.Options))
	}
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if a.Silent {
		add("silence")
	}
	if a.Stage != boot.StageNone {
		add("%s", a.Stage)
	}
	if a.Reason != "" {
		add("(%s)", a.Reason)
	}
	if a.Next.IsValid() {
		add("siaddr=%s", a.Next)
	}
	if a.File != "" {
		add("file=%s", a.File)
	}
	for code, value := range a.Options.All() {
		switch {
		case code == option.BootfileName && a.File != "" && string(value) == a.File+"\x00":
		case code == option.ClientUUID && string(value) == string(guid):
		case code == option.VendorSpecific, code == option.Etherboot:
			add("%d=%x", code, value)
		default:
			add("%d=%q", code, value)
		}
	}
	if a.Broadcast {
		add("broadcast")
	}
	return strings.Join(words, " ")
}

type row struct {
	name string
	m    boot.Message
	l    boot.Levels
	p    *boot.Place
	want string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			if tt.p == nil {
				tt.p = here()
			}
			if got := say(t, decide(tt.m, tt.l, tt.p)); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}
