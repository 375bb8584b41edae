package keeper

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/internal/obs"
	"rollcall/leased/engine"
)

// rules are a policy and the stages at which it is asked.
type rules struct {
	stages engine.Stages
	policy Policy
}

const (
	// mostWaiting is how many queries may wait for the policy before the next batch has to wait. They are many enough to keep every
	// processor busy, and no more: whoever waits behind them hears nothing meanwhile, and a client asks again after four seconds (RFC 2131
	// §4.1).
	mostWaiting = 1024
	// handful is how many queries are worth another goroutine.
	handful = 4
)

// question is what the policy is asked about a batch. Its memory is used again; it belongs to the keeper's goroutine, but to those that
// ask from handOver until the errand.
type question struct {
	engine.Room
	rules *rules
	now   time.Time
	batch *Batch
	about []subject
	used  bool // since forget
}

// subject is a decision that the policy must be heard for.
type subject struct {
	query    int // of the batch
	decision engine.Decision
}

// inquiry is a question under way. Goroutines may come to it late, when the question has been answered and its memory serves for
// another one, so it has counts of its own.
type inquiry struct {
	*question
	size       int32
	next, left atomic.Int32
}

var questions = sync.Pool{New: func() any { return &question{} }}

func newQuestion() *question { return questions.Get().(*question) }

func (c *question) release() {
	c.forget()
	c.rules, c.batch = nil, nil
	questions.Put(c)
}

func (c *question) forget() {
	c.Reset()
	clear(c.about)
	c.about, c.used = c.about[:0], false
}

// decideOrAsk decides upon a query. What the policy must be heard for is noted for handOver; no more of that takes effect than that the
// address is held, or two machines of a batch would be offered the same one.
func (k *Keeper) decideOrAsk(q *Query, i int, now time.Time) engine.Decision {
	r := k.rules.Load()
	if r.stages == 0 {
		return k.open.Decide(k.state, &q.Query, now)
	}
	// Nearly every message has an answer that the policy wants to hear of; only the others are decided again here.
	if v := q.Verdict; r.stages.Has(engine.StageReply) && !(v != nil && v.Heard.Has(engine.StageReply)) && q.asked < engine.MostAsked {
		if d := k.wonder(q, i, now); d.Ask != 0 {
			return d
		}
	}
	d := k.open.Decide(k.state, &q.Query, now)
	if d.Ask == 0 {
		return d
	}
	k.open.Undo(&d)
	if q.asked >= engine.MostAsked {
		return d.Overtaken()
	}
	return k.wonder(q, i, now)
}

// wonder decides upon a query in the memory of the question, and notes it there if the policy must be heard.
func (k *Keeper) wonder(q *Query, i int, now time.Time) engine.Decision {
	k.asking.used = true
	d := k.asking.Decide(k.state, &q.Query, now)
	if d.Ask == 0 {
		return d
	}
	k.state.Await(&q.Query, &d, now.Unix())
	k.asking.about = append(k.asking.about, subject{i, d})
	return d
}

// handOver has the policy asked about the queries of a batch that wait for it, and returns the batch that they are in then: this one,
// if nothing else waits for it, or else one of their own.
func (k *Keeper) handOver(b *Batch, now time.Time, alone bool) *Batch {
	c := k.asking
	if !alone {
		b = k.part(b, now)
	}
	for i := range c.about {
		about := &c.about[i]
		q := &b.Queries[about.query]
		q.asked++
		b.verdict(q, about.query)
	}
	c.batch, c.now, c.rules = b, now, k.rules.Load()
	k.asking = newQuestion()
	n := len(c.about)
	k.waiting += n
	in := &inquiry{question: c, size: int32(n)}
	in.left.Store(int32(n))
	for range min((n+handful-1)/handful, runtime.GOMAXPROCS(0)) {
		k.inquiries <- in
	}
	return b
}

// part moves the queries of a batch that wait for the policy to one of their own. The decisions upon them refer to their memory, so
// they are made again.
func (k *Keeper) part(b *Batch, now time.Time) *Batch {
	c := k.asking
	own := NewBatch(len(c.about), b.To)
	at := make([]int, len(c.about))
	for i := range c.about {
		at[i] = c.about[i].query
	}
	c.forget()
	for i, from := range at {
		q := &own.Queries[i]
		b.Queries[from].moveTo(own, i)
		d := c.Decide(k.state, &q.Query, now) // which asks nothing where the others of the batch have changed what it comes to
		c.about = append(c.about, subject{i, d})
	}
	return own
}

// inquire begins to ask the policy. The function that it returns ends that.
func (k *Keeper) inquire() (end func()) {
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for in := range k.inquiries {
				k.answerInquiry(in)
			}
		})
	}
	return func() {
		close(k.inquiries)
		all.Wait()
	}
}

// answerInquiry asks the policy about the queries that nobody else has come to.
func (k *Keeper) answerInquiry(in *inquiry) {
	for {
		i := in.next.Add(1)
		if i > in.size {
			return
		}
		about := &in.about[i-1]
		if q := &in.batch.Queries[about.query]; about.decision.Ask != 0 {
			k.consult(in.rules.policy, in.now, &q.Query, &about.decision)
		}
		if in.left.Add(-1) == 0 {
			k.errands.put(errand{heard: in.question})
		}
	}
}

// heedPolicy decides again upon the queries that waited for the policy.
func (k *Keeper) heedPolicy(c *question) {
	b := c.batch
	k.waiting -= len(c.about)
	c.release()
	k.decide(b)
}

// consult asks the policy about a decision. Errors of scripts are its own affair; should the policy itself be at fault and panic, that
// is logged, the message is dropped, and service goes on: the state was out of its reach.
func (k *Keeper) consult(p Policy, now time.Time, q *engine.Query, d *engine.Decision) {
	v := q.Verdict
	v.Begin(d)
	defer func() {
		if r := recover(); r != nil {
			k.logPanic(r)
			if v.Reply = (engine.Amendment{Refusal: engine.PolicyError}); d.Ask != engine.StageReply {
				v.Refusal = engine.PolicyError
			}
		}
		v.End(d)
	}()
	p.Consult(now, q, d)
}

func (k *Keeper) logPanic(r any) {
	k.log.Error("the policy panicked; the message gets no answer", obs.KeyErr, fmt.Sprint(r), obs.KeyStack, string(debug.Stack()))
}
