package store

import (
	"slices"

	"rollcall/leased/engine"
)

// runLength is how many addresses are sorted at a time.
const runLength = 8192

// order hands out the addresses of a part in order, so that neighbours share a page of the database and a transaction. Sorting
// all of them at once would take the processor for many milliseconds; so they are sorted in runs, which are merged as they go.
type order struct{ runs [][]engine.IP }

// newOrder sorts copies of the addresses, at the given pace.
func newOrder(addresses []engine.IP, pace pace) (*order, error) {
	o := &order{}
	for run := range slices.Chunk(addresses, runLength) {
		run = slices.Clone(run) // readers look at the addresses
		slices.Sort(run)
		o.runs = append(o.runs, run)
		if _, err := pace(0); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// next takes the lowest address; ok is false after the last.
func (o *order) next() (ip engine.IP, ok bool) {
	lowest := -1
	for i, run := range o.runs {
		if len(run) > 0 && (lowest < 0 || run[0] < o.runs[lowest][0]) {
			lowest = i
		}
	}
	if lowest < 0 {
		return 0, false
	}
	ip = o.runs[lowest][0]
	o.runs[lowest] = o.runs[lowest][1:]
	return ip, true
}
