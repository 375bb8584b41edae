package bootname_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/bootname"
)

var machine = &bootname.Machine{
	Hardware: []byte{0x52, 0x54, 0, 0x12, 0x34, 0xff}, IP: netip.MustParseAddr("10.20.0.7"), Server: netip.MustParseAddr("10.20.0.1"),
	UUID: []byte("\x00\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), Arch: "uefi-x64",
	Hostname: "Desk-7.example.org", Subnet: "hall/1", HTTP: netip.MustParseAddrPort("10.20.0.2:8080"),
}

func TestExpand(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"", ""},
		{"pxelinux.0", "pxelinux.0"},
		{"pxelinux.cfg/01-{mac}", "pxelinux.cfg/01-52-54-00-12-34-ff"},
		{"http://{server}:8080/{ip}/{uuid}", "http://10.20.0.1:8080/10.20.0.7/00112233-4455-6677-8899-aabbccddeeff"},
		{"{mac:plain}/{mac:colon}", "5254001234ff/52:54:00:12:34:ff"},
		{"{http}/{arch}.efi", "http://10.20.0.2:8080/uefi-x64.efi"},
		{"{arch}/{hostname}/{subnet}", "uefi-x64/Desk-7/hall-1"},
		{"http://x/${net0/mac}-{mac}${uuid}", "http://x/${net0/mac}-52-54-00-12-34-ff${uuid}"},
		{"$${mac}{mac}", "$${mac}52-54-00-12-34-ff"},
		{"a{b", "a{b"},
	} {
		if got := bootname.Expand(tt.name, machine); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.name, got, tt.want)
		}
	}
	if got, want := bootname.Expand("{mac}{mac:plain}{ip}{server}{uuid}{arch}{hostname}{subnet}{http}", &bootname.Machine{}), strings.Repeat("unknown", 9); got != want {
		t.Errorf("nothing is known: %q, want %q", got, want)
	}
	if n := testing.AllocsPerRun(100, func() { bootname.Expand("http://10.20.0.1/ipxe.efi", machine) }); n != 0 {
		t.Errorf("a name without placeholders takes %v allocations", n)
	}
}

// A machine may call itself what it likes.
func TestExpandLeavesNoDirectory(t *testing.T) {
	m := *machine
	for _, hostname := range []string{"../../etc/passwd", "..", "a/b", "a?b#c", "a\\b", "a\x00b", "{mac}", "${shell}", "é"} {
		m.Hostname = hostname
		if got := bootname.Expand("d/{hostname}/x", &m); strings.ContainsAny(got[2:len(got)-2], "/\\?#\x00{}$") || strings.HasPrefix(got, "d/.") {
			t.Errorf("%q becomes %q", hostname, got)
		}
	}
}

