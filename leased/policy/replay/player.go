package replay

import (
	"time"

	"rollcall/leased/engine"
)

// Policy is the operator's own rules; policy.Policy is one.
type Policy interface {
	// Filter says in the verdict of q whether it goes on; f is nil where the plan has no engine.StageFacts.
	Filter(now time.Time, q *engine.Query, f *engine.Facts)
	// Consult says in the verdict what d asks for.
	Consult(now time.Time, q *engine.Query, d *engine.Decision)
}

// Player plays messages. One goroutine at a time uses it.
type Player struct {
	state  *engine.State
	policy Policy
	now    time.Time
}

// New returns a player with nothing but the plan, whose Stages say where the policy is heard, and the frontend that the messages came
// through. The policy is nil where the plan has no stages.
func New(plan *engine.Plan, through *engine.Frontend, policy Policy) *Player {
	p := &Player{state: engine.NewState(plan), policy: policy}
	p.state.AddFrontend(through)
	return p
}

// Outcome is what a message came to.
type Outcome struct {
	Decision engine.Decision
	// Policy is what the policy did, in order.
	Policy []engine.Step
	// Steps are all that decided, the policy included.
	Steps []engine.Step
}

const (
	// mostAsked is how often the policy is asked about one message, as in service.
	mostAsked = 5
	// expireAtOnce is how many leases end in one step.
	expireAtOnce = 1024
)

// Play plays a message, which must be indexed, at a time; one that is earlier than that of the message before is taken as that.
func (p *Player) Play(q *engine.Query, at time.Time) Outcome {
	if at.After(p.now) {
		p.now = at
	}
	for more := true; more; {
		_, more = p.state.Expire(p.now, expireAtOnce)
	}
	if reason, _ := p.state.Admit(q, p.now); reason != "" {
		return Outcome{Decision: engine.Decision{Kind: engine.Drop, Reason: reason}}
	}
	stages := p.state.Plan().Stages
	if stages != 0 {
		q.Verdict = &engine.Verdict{Explain: true}
	}
	if stages.Has(engine.StageFilter) {
		var known *engine.Facts
		if stages.Has(engine.StageFacts) {
			known = p.state.Facts(q, p.now, nil)
		}
		p.policy.Filter(p.now, q, known)
		q.Verdict.Heard |= engine.StageFilter
	}
	d := engine.Decide(p.state, q, p.now)
	for asked := 0; d.Ask != 0; asked++ {
		if asked == mostAsked {
			d = d.Overtaken()
			break
		}
		q.Verdict.Begin(&d)
		p.policy.Consult(p.now, q, &d)
		q.Verdict.End(&d)
		d = engine.Decide(p.state, q, p.now)
	}
	o := Outcome{Decision: d}
	_, o.Steps = engine.Explain(p.state, q, p.now)
	if q.Verdict != nil {
		o.Policy = q.Verdict.Steps
	}
	p.state.Apply(q, &d, p.now.Unix())
	return o
}
