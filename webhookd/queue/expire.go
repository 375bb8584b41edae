package queue

import (
	"context"
	"fmt"
	"time"
)

// Expire makes dead letters of the pending deliveries of an endpoint that were queued at or before a time, and returns how many.
// It looks at the heads of the lines and at what follows a head that expires; a delivery that is being attempted stays, and so
// does what waits behind it.
func (q *Queue) Expire(ctx context.Context, endpoint string, queuedBefore time.Time, problem string) (int, error) {
	total := 0
	for {
		old := q.expired(endpoint, millis(queuedBefore))
		if len(old) == 0 {
			return total, nil
		}
		n, err := q.expire(ctx, endpoint, old, problem)
		total += n
		if err != nil {
			return total, fmt.Errorf("expire deliveries to %s: %w", endpoint, err)
		}
		if n == 0 { // claimed since
			return total, nil
		}
	}
}

// waiting is a pending delivery and the line it stands in.
type waiting struct {
	machine  string
	position Position
}

// expired returns some of the deliveries to expire, not more than one transaction should write.
func (q *Queue) expired(endpoint string, queuedBefore int64) []waiting {
	q.mu.Lock()
	defer q.mu.Unlock()
	var old []waiting
	for _, ln := range q.lane(endpoint).lines {
		if ln.busy {
			continue
		}
		for _, e := range ln.entries {
			if e.queued > queuedBefore {
				break
			}
			if old = append(old, waiting{ln.machine, e.position}); len(old) == chunk {
				return old
			}
		}
	}
	return old
}

func (q *Queue) expire(ctx context.Context, endpoint string, old []waiting, problem string) (int, error) {
	var died []Delivery
	var forgotten cut
	err := q.do(ctx, func(tx *txn) error {
		for _, w := range old {
			d, ok, err := tx.get(endpoint, w.position)
			if err != nil {
				return err
			}
			if !ok || d.State != Pending || q.isClaimed(&d) {
				continue
			}
			d.State = Dead
			if d.LastError == "" {
				d.LastError = problem
			}
			if err := tx.put(&d); err != nil {
				return err
			}
			d.Body = nil
			died = append(died, d)
		}
		var err error
		forgotten, err = q.trim(tx, endpoint, len(died))
		return err
	}, func() {
		q.moveDead(endpoint, died)
		q.settle(endpoint, cut{}, forgotten)
	})
	if err != nil {
		return 0, err
	}
	q.lost(endpoint, 0, len(forgotten.gone))
	return len(died), nil
}

func (q *Queue) isClaimed(d *Delivery) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lane(d.Endpoint).isClaimed(d.Machine, d.Position)
}
