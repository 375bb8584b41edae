package headroom

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// fixed is by how much the heap may grow between two collections.
	fixed = 64 << 20
	// share of the live heap that it may grow by where that is more: a quarter.
	share = 4
	// runtimeMinimum is the heap below which Go does not collect at 100 %; what lives in less counts as this much.
	runtimeMinimum = 4 << 20
	// slack is how much the room may be off, in percent, before the collector is told anew: that stops the program for a moment.
	slack = 10
)

// Keep makes the collector leave the heap this room from now on. It has the whole process in its hands, so the program calls it once,
// first thing. GOGC in the environment has the last word: with it Keep does nothing. GOMEMLIMIT goes on holding beside it: near that
// limit the runtime collects earlier.
func Keep(getenv func(string) string) {
	if getenv("GOGC") != "" {
		return
	}
	k := &keeper{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	k.adjust()
	k.watch()
}

// keeper follows the size of the live heap.
type keeper struct {
	sample  []metrics.Sample
	percent int
}

// watch calls adjust after each collection: it leaves something behind for the collector to find.
func (k *keeper) watch() {
	type trace struct{ _ *keeper } // with a pointer it shares its memory with no other object
	runtime.AddCleanup(new(trace), func(k *keeper) {
		k.adjust()
		k.watch()
	}, k)
}

// adjust gives the room that the heap needs now.
func (k *keeper) adjust() {
	metrics.Read(k.sample)
	want := percent(k.sample[0].Value.Uint64())
	if off := want - k.percent; max(off, -off)*100 > slack*k.percent {
		k.percent = want
		debug.SetGCPercent(want)
	}
}

// percent returns the room as the runtime wants it: as a percentage of the live heap.
func percent(live uint64) int {
	live = max(live, runtimeMinimum)
	return int(max(fixed, live/share) * 100 / live)
}
