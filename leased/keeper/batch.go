package keeper

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
)

// errStopping is what callers get while the process ends.
var errStopping = fault.New(fault.Unavailable, "STOPPING", "leased is stopping")

// errLost is what the caller of a change gets that another writer of a shared store was faster than.
var errLost = fault.New(fault.Conflict, "OVERTAKEN", "another server changed it at the same time: read it again")

// Sink takes answers. Send must not block, must be safe for use from several goroutines, and must not keep the answers, or anything that
// they refer to: their memory is used again once it has returned.
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

	octets   []byte           // what Keep has copied
	verdicts []engine.Verdict // of the queries, where there is a policy
	pooled   bool             // came from NewBatch
	waits    bool             // for a probe
}

// Query is one query of a batch.
type Query struct {
	ID uint32
	engine.Query

	admitted bool // counted against its client
	settled  bool // needs no other decision if the commit of its batch is lost
	answered bool // a decision that is made again has no other answer
	asked    int8 // how often it waited for the policy
}

var batches = sync.Pool{New: func() any { return &Batch{pooled: true} }}

// NewBatch returns a batch with room for n queries, in the memory of one that is answered.
func NewBatch(n int, to Sink) *Batch {
	b := batches.Get().(*Batch)
	b.Queries, b.To = slices.Grow(b.Queries, n)[:n], to
	return b
}

// Keep returns a copy of what a query holds that lasts as long as the batch; nil for nothing.
func (b *Batch) Keep(octets []byte) []byte {
	if len(octets) == 0 {
		return nil
	}
	from := len(b.octets)
	b.octets = append(b.octets, octets...) // where it moves, what was kept before stays in the old memory
	return b.octets[from:len(b.octets):len(b.octets)]
}

// release gives the memory to another batch. Whoever still looks at the batch sees it gone.
func (b *Batch) release() {
	if !b.pooled {
		return
	}
	clear(b.Queries)
	clear(b.octets)
	for i := range b.verdicts {
		b.verdicts[i].Reset()
	}
	b.Queries, b.octets, b.verdicts, b.To = b.Queries[:0], b.octets[:0], b.verdicts[:0], nil
	batches.Put(b)
}

// verdict returns what the policy says of a query, to be filled in.
func (b *Batch) verdict(q *Query, i int) *engine.Verdict {
	if q.Verdict == nil {
		if len(b.verdicts) == 0 {
			b.verdicts = slices.Grow(b.verdicts, len(b.Queries))[:len(b.Queries)]
		}
		q.Verdict = &b.verdicts[i]
	}
	return q.Verdict
}

// alone returns a batch of one query, which waits for a probe while the others go on.
func (b *Batch) alone(q *Query) *Batch {
	if len(b.Queries) > 1 {
		alone := &Batch{Queries: make([]Query, 1), To: b.To}
		q.moveTo(alone, 0)
		b = alone
	}
	b.waits = true
	return b
}

// moveTo makes a query one of another batch, which goes on by itself.
func (q *Query) moveTo(b *Batch, i int) {
	to := &b.Queries[i]
	to.ID, to.admitted, to.answered, to.asked = q.ID, q.admitted, q.answered, q.asked
	q.CopyTo(&to.Query)
	if v := q.Verdict; v != nil {
		*b.verdict(to, i), *v = *v, engine.Verdict{}
	}
	q.settled = true
}

// Ask hands over a batch; the answers go to its Sink, one for each query. It blocks while the keeper is behind, so that the
// streams fill up and the frontends shed load.
func (k *Keeper) Ask(ctx context.Context, b *Batch) error {
	select {
	case <-k.done:
		return errStopping // and not the room that is left behind it
	default:
	}
	if r := k.rules.Load(); r.stages.Has(engine.StageFilter) {
		if err := k.filter(ctx, b, r); err != nil {
			return err
		}
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

// answer answers a batch that has come.
func (k *Keeper) answer(b *Batch) {
	k.metrics.batch.Observe(float64(len(b.Queries)))
	k.decide(b)
}

// decide decides upon what is open in a batch. Its commits go to the store as one, for they come from one message and go back in one.
func (k *Keeper) decide(b *Batch) {
	now, p := k.clock.Now(), k.open
	told := len(p.Events)
	asking := false
	for i := range b.Queries {
		q := &b.Queries[i]
		if q.settled {
			continue
		}
		d := k.decideOne(q, i, now)
		switch {
		case d.Ask != 0:
			asking = true
		case d.Kind == engine.Probe:
			q.settled = true // its answer comes with the probe
			k.probe(d.IP, b.alone(q))
		case d.Kind.Tells():
			p.later = append(p.later, Answer{q.ID, d})
		default:
			q.settled = len(d.Commit.Leases) == 0
			if !q.answered {
				q.answered = true
				k.now = append(k.now, Answer{q.ID, d})
			}
		}
	}
	if len(k.now) > 0 {
		b.To.Send(k.now)
		clear(k.now)
		k.now = k.now[:0]
	}
	asked := (*Batch)(nil)
	if asking {
		asked = k.handOver(b, now, len(p.later) == 0 && len(p.Leases) == 0)
	} else if k.asking.used {
		k.asking.forget()
	}
	if len(p.later) > 0 || len(p.Leases) > 0 {
		p.news, p.batch = told, b
		k.dispatch()
		return
	}
	p.ResetOptions()
	k.expectNews(told) // nobody waits for it
	if !b.waits && b != asked {
		b.release()
	}
}

// decideOne decides upon a query, the ith of its batch, and puts the decision into effect, unless the policy must be heard first.
func (k *Keeper) decideOne(q *Query, i int, now time.Time) engine.Decision {
	if !q.admitted {
		q.admitted = true
		reason, event := k.state.Admit(&q.Query, now)
		if event != nil {
			k.open.Events = append(k.open.Events, event)
		}
		if reason != "" {
			d := engine.Decision{Kind: engine.Drop, Reason: reason}
			k.metrics.count(&q.Query, &d)
			k.watch(&q.Query, &d, now)
			return d
		}
	}
	d := k.decideOrAsk(q, i, now)
	if d.Ask != 0 {
		return d
	}
	k.state.Apply(&q.Query, &d, now.Unix())
	k.metrics.count(&q.Query, &d)
	k.watch(&q.Query, &d, now)
	if d.Verify != 0 {
		k.verify(d.Verify)
	}
	return d
}

// watch lets the watcher know of a decision. One that waits for a probe is none yet.
func (k *Keeper) watch(q *engine.Query, d *engine.Decision, now time.Time) {
	if k.watcher != nil && (d.Boot != nil || k.watcher.Watching()) && d.Kind != engine.Probe {
		k.watched = *d // the watcher's own, or every decision would cost memory
		k.watcher.Decided(now, q, &k.watched)
		k.watched = engine.Decision{}
	}
}
