package keeper_test

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/store"
)

// instant is a disk that takes no time.
type instant struct{}

func (instant) Submit(p *store.Pending)   { p.Done(store.Outcome{}) }
func (instant) NextReservationID() uint64 { return 1 }

// counter counts the answers of a batch, and keeps what they offer or grant.
type counter struct {
	kind engine.Kind
	ips  [batchSize]engine.IP // by query
	n    chan int
}

const batchSize = 8

func (c *counter) Send(answers []keeper.Answer) {
	for i := range answers {
		a := &answers[i]
		c.kind, c.ips[a.ID] = a.Decision.Kind, a.Decision.IP
	}
	c.n <- len(answers)
}

// round asks all that a batch says, and waits for the answers.
func (c *crowd) round(t testing.TB, k *keeper.Keeper, to *counter, fill func(q *engine.Query, i int)) {
	b := keeper.NewBatch(batchSize, to)
	for i := range b.Queries {
		q := &b.Queries[i]
		q.ID, q.Link, q.Port, q.HW = uint32(i), c.link, 67, member(i)
		fill(&q.Query, i)
		q.Options = b.Keep(q.Options)
		q.Index()
	}
	if err := k.Ask(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < batchSize; n += <-to.n {
	}
}

// keep runs a keeper for the crowd, on a disk that takes no time.
func (c *crowd) keep(t testing.TB) (*keeper.Keeper, *counter) {
	k := keeper.New(keeper.Config{State: c.state, Store: instant{}, Prober: nowhere{}, Policy: trivial{}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- k.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return k, &counter{n: make(chan int, batchSize)}
}

// guests makes four-way exchanges, each with clients that were never there. They send no more than perfdhcp's do.
func (c *crowd) guests(t testing.TB, k *keeper.Keeper, to *counter) func() {
	ask := option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 6, 12, 15, 28, 42})
	options := make(option.List, 0, 128)
	n := uint32(0)
	hw := func(i int) engine.HW {
		h := n + uint32(i)
		return engine.HWOf(1, []byte{2, 0xff, byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)})
	}
	discover := func(q *engine.Query, i int) { q.Type, q.XID, q.HW, q.Options = engine.Discover, n, hw(i), ask }
	request := func(q *engine.Query, i int) {
		q.Type, q.XID, q.HW = engine.Request, n, hw(i)
		q.Options = append(options[:0], ask...).AppendUint32(option.ServerID, uint32(ip("10.80.0.1"))).
			AppendUint32(option.RequestedAddress, uint32(to.ips[i]))
	}
	return func() {
		n += batchSize
		c.round(t, k, to, discover)
		c.round(t, k, to, request)
		if to.kind != engine.Ack {
			t.Fatal(to.kind)
		}
	}
}

// trivial is a policy that takes no time, and changes one option of each answer.
type trivial struct{}

func (trivial) Filter(time.Time, *engine.Query, *engine.Facts) {}

func (trivial) Consult(_ time.Time, q *engine.Query, d *engine.Decision) {
	if r := &q.Verdict.Reply; d.Ask == engine.StageReply {
		r.Options = append(r.Options, engine.OptionEdit{Code: option.DomainName, Value: example})
	}
}

var example = []byte("example.org")

// everyStage is what a policy can want to be heard at.
const everyStage = engine.StageFilter | engine.StageFacts | engine.StageChoose | engine.StageUnknown | engine.StageReply

// BenchmarkExchange is the whole way of an exchange through the keeper, for each client, without what the disk takes: without a policy,
// and with one that takes no time.
func BenchmarkExchange(b *testing.B) {
	for name, stages := range map[string]engine.Stages{
		"policy=none": 0, "policy=filter": engine.StageFilter, "policy=reply": engine.StageReply,
		"policy=filter+reply": engine.StageFilter | engine.StageReply, "policy=all": everyStage,
	} {
		b.Run(name, func(b *testing.B) { benchmarkExchange(b, stages) })
	}
}

func benchmarkExchange(b *testing.B, stages engine.Stages) {
	c := newCrowd()
	c.state.Plan().Stages = stages
	k, to := c.keep(b)
	exchange := c.guests(b, k, to)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += batchSize {
		if i%(1<<14) == 0 { // before the pool is full
			b.StopTimer()
			c = newCrowd()
			c.state.Plan().Stages = stages
			k, to = c.keep(b)
			exchange = c.guests(b, k, to)
			for range 20 {
				exchange()
			}
			b.StartTimer()
		}
		exchange()
	}
}
