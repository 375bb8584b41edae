package keeper

import (
	"context"
	"time"

	"rollcall/leased/engine"
)

// Explanation is what a message would come to.
type Explanation struct {
	Query *engine.Query
	// Plan is the one that decided.
	Plan     *engine.Plan
	Decision engine.Decision
	Steps    []engine.Step
}

// Explain says what a message would come to, and why. make makes the message on the state's goroutine, where it may look at the state;
// an error of it is returned. The policy is asked as for any message, and says what it does.
func (k *Keeper) Explain(ctx context.Context, make func(s *engine.State, now time.Time) (*engine.Query, error)) (Explanation, error) {
	var (
		e      Explanation
		r      *rules
		at     time.Time
		known  *engine.Facts
		failed error
	)
	err := k.View(ctx, func(s *engine.State, now time.Time) {
		if e.Query, failed = make(s, now); failed != nil {
			return
		}
		e.Query.Index()
		r, at = k.rules.Load(), now
		if r.stages.Has(engine.StageFilter | engine.StageFacts) {
			known = s.Facts(e.Query, now, nil)
		}
	})
	if err != nil || failed != nil {
		return e, cmpErr(err, failed)
	}
	if r.stages != 0 {
		e.Query.Verdict = &engine.Verdict{Explain: true}
	}
	if r.stages.Has(engine.StageFilter) {
		k.filterOne(r.policy, at, e.Query, known)
	}
	for asked := 0; ; asked++ {
		err := k.View(ctx, func(s *engine.State, now time.Time) {
			r, at, e.Plan = k.rules.Load(), now, s.Plan()
			e.Decision, e.Steps = engine.Explain(s, e.Query, now)
		})
		switch {
		case err != nil || e.Decision.Ask == 0:
			return e, err
		case asked == engine.MostAsked:
			e.Decision = e.Decision.Overtaken()
			e.Steps = append(e.Steps, engine.Step{Subject: "answer", Outcome: "none (" + string(e.Decision.Reason) + ")",
				Because: e.Decision.Reason.Text()})
			return e, nil
		}
		if e.Query.Verdict == nil { // the policy has come meanwhile
			e.Query.Verdict = &engine.Verdict{Explain: true}
		}
		k.consult(r.policy, at, e.Query, &e.Decision)
	}
}
