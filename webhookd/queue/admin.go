package queue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// chunk bounds what one request of an operator, or one sweep, adds to a transaction.
const chunk = 1000

// The outcomes of requests by id. They are joined with the id.
var (
	ErrNoDelivery = errors.New("no such delivery")
	ErrNotDead    = errors.New("not a dead letter")
)

// IDError is an outcome of a request by id: ErrNoDelivery or ErrNotDead.
type IDError struct {
	ID  string
	Err error
}

// Error names the delivery.
func (e *IDError) Error() string { return fmt.Sprintf("delivery %q: %v", e.ID, e.Err) }

// Unwrap returns ErrNoDelivery or ErrNotDead.
func (e *IDError) Unwrap() error { return e.Err }

// Replay makes the named dead letters pending again, due at now and with a full retry window, all of them or, with an
// *[IDError], none.
func (q *Queue) Replay(ctx context.Context, ids []string, now time.Time) (int, error) {
	return q.byID(ctx, ids, func(d *Delivery) error {
		if d.State != Dead {
			return &IDError{d.ID, ErrNotDead}
		}
		return nil
	}, func(tx *txn, d *Delivery) error { return tx.revive(d, now) },
		func(d *Delivery) { q.revived(d, now) })
}

// ReplayAll does the same to all dead letters of an endpoint, a thousand in a transaction.
func (q *Queue) ReplayAll(ctx context.Context, endpoint string, now time.Time) (int, error) {
	return q.byEndpoint(ctx, endpoint, func(d *Delivery) bool { return d.State == Dead },
		func(tx *txn, d *Delivery) error { return tx.revive(d, now) },
		func(d *Delivery) { q.revived(d, now) })
}

// Drop forgets the named deliveries, whatever their state, all of them or, with an *[IDError], none. An attempt under way is not
// called back.
func (q *Queue) Drop(ctx context.Context, ids []string) (int, error) {
	return q.byID(ctx, ids, func(*Delivery) error { return nil },
		func(tx *txn, d *Delivery) error { return tx.remove(d) }, func(d *Delivery) { q.removed(d, d.State) })
}

// DropAll forgets all dead letters of an endpoint, and with pending set those that wait too, a thousand in a transaction.
func (q *Queue) DropAll(ctx context.Context, endpoint string, pending bool) (int, error) {
	return q.byEndpoint(ctx, endpoint, func(d *Delivery) bool { return pending || d.State == Dead },
		func(tx *txn, d *Delivery) error { return tx.remove(d) }, func(d *Delivery) { q.removed(d, d.State) })
}

// byID changes the deliveries with the given ids in one transaction, if all are there and pass check.
func (q *Queue) byID(ctx context.Context, ids []string, check func(*Delivery) error, write func(*txn, *Delivery) error,
	after func(*Delivery)) (int, error) {
	endpoints := q.Depths()
	var found []Delivery
	var outcome error
	err := q.do(ctx, func(tx *txn) error {
		seen := map[string]bool{}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			d, ok, err := tx.byID(id, endpoints)
			if err != nil {
				return err
			}
			if !ok {
				outcome = &IDError{id, ErrNoDelivery}
			} else {
				outcome = check(&d)
			}
			if outcome != nil {
				found = nil
				return nil
			}
			found = append(found, d)
		}
		return tx.writeEach(found, write)
	}, func() {
		for i := range found {
			after(&found[i])
		}
	})
	if err != nil {
		return 0, fmt.Errorf("change deliveries: %w", err)
	}
	return len(found), outcome
}

// byEndpoint changes the deliveries of an endpoint that match.
func (q *Queue) byEndpoint(ctx context.Context, endpoint string, match func(*Delivery) bool, write func(*txn, *Delivery) error,
	after func(*Delivery)) (int, error) {
	total := 0
	for from := Position(0); ; {
		var found []Delivery
		err := q.do(ctx, func(tx *txn) error {
			var err error
			if found, err = tx.walk(endpoint, from, chunk, match); err != nil {
				return err
			}
			return tx.writeEach(found, write)
		}, func() {
			for i := range found {
				after(&found[i])
			}
		})
		if err != nil {
			return total, fmt.Errorf("change deliveries to %s: %w", endpoint, err)
		}
		total += len(found)
		if len(found) < chunk || found[len(found)-1].Position == math.MaxUint64 {
			return total, nil
		}
		from = found[len(found)-1].Position + 1
	}
}

// writeEach calls write with a copy of each delivery found. Those found stay as they were, for the index, but for their bodies,
// which nobody needs any more.
func (t *txn) writeEach(found []Delivery, write func(*txn, *Delivery) error) error {
	for i := range found {
		d := found[i]
		if err := write(t, &d); err != nil {
			return err
		}
		found[i].Body = nil
	}
	return nil
}

// byID finds a delivery by the position in its id.
func (t *txn) byID(id string, endpoints []Depth) (d Delivery, ok bool, err error) {
	p, ok := positionOf(id)
	if !ok {
		return Delivery{}, false, nil
	}
	for _, e := range endpoints {
		if d, ok, err = t.get(e.Endpoint, p); err != nil || ok && d.ID == id {
			return d, ok, err
		}
	}
	return Delivery{}, false, nil
}

// revive writes a dead letter back as pending.
func (t *txn) revive(d *Delivery, now time.Time) error {
	d.State, d.Attempts, d.Next, d.Queued = Pending, 0, now, now
	return t.put(d)
}

// revived brings the index up to date after revive; d is the dead letter as it was, and is due at once. q.mu is held.
func (q *Queue) revived(d *Delivery, queued time.Time) {
	l := q.lane(d.Endpoint)
	l.dead--
	l.add(d.Machine, entry{d.Position, millis(queued)}, 0)
}
