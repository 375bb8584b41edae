//go:build !race

// The race detector makes every pool forget at random.

package keeper_test

import (
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// What the keeper allocates for one query of a batch, all told, once it has the memory.
func TestKeeperAllocatesLittle(t *testing.T) {
	c := newCrowd()
	k, to := c.keep(t)
	id := option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 12}).AppendString(option.VendorClass, "MSFT 5.0")
	xid := uint32(0)
	for name, test := range map[string]struct {
		kind engine.Kind
		fill func(q *engine.Query, i int)
	}{
		"DISCOVER": {engine.Offer, func(q *engine.Query, i int) { q.Type, q.Options = engine.Discover, id }},
		"REQUEST":  {engine.Ack, func(q *engine.Query, i int) { q.Type, q.CIAddr, q.Options = engine.Request, seat(i), id }},
		"wrong":    {engine.Nak, func(q *engine.Query, i int) { q.Type, q.CIAddr = engine.Request, 1 }},
		"unheeded": {engine.Drop, func(q *engine.Query, i int) { q.Type = 99 }},
	} {
		round := func() { c.round(t, k, to, func(q *engine.Query, i int) { xid++; q.XID = xid; test.fill(q, i) }) }
		for range 100 {
			round()
		}
		if to.kind != test.kind {
			t.Errorf("%s: came %v", name, to.kind)
		}
		if got := testing.AllocsPerRun(100, round); got > 0 {
			t.Errorf("%s: %v allocations for %d queries", name, got, batchSize)
		}
	}
}

// A client that comes for the first time is something to remember, and now and then a table grows for that.
func TestNewClientsAllocateLittle(t *testing.T) {
	c := newCrowd()
	k, to := c.keep(t)
	exchange := c.guests(t, k, to)
	for range 500 {
		exchange()
	}
	if got := testing.AllocsPerRun(500, exchange); got > batchSize {
		t.Errorf("%v allocations for %d exchanges", got, batchSize)
	} else {
		t.Logf("%v allocations for %d exchanges", got, batchSize)
	}
}

// What a policy costs a query beside what it does itself: the question about a batch is handed to other goroutines.
func TestPolicyAllocatesLittle(t *testing.T) {
	c := newCrowd()
	c.state.Plan().Stages = everyStage
	k, to := c.keep(t)
	xid := uint32(0)
	round := func() {
		c.round(t, k, to, func(q *engine.Query, i int) { xid++; q.XID, q.Type, q.CIAddr = xid, engine.Request, seat(i) })
	}
	for range 100 {
		round()
	}
	if got := testing.AllocsPerRun(100, round); got > batchSize {
		t.Errorf("%v allocations for %d queries", got, batchSize)
	} else {
		t.Logf("%v allocations for %d queries", got, batchSize)
	}
}
