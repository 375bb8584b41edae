package conformance_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/config"
	"rollcall/leased/engine"
	"rollcall/leased/plan"
	"rollcall/leased/policy"
)

// scripts are the files of a policy, in order: written as a text, or as a list of several.
type scripts []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (s *scripts) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*s = scripts{n.Value}
		return nil
	}
	return n.Decode((*[]string)(s))
}

// policyOf is the section of the configuration that names the scripts of the nth change. A script has all the time that it wants: the
// machine may be busy.
func (c *kase) policyOf(nth int, s scripts) map[string]any {
	if c.scripts == nil {
		c.scripts = map[string]string{}
	}
	var files []any
	for i, text := range s {
		name := fmt.Sprintf("%d-%d.star", nth, i)
		c.scripts[name] = text
		files = append(files, name)
	}
	return map[string]any{"leased": map[string]any{"policy": map[string]any{"files": files, "timeout": "1s"}}}
}

// writeScripts writes the files that the configurations of the case have named so far.
func (c *kase) writeScripts(dir string) error {
	var errs []error
	for name, text := range c.scripts {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return errors.Join(errs...)
}

// rulesOf makes a plan of a configuration, and loads the policy that it names; nil for none.
func (c *kase) rulesOf(file []byte) (*engine.Plan, *policy.Policy, error) {
	if len(c.scripts) == 0 {
		p, err := planOf(file)
		return p, nil, err
	}
	dir, err := os.MkdirTemp("", "rollcall-c-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	if err := c.writeScripts(dir); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "rollcall.yaml")
	cfg, err := config.Parse(path, file)
	if err != nil {
		return nil, nil, err
	}
	p := plan.Of(cfg.Leased)
	if cfg.Leased.Policy == nil {
		return p, nil, nil
	}
	asked, err := policy.Load(policy.Config{Settings: cfg.Leased.Policy, Path: path, Names: cfg.Leased.Names, Plan: p})
	if err != nil {
		return nil, nil, err
	}
	p.Stages = asked.Stages()
	return p, asked, nil
}

// filter asks the policy whether a message goes on, as the keeper does before it looks at anything.
func (s *rules) filter(q *engine.Query) {
	stages := s.state.Plan().Stages
	if stages == 0 {
		return
	}
	q.Verdict = new(engine.Verdict)
	if !stages.Has(engine.StageFilter) {
		return
	}
	var known *engine.Facts
	if stages.Has(engine.StageFacts) {
		known = s.state.Facts(q, s.now, nil)
	}
	s.policy.Filter(s.now, q, known)
	q.Verdict.Heard |= engine.StageFilter
}

// consult decides upon a message, and again whenever the policy has said what it was asked. Nothing happens meanwhile but that the
// address is held.
func (s *rules) consult(q *engine.Query) (engine.Decision, error) {
	d := engine.Decide(s.state, q, s.now)
	for asked := 0; d.Ask != 0; asked++ {
		if asked == engine.MostAsked {
			return d.Overtaken(), nil
		}
		s.state.Await(q, &d, s.now.Unix())
		if err := s.state.Check(); err != nil {
			return d, err
		}
		q.Verdict.Begin(&d)
		s.policy.Consult(s.now, q, &d)
		q.Verdict.End(&d)
		d = engine.Decide(s.state, q, s.now)
	}
	return d, nil
}

// tell writes an event to the log, unless the policy has it forgotten.
func (s *rules) tell(e *engine.Event) {
	if s.policy != nil {
		e = s.policy.Annotate(e)
	}
	if e != nil {
		s.events[string(e.Kind)]++
	}
}
