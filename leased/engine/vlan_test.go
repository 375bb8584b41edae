package engine_test

import (
	"testing"

	"rollcall/leased/engine"
)

// A tagged segment has a name to look up, which must cost no more than an untagged one.
func TestTaggedQueryAllocatesNoMore(t *testing.T) {
	w := newWorld(t, planning{})
	allocs := func(vlan uint32) float64 {
		q := w.query(engine.Discover, engine.HWOf(1, []byte{2, 0, 0, 0, 0, 1}), "eth2", nil)
		q.VLAN = vlan
		q.Index()
		return testing.AllocsPerRun(100, func() { engine.Decide(w.s, q, w.now) })
	}
	if plain, tagged := allocs(0), allocs(4094<<16|4094); tagged > plain {
		t.Errorf("%v allocations for a tagged query, %v for an untagged one", tagged, plain)
	}
}
