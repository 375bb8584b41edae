package policy_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

// told returns the steps, one a line, with the names of files without their directory.
func told(p *policy.Policy, v *engine.Verdict) []string {
	var lines []string
	for _, s := range v.Steps {
		line := fmt.Sprintf("%s: %s (%s)", s.Subject, s.Outcome, s.Because)
		for _, f := range p.Files() {
			line = strings.ReplaceAll(line, filepath.Dir(f)+"/", "")
		}
		lines = append(lines, line)
	}
	return lines
}

func explained(host byte) *engine.Query {
	q := discover(host)
	q.Verdict.Explain = true
	return q
}

// Explain tells what each hook said, and where; a failure with the line.
func TestExplain(t *testing.T) {
	p := script(t, `
def filter(request):
    print("sees", request.mac)
    return True

def unknown(request):
    return "guests"

def reply(request, lease, reply):
    reply.options["routers"] = None
    reply.lease_time = 60
`)
	q := explained(1)
	filter(p, q)
	consult(p, q, ask(engine.StageUnknown, engine.Facts{}))
	consult(p, q, offer())
	got := strings.Join(told(p, q.Verdict), "\n")
	for _, want := range []string{
		"filter: prints sees 52:54:00:12:34:01 (rules.star:3:", "filter: go on (rules.star:4:5)", "unknown: pool guests (rules.star:7:5)",
		"(rules.star:10:", "(rules.star:11:", "reply: go on (rules.star:9:1)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the steps do not say %q:\n%s", want, got)
		}
	}
}

// A result that cannot be is told where it is returned.
func TestExplainResult(t *testing.T) {
	p := script(t, "def filter(request):\n    if request.mac:\n        return 'drop'\n    return True\n")
	q := explained(1)
	filter(p, q)
	if got := strings.Join(told(p, q.Verdict), "\n"); !strings.Contains(got, "filter: failed: ") || !strings.Contains(got, "(rules.star:3:9)") {
		t.Errorf("the steps do not name the line:\n%s", got)
	}
}

func TestExplainFailure(t *testing.T) {
	text := "def deeper(x):\n    return x.y\n\ndef filter(request):\n    return deeper(request)\n"
	for closed, want := range map[string]engine.Reason{"": "", "filter": engine.PolicyError} {
		p := script(t, text, closed)
		q := explained(1)
		if got := filter(p, q); got != want {
			t.Errorf("closed %q: refused with %q, want %q", closed, got, want)
		}
		if got := strings.Join(told(p, q.Verdict), "\n"); !strings.Contains(got, "filter: failed: ") || !strings.Contains(got, "(rules.star:2:") {
			t.Errorf("the steps do not name the line:\n%s", got)
		}
	}
}

// Explain neither counts nor is held up by what real messages have done.
func TestExplainDoesNotCount(t *testing.T) {
	p, reg, _ := watched(t, loopsFor01)
	for range 3 {
		filter(p, explained(1))
	}
	if got := count(t, reg, policy.MetricCalls, "filter"); got != 0 {
		t.Errorf("%v calls were counted", got)
	}
	filter(p, discover(1))
	q := explained(1)
	filter(p, q)
	got := strings.Join(told(p, q.Verdict), "\n")
	if !strings.Contains(got, "not asked for this machine now") || !strings.Contains(got, "filter: failed: ") {
		t.Errorf("the steps do not tell that the machine is left out, and why:\n%s", got)
	}
}

// desk is a registration system that knows one machine.
type desk struct {
	assignment engine.Assignment
	extra      string
	asked      int
}

func (d *desk) Find(*engine.Query, *engine.Facts) (engine.Assignment, []byte) {
	d.asked++
	return d.assignment, []byte(d.extra)
}

func (d *desk) Peek(*engine.Query, *engine.Facts) (engine.Assignment, []byte, string) {
	return d.assignment, []byte(d.extra), "known 12s ago"
}

func TestLookup(t *testing.T) {
	known := engine.Assignment{Kind: engine.AssignPool, Pool: "desk", By: "lookup"}
	d := &desk{assignment: known, extra: `{"rack": 12, "owner": {"name": "Ada"}}`}
	with := func(text string) *policy.Policy {
		cfg := configure(t, files{"rules.star": text})
		cfg.Lookup = d
		return load(t, cfg)
	}
	question := func() *engine.Decision { return ask(engine.StageUnknown, engine.Facts{}) }
	t.Run("alone", func(t *testing.T) {
		p := load(t, policy.Config{Lookup: d})
		if p.Stages() != engine.StageUnknown {
			t.Errorf("stages %05b", p.Stages())
		}
		if diff := cmp.Diff(known, consult(p, discover(1), question()).Unknown); diff != "" {
			t.Errorf("assigned (-want +got):\n%s", diff)
		}
	})
	t.Run("the hook says nothing", func(t *testing.T) {
		p := with("def unknown(request):\n    return None\n")
		if diff := cmp.Diff(known, consult(p, discover(1), question()).Unknown); diff != "" {
			t.Errorf("assigned (-want +got):\n%s", diff)
		}
	})
	t.Run("the hook reads the answer", func(t *testing.T) {
		p := with("def unknown(request):\n    return 'rack-%d-%s' % (request.lookup['rack'], request.lookup['owner']['name'])\n")
		if got := consult(p, discover(1), question()).Unknown; got.Pool != "rack-12-Ada" || got.By == "lookup" {
			t.Errorf("assigned %+v", got)
		}
	})
	t.Run("the hook fails", func(t *testing.T) {
		p := with("def unknown(request):\n    fail('no')\n")
		if diff := cmp.Diff(known, consult(p, discover(1), question()).Unknown); diff != "" {
			t.Errorf("assigned (-want +got):\n%s", diff)
		}
	})
	t.Run("reply reads the answer", func(t *testing.T) {
		p := with("def reply(request, lease, reply):\n    return request.lookup['rack'] != 12\n")
		if got := consult(p, discover(1), offer()).Reply.Refusal; got != engine.PolicySilent {
			t.Errorf("refused with %q, want %q", got, engine.PolicySilent)
		}
	})
	t.Run("pending", func(t *testing.T) {
		d := &desk{assignment: engine.Assignment{Pending: true}}
		for text, want := range map[string]engine.Assignment{
			"None":     {Pending: true},
			"'guests'": {Kind: engine.AssignPool, Pool: "guests", Pending: true},
			"'nak'":    {Kind: engine.AssignNAK},
		} {
			cfg := configure(t, files{"rules.star": "def unknown(request):\n    return " + text + "\n"})
			cfg.Lookup = d
			got := consult(load(t, cfg), discover(1), question()).Unknown
			got.By = ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: assigned (-want +got):\n%s", text, diff)
			}
		}
	})
	t.Run("explain asks nobody", func(t *testing.T) {
		d := &desk{assignment: known}
		p := load(t, policy.Config{Lookup: d})
		q := explained(1)
		consult(p, q, question())
		if d.asked != 0 {
			t.Error("explain had the registration system asked")
		}
		if diff := cmp.Diff([]string{"lookup: pool desk (known 12s ago)"}, told(p, q.Verdict)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
	})
}
