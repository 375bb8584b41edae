package keeper

import (
	"context"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// errStopping is what callers get while the process ends.
var errStopping = fault.New(fault.Unavailable, "STOPPING", "leased is stopping")

// errLost is what the caller of a change gets that another writer of a shared store was faster than.
var errLost = fault.New(fault.Conflict, "OVERTAKEN", "another server changed it at the same time: read it again")

// Sink takes answers. Send must not block, and must be safe for use from several goroutines.
type Sink interface {
	Send(answers []Answer)
}

// Answer is the answer to one query.
type Answer struct {
	ID       uint32 // of the query
	Decision engine.Decision
}

// Batch is what a frontend asked in one message. It belongs to the keeper from Ask on.
type Batch struct {
	Queries []Query
	To      Sink
}

// Query is one query of a batch.
type Query struct {
	ID uint32
	engine.Query

	admitted bool // counted against its client
	settled  bool // needs no other decision if the commit of its batch is lost
	answered bool // a decision that is made again has no other answer
}

// Ask hands over a batch; the answers go to its Sink, one for each query. It blocks while the keeper is behind, so that the
// streams fill up and the frontends shed load.
func (k *Keeper) Ask(ctx context.Context, b *Batch) error {
	select {
	case <-k.done:
		return errStopping // and not the room that is left behind it
	default:
	}
	select {
	case k.batches <- b:
		return nil
	case <-k.done:
		return errStopping
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// decide answers a batch. Its commits go to the store as one, for they come from one message and go back in one.
func (k *Keeper) decide(b *Batch) {
	var now, later []Answer
	var commit engine.Commit
	for i := range b.Queries {
		q := &b.Queries[i]
		if q.settled {
			continue
		}
		d, ok := k.decideOne(q, b.To, &commit)
		switch {
		case !ok:
			q.settled = true // its answer comes with the probe
		case d.Kind.Tells():
			later = append(later, Answer{q.ID, d})
		default:
			q.settled = len(d.Commit.Leases) == 0
			if !q.answered {
				q.answered = true
				now = append(now, Answer{q.ID, d})
			}
		}
	}
	k.metrics.batch.Observe(float64(len(b.Queries)))
	if len(now) > 0 {
		b.To.Send(now)
	}
	if len(later) == 0 && len(commit.Leases) == 0 {
		k.tell(commit.Events) // nobody waits for it
	} else {
		k.submit(commit, func(o store.Outcome) {
			switch {
			case o.Lost:
				k.errands.put(errand{again: b})
			case len(later) > 0:
				b.To.Send(later)
			}
		})
	}
}

// decideOne decides upon one query and puts the decision into effect. What it must write is added to commit. ok is false when
// the answer has to wait for a probe.
func (k *Keeper) decideOne(q *Query, to Sink, commit *engine.Commit) (d engine.Decision, ok bool) {
	if q.admitted {
		return k.rule(q, to, commit)
	}
	q.admitted = true
	reason, event := k.state.Admit(&q.Query, k.clock.Now())
	if event != nil {
		commit.Events = append(commit.Events, event)
	}
	if reason != "" {
		d = engine.Decision{Kind: engine.Drop, Reason: reason}
		k.metrics.count(&q.Query, &d)
		return d, true
	}
	return k.rule(q, to, commit)
}

// rule is decideOne for a query that was admitted already.
func (k *Keeper) rule(q *Query, to Sink, commit *engine.Commit) (d engine.Decision, ok bool) {
	now := k.clock.Now()
	d = engine.Decide(k.state, &q.Query, now)
	k.state.Apply(&q.Query, &d, now.Unix())
	commit.Leases = append(commit.Leases, d.Commit.Leases...)
	commit.Events = append(commit.Events, d.Commit.Events...)
	k.metrics.count(&q.Query, &d)
	if d.Verify != 0 {
		k.verify(d.Verify)
	}
	if d.Kind == engine.Probe {
		k.probe(d.IP, q, to)
		return d, false
	}
	return d, true
}
