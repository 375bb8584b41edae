package script_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/assets/script"
	leasedv1 "rollcall/proto/leased/v1"
)

var place = script.Place{Server: "10.20.0.1", HTTP: "http://10.20.0.1:8080", Base: "http://10.20.0.1:8080"}

func known() *leasedv1.MachineResponse {
	return &leasedv1.MachineResponse{
		Hardware: "52:54:00:00:00:01", Address: "10.20.0.7", Hostname: "node7", Subnet: "hall", Reservation: "r-7",
		Extra: map[string]string{"role": "web", "args": "console=ttyS0,115200 ip=${net0/ip}"}, Uuid: "00000000-0000-0000-0000-525400000001",
		Firmware: "uefi-x64", Netboot: "once", Script: "http://10.20.0.1:8080/boot/52-54-00-00-00-01.ipxe",
	}
}

func TestRender(t *testing.T) {
	for source, want := range map[string]string{
		"{{.MAC}} {{.Address}} {{.Hostname}} {{.Subnet}} {{.Reservation}}":    "52:54:00:00:00:01 10.20.0.7 node7 hall r-7",
		"{{.UUID}} {{.Firmware}} {{.Netboot}} {{.Reason}}":                    "00000000-0000-0000-0000-525400000001 uefi-x64 once ",
		"{{.Server}} {{.HTTP}} {{.Done}}":                                     "10.20.0.1 http://10.20.0.1:8080 http://10.20.0.1:8080/rollcall/done",
		"{{.Extra.role}} {{.Extra.args}}":                                     "web console=ttyS0,115200 ip=${net0/ip}",
		`{{index .Extra "none"}}{{with index .Extra "role"}}is {{.}}{{end}}`:  "is web",
		`{{upper .Hostname}} {{lower "ABC"}} {{replace ":" "-" .MAC}}`:        "NODE7 abc 52-54-00-00-00-01",
		`{{default "eth0" (index .Extra "nic")}} {{.Hostname | default "x"}}`: "eth0 node7",
		`{{urlquery "a b&c"}}`:                                                "a+b%26c",
		`{{if eq .Netboot "once"}}install{{else}}run{{end}}`:                  "install",
	} {
		got, err := script.Render("t", source, script.NewMachine(known(), place))
		if string(got) != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", source, got, err, want)
		}
	}
	for source, want := range map[string]string{
		"#!ipxe\n{{.Extra.none}}":              "boot/x.ipxe.tmpl:2",
		"#!ipxe\n\n{{.Unknown}}":               "boot/x.ipxe.tmpl:3",
		"{{if}}":                               "boot/x.ipxe.tmpl:1",
		"{{env \"HOME\"}}":                     `"env" not defined`,
		`{{template "/etc/passwd"}}`:           "/etc/passwd",
		"{{range 1000000000}}{{$.MAC}}{{end}}": "longer than",
	} {
		if got, err := script.Render("boot/x.ipxe.tmpl", source, script.NewMachine(known(), place)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %.40q, %v; want an error with %s", source, got, err, want)
		}
	}
}

// A template that is wrong costs its script, not the frontend.
func TestRenderEnds(t *testing.T) {
	for source, want := range map[string]string{
		"{{range 1000000000000}}{{end}}":                                               "loops",
		"{{range 1000000}}{{range 1000000}}{{if false}}x{{end}}{{end}}{{end}}":         "loops",
		"{{if true}}{{with .MAC}}{{range 1000000000000}}{{else}}{{end}}{{end}}{{end}}": "loops",
		`{{define "a"}}{{if .}}{{template "a" slice . 1}}{{template "a" slice . 1}}{{end}}{{end}}` +
			`{{template "a" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}`: "loops",
		`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`:          "loops",
		`{{$x := "a"}}{{range 60}}{{$x = printf "%s%s" $x $x}}{{end}}`:   "64 KiB",
		`{{$x := "a"}}{{range 60}}{{$x = print $x $x}}{{end}}`:           "64 KiB",
		`{{$x := "a"}}{{range 60}}{{$x = replace "a" "aaaa" $x}}{{end}}`: "64 KiB",
		`{{$x := "<"}}{{range 60}}{{$x = html $x $x}}{{end}}`:            "64 KiB",
		`{{$x := "<"}}{{range 60}}{{$x = js $x $x}}{{end}}`:              "64 KiB",
		`{{$x := "<"}}{{range 60}}{{$x = urlquery $x $x}}{{end}}`:        "64 KiB",
		`{{$x := "<"}}{{range 60}}{{$x = println $x $x}}{{end}}`:         "64 KiB",
		`{{printf "` + strings.Repeat("%999999d", 65) + `"}}`:            "verbs",
		`{{range 100000}}{{printf "%60000d" 1}}{{end}}`:                  "1 MiB",
	} {
		if got, err := script.Render("t", source, script.NewMachine(known(), place)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %.40q, %v; want an error with %s", source, got, err, want)
		}
	}
}

