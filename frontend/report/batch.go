package report

import (
	"slices"

	leasedv1 "rollcall/proto/leased/v1"
)

// batch is what one message holds.
type batch struct {
	fetches   []fetch
	sightings []*leasedv1.Sighting
}

func (b batch) size() int { return len(b.fetches) + len(b.sightings) }

// awaited reports whether somebody waits for it.
func (b batch) awaited() bool {
	return slices.ContainsFunc(b.fetches, func(f fetch) bool { return f.taken != nil })
}

// halves divides a batch of two or more: what comes of machines from what comes of strangers first.
func (b batch) halves() (first, second batch) {
	f, s := len(b.fetches)/2, len(b.sightings)/2
	if len(b.fetches) > 0 && len(b.sightings) > 0 {
		f, s = len(b.fetches), 0
	}
	return batch{b.fetches[:f:f], b.sightings[:s:s]}, batch{b.fetches[f:], b.sightings[s:]}
}

func (b batch) request(frontend string) *leasedv1.ReportRequest {
	req := &leasedv1.ReportRequest{Frontend: frontend, Sightings: b.sightings}
	for _, f := range b.fetches {
		req.Fetches = append(req.Fetches, f.Fetch)
	}
	return req
}

// take removes the oldest of what waits.
func (r *Reporter) take() (b batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.fetches, r.fetches = cut(r.fetches)
	b.sightings, r.sightings = cut(r.sightings)
	return b
}

func cut[T any](all []T) (taken, left []T) {
	if len(all) <= batchMost {
		return all, nil
	}
	return all[:batchMost], slices.Clone(all[batchMost:])
}

// putBack makes a batch wait again, before what came after it. It was taken from the same room, so it may go over the bound by
// itself.
func (r *Reporter) putBack(b batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fetches = append(b.fetches, r.fetches...)
	r.sightings = append(b.sightings, r.sightings...)
}
