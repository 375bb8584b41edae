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

func (b batch) empty() bool { return len(b.fetches)+len(b.sightings) == 0 }

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
