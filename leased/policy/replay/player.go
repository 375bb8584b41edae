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
	// Retell returns the event to be logged: e itself, or a copy of it with annotations; nil for none. Steps tell what hooks print, and
	// which fail.
	Retell(e *engine.Event) (kept *engine.Event, steps []engine.Step)
}

// Player plays messages. One goroutine at a time uses it.
type Player struct {
	// Explain: tell of every step that decided.
	Explain bool

	state  *engine.State
	policy Policy
	now    time.Time
}

// New returns a player with nothing but the plan, whose Stages say where the policy is heard, and the frontend that the messages came
// through. The policy may be nil where the plan has no stages.
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
	// Events are those that the policy is asked about: of the message, and of leases that have ended since the one before it.
	Events []Event
	// Steps are all that decided, the policy included. Only with Explain.
	Steps []engine.Step
}

// Event is an event of which the policy was asked.
type Event struct {
	*engine.Event
	// Kept is what is logged of it, nil for nothing.
	Kept *engine.Event
	// Policy is what hooks print, and which fail.
	Policy []engine.Step
}

// expireAtOnce is how many leases end in one step.
const expireAtOnce = 1024

// Play plays a message, which must be indexed, at a time; one that is earlier than that of the message before is taken as that.
func (p *Player) Play(q *engine.Query, at time.Time) Outcome {
	if at.After(p.now) {
		p.now = at
	}
	var o Outcome
	for more := true; more; {
		var ended engine.Commit
		ended, more = p.state.Expire(p.now, expireAtOnce)
		p.tell(&o, ended.Events...)
	}
	reason, suspended := p.state.Admit(q, p.now)
	if suspended != nil {
		p.tell(&o, suspended)
	}
	if reason != "" {
		o.Decision = engine.Decision{Kind: engine.Drop, Reason: reason}
		return o
	}
	o.Decision = p.decide(q)
	if q.Verdict != nil {
		o.Policy = q.Verdict.Steps
	}
	if p.Explain {
		_, o.Steps = engine.Explain(p.state, q, p.now)
	}
	p.state.Apply(q, &o.Decision, p.now.Unix())
	p.tell(&o, o.Decision.Commit.Events...)
	return o
}

// decide decides upon a message, with the policy where that is to be heard.
func (p *Player) decide(q *engine.Query) engine.Decision {
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
		if asked == engine.MostAsked {
			return d.Overtaken()
		}
		q.Verdict.Begin(&d)
		p.policy.Consult(p.now, q, &d)
		q.Verdict.End(&d)
		d = engine.Decide(p.state, q, p.now)
	}
	return d
}

// tell asks the policy about events.
func (p *Player) tell(o *Outcome, events ...*engine.Event) {
	if p.policy == nil {
		return
	}
	for _, e := range events {
		kept, steps := p.policy.Retell(e)
		o.Events = append(o.Events, Event{e, kept, steps})
	}
}
