package leased_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// ruled is the example of the documentation with a policy.
const ruled = leasedtest.Floor + "  policy: {files: [rules.star]}\n"

// write makes a text the policy of a configuration in dir.
func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "rules.star"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// broken has a mistake in line 3, column 12.
const broken = "\ndef filter(request):\n    return tru\n"

// namesLine verifies that an error is one of the configuration's, with the place of the mistake in broken.
func namesLine(t *testing.T, err error, dir string) {
	t.Helper()
	faults, ok := errors.AsType[*config.Errors](err)
	if !ok || !strings.Contains(faults.Error(), filepath.Join(dir, "rules.star")+":3:12: ") {
		t.Errorf("error %v, want one of the configuration that names line 3", err)
	}
}

func TestPolicyWithMistakes(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	write(t, dir, broken)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, ruled), DataDir: dir}
	_, err := leased.New(cfg)
	namesLine(t, err, dir)
	if _, err := os.Stat(filepath.Join(dir, "leased.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a database all the same: %v", err)
	}
	_, err = leased.Check(cfg.Leased)
	namesLine(t, err, dir)
	write(t, dir, "def filter(request):\n    return True\n\ndef event(e):\n    pass\n")
	if hooks, err := leased.Check(cfg.Leased); hooks != 2 || err != nil {
		t.Errorf("Check: %d hooks, %v; want 2", hooks, err)
	}
}

// TestPolicyReload: each reload reads the files again; one with mistakes leaves the old policy in force.
func TestPolicyReload(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	write(t, dir, "def filter(request):\n    return request.mac != '"+guest+"'\n")
	with, without := leasedtest.Read(t, dir, ruled), leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: with, DataDir: dir})
	f := s.Connect(t, "gate")
	expect := func(reasons map[string]string) {
		t.Helper()
		for mac, want := range reasons {
			if a := f.Ask(leasedtest.Discover(mac))[0]; a.GetReason() != want {
				t.Errorf("DISCOVER of %s: %v %q, want the reason %q", mac, a.GetKind(), a.GetReason(), want)
			}
		}
	}
	expect(map[string]string{guest: "policy-filter", other: ""})

	write(t, dir, broken)
	namesLine(t, reload(s.Service, with), dir)
	expect(map[string]string{guest: "policy-filter", other: ""})

	write(t, dir, "def filter(request):\n    return request.mac != '"+other+"'\n")
	expect(map[string]string{guest: "policy-filter", other: ""})
	if err := reload(s.Service, with); err != nil {
		t.Fatalf("reload: %v", err)
	}
	expect(map[string]string{guest: "", other: "policy-filter"})

	if err := reload(s.Service, without); err != nil {
		t.Fatalf("reload: %v", err)
	}
	expect(map[string]string{guest: "", other: ""})
}

// TestPolicyReply: what the policy makes of an answer is what the client gets and what is stored.
func TestPolicyReply(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	write(t, dir, `
def reply(request, lease, reply):
    if request.mac == "`+testbox+`":
        return
    reply.lease_time = 77
    reply.options["routers"] = None
    reply.options["domain-name"] = request.link + ".example.org"
`)
	s := leasedtest.Run(t, leased.Config{Leased: leasedtest.Read(t, dir, ruled), DataDir: dir})
	f := s.Connect(t, "gate")
	offer := f.Ask(leasedtest.Discover(guest))[0]
	ack := f.Ask(leasedtest.Select(guest, offer))[0]
	for _, a := range []*leasedv1.Answer{offer, ack} {
		options := option.List(a.GetOptions())
		if v, ok := options.Get(option.LeaseTime); !ok || string(v) != "\x00\x00\x00\x4d" {
			t.Errorf("%v: lease time %x, want 77 s", a.GetKind(), v)
		}
		if v, ok := options.Get(option.Router); ok {
			t.Errorf("%v: router %x, want none", a.GetKind(), v)
		}
		if v, _ := options.Get(option.DomainName); string(v) != "eth1.example.org" {
			t.Errorf("%v: domain name %q", a.GetKind(), v)
		}
	}
	for _, l := range leases(t, s, "lobby") {
		if d := l.GetExpires().AsTime().Sub(l.GetCltt().AsTime()).Seconds(); d != 77 {
			t.Errorf("the lease is stored for %v s, want 77", d)
		}
	}
	f.Lease(testbox) // which the policy leaves alone
}

// TestPolicyEvents: the event hook annotates and drops events; a reload may bring it and take it away.
func TestPolicyEvents(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	write(t, dir, `
def event(e):
    if e.kind == "client.unknown":
        return False
    if e.kind == "lease.granted":
        e.annotations["rack"] = "12"
`)
	with, without := leasedtest.Read(t, dir, ruled), leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: without, DataDir: dir})
	f := s.Connect(t, "gate")
	f.Lease(guest)
	if err := reload(s.Service, with); err != nil {
		t.Fatalf("reload: %v", err)
	}
	f.Lease(other)
	if err := reload(s.Service, without); err != nil {
		t.Fatalf("reload: %v", err)
	}
	f.Lease("52:54:00:12:34:58")
	var racks []string
	for _, e := range s.Events(t, "lease.granted") {
		racks = append(racks, e.GetAnnotations()["rack"])
	}
	if got := strings.Join(racks, ","); got != ",12," {
		t.Errorf("racks of the three leases are %q, want that of the second alone", got)
	}
	for _, e := range s.Events(t, "client.unknown") {
		if e.GetMachine().GetHardware() == other {
			t.Errorf("the event that the policy drops is there: %v", e)
		}
	}
}