// hostile is a machine, and an operator's data, that would like to run commands.
func hostile() *leasedv1.MachineResponse {
	const bad = "a\nshell\r\x00||reboot;${x}`\"'\\ \u2028b"
	return &leasedv1.MachineResponse{
		Hardware: bad, Address: bad, Hostname: bad, Subnet: bad, Reservation: bad, Extra: map[string]string{"k": bad}, Uuid: bad, Firmware: bad,
		Netboot: bad, Reason: bad, ReasonText: bad, Script: bad,
	}
}

func TestValuesAreHarmless(t *testing.T) {
	m := script.NewMachine(hostile(), place)
	for name, got := range map[string]string{
		"MAC": m.MAC, "Address": m.Address, "Hostname": m.Hostname, "UUID": m.UUID, "Firmware": m.Firmware, "Netboot": m.Netboot, "Reason": m.Reason,
	} {
		if got != "ashellrebootxb" {
			t.Errorf("%s is %q", name, got)
		}
	}
	for name, got := range map[string]string{"Subnet": m.Subnet, "Reservation": m.Reservation, "Extra": m.Extra["k"], "ReasonText": m.ReasonText, "Script": m.Script} {
		if strings.ContainsAny(got, "\n\r\x00\u2028") {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.ContainsAny(m.Script, " \"'`\\") {
		t.Errorf("the script is at %q", m.Script)
	}
	allowed := []string{"#!ipxe", "echo", "isset ${ip} || dhcp ||", "chain --replace http://", "sleep ", "exit 1"}
	for name, text := range map[string][]byte{"why": script.Why(m), "chain": script.Chain(m), "failed": script.Failed(errors.New("x\nshell"), m)} {
		for i, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			ok := false
			for _, a := range allowed {
				ok = ok || l == a || strings.HasPrefix(l, a) && a != "echo" || strings.HasPrefix(l, "echo ") && !strings.ContainsAny(l, "$\\\"'`;|&#\r\x00")
			}
			if !ok {
				t.Errorf("line %d of %s: %q", i+1, name, l)
			}
		}
	}
}

func TestURLOfScript(t *testing.T) {
	for at, want := range map[string]string{
		"":                            "",
		"http://s/${net0/mac:hexhyp}": "http://s/${net0/mac:hexhyp}",
		"tftp://s/a b":                "tftp://s/a%20b",
		"boot/menu.ipxe":              "http://10.20.0.1:8080/boot/menu.ipxe",
		"/boot/menu.ipxe":             "http://10.20.0.1:8080/boot/menu.ipxe",
		"http://s/x\nshell":           "http://s/xshell",
		`http://s/a"b'c\d`:            "http://s/a%22b%27c%5cd",
	} {
		if got := script.NewMachine(&leasedv1.MachineResponse{Script: at}, place).Script; got != want {
			t.Errorf("%q: %q, want %q", at, got, want)
		}
	}
}

func TestWhy(t *testing.T) {
	m := known()
	m.Reason, m.ReasonText = "boot-loop", "it asked for its first file 5 times in 5 minutes & went no further"
	want := `#!ipxe
echo
echo rollcall has nothing to boot for this machine.
echo
echo Machine: 52:54:00:00:00:01, 10.20.0.7, node7, subnet hall, reservation r-7, uefi-x64
echo Reason: it asked for its first file 5 times in 5 minutes _ went no further
echo To learn more, run this where leased runs: rollcall boot show 52:54:00:00:00:01
echo
echo The next boot device follows in 30 seconds.
sleep 30
exit 1
`
	if diff := cmp.Diff(want, string(script.Why(script.NewMachine(m, place)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(script.Why(script.NewMachine(&leasedv1.MachineResponse{}, script.Place{}))); !strings.Contains(got, "Machine: unknown\n") {
		t.Errorf("of a machine that nothing is known of: %s", got)
	}
}

func TestChain(t *testing.T) {
	want := `#!ipxe
isset ${ip} || dhcp ||
chain --replace http://10.20.0.1:8080/boot/52-54-00-00-00-01.ipxe ||
echo rollcall: this machine could not fetch what it is told to:
echo http://10.20.0.1:8080/boot/52-54-00-00-00-01.ipxe
echo The next boot device follows in 10 seconds.
sleep 10
exit 1
`
	if diff := cmp.Diff(want, string(script.Chain(script.NewMachine(known(), place)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
