//go:build !race

// The race detector makes every pool forget at random.

package keeper_test

import (
	"context"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/store"
)

// instant is a disk that takes no time.
type instant struct{}

func (instant) Submit(p *store.Pending)   { p.Done(store.Outcome{}) }
func (instant) NextReservationID() uint64 { return 1 }

// counter counts the answers of a batch.
type counter struct {
	kind engine.Kind
	n    chan int
}

func (c *counter) Send(answers []keeper.Answer) {
	for i := range answers {
		if c.kind = answers[i].Decision.Kind; c.kind == engine.Drop {
			break
		}
	}
	c.n <- len(answers)
}

// round asks all that a batch of eight says, and waits for the answers.
func (c *crowd) round(t testing.TB, k *keeper.Keeper, to *counter, fill func(q *engine.Query, i int)) {
	const size = 8
	b := keeper.NewBatch(size, to)
	for i := range b.Queries {
		q := &b.Queries[i]
		q.Link, q.Port, q.HW = c.link, 67, member(i)
		fill(&q.Query, i)
		q.Options = b.Keep(q.Options)
		q.Index()
	}
	if err := k.Ask(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < size; n += <-to.n {
	}
}

// What the keeper allocates for a batch of eight, all told, once it has the memory.
func TestKeeperAllocatesLittle(t *testing.T) {
	c := newCrowd()
	k := keeper.New(keeper.Config{State: c.state, Store: instant{}, Prober: nowhere{}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = k.Run(ctx) }()
	to := &counter{n: make(chan int, 8)}
	id := option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 12}).AppendString(option.VendorClass, "MSFT 5.0")
	xid := uint32(0)
	for name, test := range map[string]struct {
		kind engine.Kind
		fill func(q *engine.Query, i int)
		want float64 // per query
	}{
		"DISCOVER": {engine.Offer, func(q *engine.Query, i int) { q.Type, q.Options = engine.Discover, id }, 0},
		"REQUEST":  {engine.Ack, func(q *engine.Query, i int) { q.Type, q.CIAddr, q.Options = engine.Request, seat(i), id }, 0},
		"wrong":    {engine.Nak, func(q *engine.Query, i int) { q.Type, q.CIAddr = engine.Request, 1 }, 0},
		"unheeded": {engine.Drop, func(q *engine.Query, i int) { q.Type = 99 }, 0},
	} {
		round := func() { c.round(t, k, to, func(q *engine.Query, i int) { xid++; q.XID = xid; test.fill(q, i) }) }
		for range 100 {
			round()
		}
		if to.kind != test.kind {
			t.Errorf("%s: came %v", name, to.kind)
		}
		if got := testing.AllocsPerRun(100, round) / 8; got > test.want {
			t.Errorf("%s: %v allocations a query, want %v", name, got, test.want)
		}
	}
}
