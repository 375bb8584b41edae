package keeper

import (
	"context"
	"sync"
	"time"

	"rollcall/leased/engine"
)

// filtering is memory for what filters are told.
type filtering struct {
	engine.Room
	facts []*engine.Facts
}

var filterings = sync.Pool{New: func() any { return &filtering{} }}

// filter asks the policy which queries of a batch go on. Those that do not are in the batch still: the state's goroutine drops and
// counts them.
func (k *Keeper) filter(ctx context.Context, b *Batch, r *rules) error {
	now := k.clock.Now()
	f := filterings.Get().(*filtering)
	defer f.release()
	if r.stages.Has(engine.StageFacts) {
		err := k.do(ctx, func() {
			now = k.clock.Now()
			for i := range b.Queries {
				f.facts = append(f.facts, k.state.Facts(&b.Queries[i].Query, now, &f.Room))
			}
		})
		if err != nil {
			return err
		}
	}
	for i := range b.Queries {
		q := &b.Queries[i]
		b.verdict(q, i)
		var known *engine.Facts
		if len(f.facts) > 0 {
			known = f.facts[i]
		}
		k.filterOne(r.policy, now, &q.Query, known)
	}
	return nil
}

func (k *Keeper) filterOne(p Policy, now time.Time, q *engine.Query, f *engine.Facts) {
	defer func() {
		if r := recover(); r != nil {
			k.logPanic(r)
			q.Verdict.Refusal = engine.PolicyError
		}
		q.Verdict.Heard |= engine.StageFilter
	}()
	p.Filter(now, q, f)
}

func (f *filtering) release() {
	f.Reset()
	clear(f.facts)
	f.facts = f.facts[:0]
	filterings.Put(f)
}
