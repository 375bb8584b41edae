package replay_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/plan"
	"rollcall/leased/policy"
	"rollcall/leased/policy/replay"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

const configuration = `
leased:
  authoritative: true
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      lease: {time: 60s}
      pools: [{range: 10.99.0.50-10.99.0.51}, {name: guests, range: 10.99.0.200-10.99.0.210}]
  limits: {actions: 100}
`

// world plays messages of machines on one link by a policy.
type world struct {
	player *replay.Player
	link   *engine.Link
}

func newWorld(t *testing.T, script string) *world {
	t.Helper()
	cfg, err := config.Parse("rollcall.yaml", []byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	rules := plan.Of(cfg.Leased)
	var asked replay.Policy
	if script != "" {
		file := filepath.Join(t.TempDir(), "a.star")
		if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		settings := config.DefaultPolicy()
		settings.Files, settings.Timeout = []string{file}, time.Minute
		p, err := policy.Load(policy.Config{Settings: &settings, Names: cfg.Leased.Names, Plan: rules})
		if err != nil {
			t.Fatal(err)
		}
		rules.Stages, asked = p.Stages(), p
	}
	f := &engine.Frontend{Name: "capture"}
	f.Links = []*engine.Link{{Frontend: f, Name: "eth1", IPs: []engine.IP{0x0a630001}, Up: true}}
	w := &world{player: replay.New(rules, f, asked), link: f.Links[0]}
	w.player.Explain = true
	return w
}

// play plays a message of the nth machine and says what it came to.
func (w *world) play(at time.Duration, n byte, kind engine.MessageType, ciaddr engine.IP, options option.List) replay.Outcome {
	q := &engine.Query{
		Link: w.link, Port: 67, Type: kind, XID: uint32(at), HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, n}), CIAddr: ciaddr, Options: options,
		Destination: 0xffffffff,
	}
	q.Index()
	return w.player.Play(q, noon.Add(at))
}

func (w *world) discover(at time.Duration, n byte) replay.Outcome {
	return w.play(at, n, engine.Discover, 0, nil)
}

// selects asks for what was offered.
func (w *world) selects(at time.Duration, n byte, offer replay.Outcome) replay.Outcome {
	var l option.List
	l = l.AppendUint32(option.RequestedAddress, uint32(offer.Decision.IP)).AppendUint32(option.ServerID, 0x0a630001)
	return w.play(at, n, engine.Request, 0, l)
}

func text(o replay.Outcome) string {
	return strings.Join(strings.Fields(o.Decision.Kind.String()+" "+o.Decision.IP.String()+" "+string(o.Decision.Reason)), " ")
}

// Without a policy the rules alone decide, and each message finds what those before it have left.
func TestRulesAlone(t *testing.T) {
	w := newWorld(t, "")
	first := w.discover(0, 1)
	got := []string{
		text(first), text(w.discover(0, 2)), text(w.selects(time.Second, 1, first)), text(w.discover(2*time.Second, 3)),
		text(w.play(30*time.Second, 1, engine.Request, first.Decision.IP, nil)),
		// Its lease has run out, and the offers to the others have too.
		text(w.discover(2*time.Minute, 1)),
		// A clock that goes back stands still.
		text(w.discover(time.Second, 4)),
	}
	want := []string{"OFFER 10.99.0.50", "OFFER 10.99.0.51", "ACK 10.99.0.50", "OFFER 10.99.0.200", "ACK 10.99.0.50", "OFFER 10.99.0.50", "OFFER 10.99.0.51"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(first.Policy) > 0 || len(first.Steps) < 4 {
		t.Errorf("policy %v, steps %v", first.Policy, first.Steps)
	}
}

const script = `
def filter(request):
    if request.mac.endswith(":09"):
        return False
    return None if request.mac.endswith(":08") else True

def unknown(request):
    return "guests" if request.mac.endswith(":07") else None

def reply(request, lease, reply):
    if request.mac.endswith(":06"):
        fail("no reply today")
    if request.mac.endswith(":05"):
        return False
    reply.lease_time = 30
`

func TestPolicy(t *testing.T) {
	w := newWorld(t, script)
	type outcome struct{ Text, Failure string }
	var got []outcome
	for n := byte(9); n >= 4; n-- {
		o := w.discover(0, n)
		one := outcome{Text: text(o)}
		for _, s := range o.Policy {
			if msg, failed := policy.FailureIn(s); failed {
				one.Failure = msg + " at " + filepath.Base(s.Because)
			}
		}
		got = append(got, one)
	}
	got = append(got, outcome{Text: text(w.discover(time.Second, 8))})
	want := []outcome{
		{"DROP policy-filter", ""}, {"DROP policy-suspend", ""}, {"OFFER 10.99.0.200", ""}, {"OFFER 10.99.0.50", "fail: no reply today at a.star:12:13"},
		{"DROP policy-silent", ""}, {"OFFER 10.99.0.51", ""}, {"DROP suspended", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What the policy makes of an answer is what counts for the messages after it.
func TestPolicyChangesTheLease(t *testing.T) {
	w := newWorld(t, script)
	granted := w.selects(0, 1, w.discover(0, 1))
	if value, _ := granted.Decision.Options.Get(option.LeaseTime); text(granted) != "ACK 10.99.0.50" || len(value) != 4 || value[3] != 30 {
		t.Errorf("%s, lease time %v", text(granted), value)
	}
	after := w.discover(40*time.Second, 2)
	if got := text(after); got != "OFFER 10.99.0.51" {
		t.Errorf("another machine gets %s", got)
	}
	if got := text(w.discover(41*time.Second, 3)); got != "OFFER 10.99.0.50" {
		t.Errorf("a third machine gets %s: the lease was for 30 s", got)
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t, `
def event(e):
    if e.kind == "client.unknown":
        return False
    if e.kind == "lease.expired":
        e.annotations["after"] = "a minute"
`)
	told := func(o replay.Outcome) (list []string) {
		for _, e := range o.Events {
			switch {
			case e.Kept == nil:
				list = append(list, string(e.Kind)+" dropped")
			case e.Kept.Annotations != nil:
				list = append(list, string(e.Kind)+" "+e.Kept.Annotations["after"])
			default:
				list = append(list, string(e.Kind))
			}
		}
		return list
	}
	offer := w.discover(0, 1)
	got := [][]string{told(offer), told(w.selects(0, 1, offer)), told(w.discover(2*time.Minute, 1))}
	want := [][]string{{"client.unknown dropped"}, {"lease.granted"}, {"lease.expired a minute"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