// Nothing that a machine says makes a name too long that was accepted.
func TestAcceptedNamesFit(t *testing.T) {
	long := strings.Repeat("x", 300)
	m := &bootname.Machine{
		Hardware: make([]byte, 16), IP: netip.MustParseAddr("255.255.255.255"), Server: netip.MustParseAddr("255.255.255.255"),
		UUID: machine.UUID, Arch: long, Hostname: long, Subnet: long, HTTP: netip.MustParseAddrPort("255.255.255.255:65535"),
	}
	for _, p := range bootname.Placeholders() {
		for fill := range 256 {
			name := strings.Repeat("y", fill) + "{" + p + "}"
			got := len(bootname.Expand(name, m))
			if bootname.File(name) == nil && got > bootname.MaxFile || bootname.Path(name) == nil && got > bootname.MaxName ||
				bootname.Script(name) == nil && got > bootname.MaxName {
				t.Fatalf("%s behind %d octets becomes %d", p, fill, got)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	say := func(f *bootname.Fault) string {
		if f == nil {
			return ""
		}
		return f.Problem
	}
	long := strings.Repeat("x", 128)
	for _, tt := range []struct{ name, file, path, url, script string }{
		{name: ""},
		{name: "pxelinux.0", url: "is not a URL"},
		{name: "/{arch}/boot.{mac}", url: "is not a URL"},
		{name: "http://10.0.0.1/{mac}.ipxe", file: "is a URL", path: "is a URL"},
		{name: "HTTPS://boot.example.org/x.efi?a={uuid}", file: "is a URL", path: "is a URL"},
		{name: "tftp://10.0.0.1/x", file: "is a URL", path: "is a URL", url: "neither http nor https"},
		{name: "gopher://x/", file: "is a URL", path: "is a URL", url: "neither http nor https", script: "nothing by gopher"},
		{name: "{http}/{arch}.efi", file: "is a URL", path: "is a URL"},
		{name: "{http}", file: "is a URL", path: "is a URL"},
		{name: "x/{http}", file: "not the beginning", path: "not the beginning", url: "not a URL", script: "not the beginning"},
		{name: "http://{http}/x", file: "is a URL", path: "is a URL", url: "not the beginning", script: "not the beginning"},
		{name: "{macs}.efi", file: `"{macs}" is no`, path: `"{macs}" is no`, url: "not a URL", script: `"{macs}" is no`},
		{name: "a{mac.efi", file: "which has no end", path: "which has no end", url: "not a URL", script: "which has no end"},
		{name: "amac}.efi", file: "without its beginning", path: "without its beginning", url: "not a URL", script: "without its beginning"},
		{name: "${uuid}.efi", file: "only iPXE knows ${uuid}", path: "only iPXE knows ${uuid}", url: "not a URL"},
		{name: "http://10.0.0.1/${uuid}", file: "is a URL", path: "is a URL", url: "only iPXE knows"},
		{name: "http:///x", file: "is a URL", path: "is a URL", url: "names no host", script: "names no host"},
		{name: "http://[::1]/x", file: "is a URL", path: "is a URL", url: "IPv6", script: "IPv6"},
		{name: "http://a/b#c", file: "is a URL", path: "is a URL", url: "fragment", script: "fragment"},
		{name: "http://a/b c", file: "is a URL", path: "is a URL", url: `contains ' '`, script: `contains ' '`},
		{name: "a\x00b", file: "control character 0x00", path: "control character", url: "not a URL", script: "control character"},
		{name: long, file: "has 128 bytes; the field of the header holds 127", url: "not a URL"},
		{name: long + long, file: "has 256 bytes", path: "has 256 bytes; option 67 holds 254", url: "not a URL", script: "has 256 bytes"},
		{name: long[:81] + "{mac}", file: "may become 129 bytes", url: "not a URL"},
	} {
		for what, got := range map[string][2]string{
			"file": {tt.file, say(bootname.File(tt.name))}, "path": {tt.path, say(bootname.Path(tt.name))},
			"url": {tt.url, say(bootname.URL(tt.name))}, "script": {tt.script, say(bootname.Script(tt.name))},
		} {
			if (got[0] == "") != (got[1] == "") || !strings.Contains(got[1], got[0]) {
				t.Errorf("%q as %s: %q, want %q", tt.name, what, got[1], got[0])
			}
		}
	}
	if f := bootname.ServerName(strings.Repeat("x", 64)); f == nil {
		t.Error("a server name of 64 octets is accepted")
	}
}

func TestHostToResolve(t *testing.T) {
	want := map[string]string{
		"": "", "boot/x.ipxe": "", "http://10.0.0.1:8080/x": "", "http://{server}/x": "", "{http}/x": "", "http://${next-server}/x": "",
		"http://boot.example.org": "boot.example.org", "https://boot:443/x": "boot", "http://user@boot?x": "boot",
	}
	got := map[string]string{}
	for s := range want {
		got[s] = bootname.HostToResolve(s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}

func TestUUID(t *testing.T) {
	for _, none := range []string{"", strings.Repeat("\x00", 17), "\x01" + strings.Repeat("x", 16), "\x00abc"} {
		if got := bootname.UUID([]byte(none)); got != "" {
			t.Errorf("UUID of %q: %q", none, got)
		}
	}
}

func TestMenu(t *testing.T) {
	lines := func(n, length int) (all []bootname.MenuLine) {
		for i := range n {
			all = append(all, bootname.MenuLine{Type: uint16(i), Text: strings.Repeat("x", length)})
		}
		return all
	}
	for _, tt := range []struct {
		lines []bootname.MenuLine
		want  string
	}{
		{lines(3, 20), ""},
		{lines(24, 0), ""},
		{lines(25, 0), "25 items"},
		// 3 for discovery control, 2 and 21 for the servers, 2 and 4 times 3 beside the texts, 3 for the prompt, 1 for the end.
		{lines(4, 53), "takes 256 bytes"},
		{lines(4, 52), ""},
	} {
		f := bootname.Menu("", tt.lines)
		if (f == nil) != (tt.want == "") || f != nil && !strings.Contains(f.Problem, tt.want) {
			t.Errorf("%d lines of %d: %+v, want %q", len(tt.lines), len(tt.lines[0].Text), f, tt.want)
		}
	}
	if bootname.MenuText("ä") == nil || bootname.MenuText(strings.Repeat("x", 71)) == nil || bootname.MenuText("Boot from (y/n)") != nil {
		t.Error("MenuText: want letters of ASCII, at most 70")
	}
}

func ExampleExpand() {
	fmt.Println(bootname.Expand("boot/{mac}.ipxe", &bootname.Machine{Hardware: []byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}}))
	// Output: boot/52-54-00-12-34-56.ipxe
}
