package policy_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// files are the names and texts of policy files.
type files map[string]string

// configure writes files into a new directory and returns what Load needs. They are in the order of their names.
func configure(t testing.TB, scripts files) policy.Config {
	t.Helper()
	dir := t.TempDir()
	s := &config.Policy{Steps: 10_000, Timeout: 10 * time.Second}
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(scripts[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		s.Files = append(s.Files, path)
	}
	return policy.Config{Settings: s, Path: filepath.Join(dir, "rollcall.yaml"), Names: option.Standard()}
}

func load(t testing.TB, cfg policy.Config) *policy.Policy {
	t.Helper()
	p, err := policy.Load(cfg)
	if err != nil {
		t.Fatalf("Load:\n%v", err)
	}
	return p
}

// script loads one file, whose hooks are closed where closed says so.
func script(t testing.TB, text string, closed ...string) *policy.Policy {
	t.Helper()
	cfg := configure(t, files{"rules.star": text})
	fails(&cfg, closed...)
	return load(t, cfg)
}

// fails makes hooks fail closed.
func fails(cfg *policy.Config, closed ...string) {
	cfg.Settings.Closed = map[string]bool{}
	for _, h := range closed {
		cfg.Settings.Closed[h] = true
	}
}

var link = &engine.Link{Frontend: &engine.Frontend{Name: "gate"}, Name: "eth1"}

// discover returns a DISCOVER of a machine, whose last octet is host.
func discover(host byte) *engine.Query {
	q := &engine.Query{
		Link: link, Port: 67, Type: engine.Discover, XID: 0x12345678, HW: engine.HWOf(1, []byte{0x52, 0x54, 0, 0x12, 0x34, host}),
		Verdict: &engine.Verdict{},
	}
	q.Options = q.Options.AppendString(option.VendorClass, "phone")
	q.Index()
	return q
}

var subnet = &engine.Subnet{Ref: "hall", Network: &engine.Network{Name: "hall"}}

// offer is an answer with a router that the policy is asked about.
func offer() *engine.Decision {
	d := &engine.Decision{Kind: engine.Offer, IP: 0x0a000007, Subnet: subnet, Ask: engine.StageReply, Facts: &engine.Facts{}}
	d.Options = d.Options.AppendUint32(option.ServerID, 0x0a000001).AppendUint32(option.LeaseTime, 3600).
		AppendUint32(option.Router, 0x0a000001)
	return d
}

// ask is a question at a stage before the answer.
func ask(at engine.Stages, f engine.Facts) *engine.Decision {
	return &engine.Decision{Ask: at, Facts: &f}
}

// consult asks as the keeper does.
func consult(p *policy.Policy, q *engine.Query, d *engine.Decision) *engine.Verdict {
	p.Consult(now, q, d)
	return q.Verdict
}

func filter(p *policy.Policy, q *engine.Query) engine.Reason {
	p.Filter(now, q, nil)
	return q.Verdict.Refusal
}

// count reads a counter by its name and the values of its labels, in the order of their names.
func count(t testing.TB, reg *prometheus.Registry, name string, labels ...string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			if slices.Equal(values, labels) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("there is no %s%v", name, labels)
	return 0
}
