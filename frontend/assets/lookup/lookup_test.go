package lookup_test

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/refusal"
	leasedv1 "rollcall/proto/leased/v1"
)

// leased knows machines by their addresses.
type leased struct {
	machines map[string]*leasedv1.MachineResponse
	err      error
	asked    []*leasedv1.MachineRequest
}

func (l *leased) Machine(_ context.Context, req *leasedv1.MachineRequest, _ ...grpc.CallOption) (*leasedv1.MachineResponse, error) {
	l.asked = append(l.asked, req)
	if l.err != nil {
		return nil, l.err
	}
	if m := l.machines[req.GetAddress()]; m != nil {
		return m, nil
	}
	return &leasedv1.MachineResponse{Hardware: req.GetHardware(), Address: req.GetAddress()}, nil
}

type fixture struct {
	*lookup.Lookup
	t      *testing.T
	leased *leased
}

func newFixture(t *testing.T, files map[string]string) *fixture {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := directory.Open(root, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	known := &leased{machines: map[string]*leasedv1.MachineResponse{
		"10.20.0.7": {Hardware: "52:54:00:00:00:07", Address: "10.20.0.7", Hostname: "seven", Script: "http://s/seven.ipxe"},
		"10.20.0.8": {Hardware: "52:54:00:00:00:08", Address: "10.20.0.8", Hostname: "eight", Reason: "boot-loop", ReasonText: "it goes round in circles"},
		"10.20.0.9": {Hardware: "52:54:00:00:00:09", Address: "10.20.0.9", Hostname: "nine", Script: "http://s/boot/autoexec.ipxe"},
	}}
	l := lookup.New(lookup.Config{Frontend: "fe1", Machines: known})
	l.SetDirectory(dir)
	t.Cleanup(func() { l.SetDirectory(nil) })
	return &fixture{l, t, known}
}

// open returns the text for a machine and its purpose, or why there is none.
func (f *fixture) open(client, path string) (text string, purpose leasedv1.Fetch_Purpose, reason refusal.Reason) {
	f.t.Helper()
	c, why := f.Open(f.t.Context(), lookup.Ask{
		Path: path, Client: netip.MustParseAddr(client), Local: netip.MustParseAddr("10.20.0.1"), Hardware: lookup.Hardware(path),
		HTTP: "http://10.20.0.1:8080", Base: "tftp://10.20.0.1",
	})
	if why != nil {
		return "", 0, why.Reason
	}
	defer c.Close()
	b, err := io.ReadAll(c.Body)
	if err != nil || int64(len(b)) != c.Size {
		f.t.Errorf("%s: %d octets of %d, %v", path, len(b), c.Size, err)
	}
	return string(b), c.Purpose, ""
}

func TestOrder(t *testing.T) {
	f := newFixture(t, map[string]string{
		"file.ipxe": "the file", "file.ipxe.tmpl": "not the template", "host.ipxe.tmpl": "for {{.Hostname}}",
		"boot/default.ipxe.tmpl": "default for {{.Hostname}}", "boot/own.ipxe.tmpl": "own for {{.Hostname}}", "boot/broken.ipxe.tmpl": "\n{{.Extra.none}}",
		"real/autoexec.ipxe": "the automatic file", "rendered/autoexec.ipxe.tmpl": "automatic for {{.Hostname}}",
		"rollcall/local.ipxe": "never", "rollcall/notes.txt": "a file", "large.ipxe.tmpl": strings.Repeat("x", 300<<10),
	})
	const file, made, own = leasedv1.Fetch_PURPOSE_UNSPECIFIED, leasedv1.Fetch_PURPOSE_SCRIPT, leasedv1.Fetch_PURPOSE_OWN_SCRIPT
	for _, tt := range []struct {
		client, path string
		part         string // of the text
		purpose      leasedv1.Fetch_Purpose
		reason       refusal.Reason
	}{
		{"10.20.0.7", "file.ipxe", "the file", file, ""},
		{"10.20.0.7", "host.ipxe", "for seven", made, ""},
		{"10.20.0.8", "host.ipxe", "for eight", made, ""},
		{"10.20.0.7", "boot/own.ipxe", "own for seven", made, ""},
		{"10.20.0.7", "boot/52-54-00-00-00-08.ipxe", "default for seven", made, ""}, // whichever it asks for
		{"10.20.0.7", "boot/deeper/x.ipxe", "", 0, refusal.NotFound},
		{"10.20.0.7", "boot/x.txt", "", 0, refusal.NotFound},
		{"10.20.0.7", "other.ipxe", "", 0, refusal.NotFound},
		{"10.20.0.7", "host.ipxe.tmpl", "", 0, refusal.Source},
		{"10.20.0.7", "boot/default.ipxe.tmpl", "", 0, refusal.Source},
		{"10.20.0.7", "large.ipxe", "", 0, refusal.TooLarge},
		{"10.20.0.7", "boot/broken.ipxe", "broken.ipxe.tmpl:2", own, ""},
		{"10.20.0.7", "real/autoexec.ipxe", "the automatic file", file, ""},
		{"10.20.0.7", "rendered/autoexec.ipxe", "automatic for seven", made, ""},
		{"10.20.0.7", "autoexec.ipxe", "\nchain --replace http://s/seven.ipxe ||\n", own, ""},
		{"10.20.0.7", "boot/autoexec.ipxe", "\nchain --replace http://s/seven.ipxe ||\n", own, ""}, // before the default
		{"10.20.0.7", "no/such/place/autoexec.ipxe", "\nchain --replace http://s/seven.ipxe ||\n", own, ""},
		{"10.20.0.8", "autoexec.ipxe", "it goes round in circles", own, ""},
		{"10.20.0.9", "autoexec.ipxe", "", 0, refusal.NotFound}, // it would be chained to itself
		{"10.99.0.1", "autoexec.ipxe", "", 0, refusal.NotFound},
		{"10.20.0.8", "rollcall/why.ipxe", "rollcall boot show 52:54:00:00:00:08\n", own, ""},
		{"10.20.0.7", "rollcall/local.ipxe", "sanboot", own, ""},
		{"10.20.0.7", "rollcall/notes.txt", "a file", file, ""},
		{"10.20.0.7", "rollcall/done", "", 0, refusal.NotFound},
	} {
		text, purpose, reason := f.open(tt.client, tt.path)
		if !strings.Contains(text, tt.part) || purpose != tt.purpose || reason != tt.reason || tt.reason == "" && text == "" {
			t.Errorf("%s for %s: %q, %v, %q; want %q, %v, %q", tt.path, tt.client, text, purpose, reason, tt.part, tt.purpose, tt.reason)
		}
	}
}

// Leased is asked by the address first, and told of what the path names.
func TestMachineIsFoundByAddress(t *testing.T) {
	f := newFixture(t, map[string]string{"boot/default.ipxe.tmpl": "{{.MAC}}"})
	if text, _, _ := f.open("10.99.0.1", "boot/52-54-00-00-00-08.ipxe"); text != "52:54:00:00:00:08" {
		t.Errorf("a machine of an unknown address gets %q", text)
	}
	if text, _, _ := f.open("10.20.0.7", "boot/52-54-00-00-00-08.ipxe"); text != "52:54:00:00:00:07" {
		t.Errorf("a machine that asks for the script of another one gets %q", text)
	}
	want := []*leasedv1.MachineRequest{
		{Address: "10.99.0.1", Hardware: "52:54:00:00:00:08", Frontend: "fe1"}, {Address: "10.20.0.7", Hardware: "52:54:00:00:00:08", Frontend: "fe1"},
	}
	if diff := cmp.Diff(want, f.leased.asked, protocmp.Transform()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// Without leased there are files still, and what is not made for one machine.
func TestLeasedAway(t *testing.T) {
	f := newFixture(t, map[string]string{"boot.ipxe": "file", "host.ipxe.tmpl": "{{.MAC}}"})
	f.leased.err = errors.New("away")
	for path, want := range map[string]refusal.Reason{
		"boot.ipxe": "", "rollcall/local.ipxe": "", "nothing": refusal.NotFound, "nothing.ipxe": refusal.NotFound,
		"host.ipxe": refusal.Leased, "autoexec.ipxe": refusal.Leased, "rollcall/why.ipxe": refusal.Leased,
	} {
		if _, _, reason := f.open("10.20.0.7", path); reason != want {
			t.Errorf("%s: %q, want %q", path, reason, want)
		}
	}
}

func TestHardware(t *testing.T) {
	for path, want := range map[string]string{
		"boot/52-54-00-AB-00-01.ipxe":       "52:54:00:ab:00:01",
		"/52:54:00:00:00:01/kernel":         "52:54:00:00:00:01",
		"menu/525400000001":                 "52:54:00:00:00:01",
		`pxelinux.cfg\01-52-54-00-00-00-01`: "52:54:00:00:00:01",
		"boot/ipxe.efi":                     "",
		"0a1400071234567":                   "",
		"initrd-6.1.0":                      "",
		"20240101120z":                      "",
		"":                                  "",
	} {
		if got := lookup.Hardware(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
