package leased

import (
	"errors"

	"rollcall/internal/config"
	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/lookup"
	"rollcall/leased/plan"
	"rollcall/leased/policy"
	"rollcall/leased/policy/eventlog"
)

// rules are what decides: the plan, and what is said about it by the operator's policy and by a registration system. A reload makes
// them all anew, and puts all in force or none.
type rules struct {
	plan   *engine.Plan
	policy *policy.Policy // nil where there is neither policy nor lookup
	lookup lookup.Settings
}

// loadRules reads the files that a section names, and makes its rules. On error it is *config.Errors with all mistakes.
func (s *Service) loadRules(c *config.Leased) (*rules, error) {
	next := plan.Of(c)
	r, err := readRules(c, policy.Config{Plan: next, Lookup: s.lookup, Metrics: s.policies, Log: s.log})
	if err != nil {
		return nil, err
	}
	r.plan = next
	if r.policy != nil {
		r.plan.Stages = r.policy.Stages()
	}
	return r, nil
}

// readRules reads the files that a section names. with says what the policy works with.
func readRules(c *config.Leased, with policy.Config) (*rules, error) {
	r := &rules{}
	var faults []config.Error
	add := func(err error) error {
		if e, ok := errors.AsType[*config.Errors](err); ok {
			faults = append(faults, e.List...)
			return nil
		}
		return err
	}
	var err error
	if r.lookup, err = lookup.Load(c); add(err) != nil {
		return nil, err
	}
	if c.Lookup == nil {
		with.Lookup = nil
	}
	if c.Policy != nil || c.Lookup != nil {
		with.Settings, with.Path, with.Names = c.Policy, c.Path, c.Names
		if r.policy, err = policy.Load(with); add(err) != nil {
			return nil, err
		}
	}
	if len(faults) > 0 {
		return nil, &config.Errors{List: faults}
	}
	return r, nil
}

// Check reads the files that a section names, as New and Prepare do, and returns how many hooks the policy has. On error it is
// *config.Errors with all mistakes.
func Check(c *config.Leased) (hooks int, err error) {
	r, err := readRules(c, policy.Config{})
	if err != nil || r.policy == nil {
		return 0, err
	}
	return r.policy.Hooks(), nil
}

// asked returns the policy for the keeper, nil for none.
func (r *rules) asked() keeper.Policy {
	if r.policy == nil {
		return nil
	}
	return r.policy
}

// annotator returns the policy for the event log, nil for none.
func (r *rules) annotator() eventlog.Annotator {
	if r.policy == nil || !r.policy.HasEvent() {
		return nil
	}
	return r.policy
}

// inForce has everyone but the keeper go by the rules from now on.
func (s *Service) inForce(r *rules) {
	s.policies.Show(r.policy)
	s.events.Use(r.annotator())
	if r.policy != nil {
		for _, f := range r.policy.Files() {
			s.log.Info("policy in force", obs.KeyPath, f, obs.KeyHook, r.policy.HooksOf(f))
		}
	}
}
