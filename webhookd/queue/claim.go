package queue

import (
	"container/heap"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// farAhead is longer than any wait a delivery is given. One that is due later than this was scheduled by a clock that has since
// been set back, and is due now.
const farAhead = 2 * time.Hour

// beingChanged is how long Claim passes over a delivery that a commit under way takes out of its line.
const beingChanged = 10 * time.Millisecond

// Claim hands out the delivery of an endpoint that has been due for longest, if one is due at now, for one attempt; ok says
// whether it did. Its machine gets no other until the claim ends with Delivered, Retry, Bury or Release. When nothing is due, wait
// is when something will be; zero if that depends on a change, which Wake tells of.
//
// Claims are in memory: after a crash the delivery is pending as before.
func (q *Queue) Claim(endpoint string, now time.Time) (d Delivery, ok bool, wait time.Time, err error) {
	for {
		machine, p, found, wait := q.claim(endpoint, now)
		if !found {
			return Delivery{}, false, wait, nil
		}
		err := q.db.View(func(tx *bbolt.Tx) error {
			t := &txn{deliveries: tx.Bucket(bucketDeliveries)}
			d, ok, err = t.get(endpoint, p)
			return err
		})
		switch {
		case err != nil:
			return Delivery{}, false, time.Time{}, fmt.Errorf("claim delivery: %w", err)
		case ok && d.State == Pending:
			return d, true, time.Time{}, nil
		}
		// An operator's change to it is being committed, and bbolt shows that to readers before the last sync. The line learns
		// of it after the commit; until then there is nothing to spin for.
		q.release(endpoint, machine, p, millis(now.Add(beingChanged)))
	}
}

// claim takes the first due line out of the heap.
func (q *Queue) claim(endpoint string, now time.Time) (machine string, p Position, ok bool, wait time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lane(endpoint)
	if len(l.due) == 0 {
		return "", 0, false, time.Time{}
	}
	ln := l.due[0]
	if due := time.UnixMilli(ln.next); due.After(now) && due.Before(now.Add(farAhead)) {
		return "", 0, false, due
	}
	heap.Pop(&l.due)
	ln.busy, ln.claimed = true, ln.entries[0].position
	return ln.machine, ln.claimed, true, time.Time{}
}

func (q *Queue) release(endpoint, machine string, p Position, next int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lane(endpoint).release(machine, p, next)
}

// Release ends a claim without an attempt.
func (q *Queue) Release(d *Delivery) { q.release(d.Endpoint, d.Machine, d.Position, millis(d.Next)) }

// Delivered ends a claim: the delivery is forgotten. If it fails, the delivery will be made again.
func (q *Queue) Delivered(ctx context.Context, d *Delivery) error {
	var was State
	err := q.do(ctx, func(tx *txn) error {
		now, ok, err := tx.same(d)
		if err != nil || !ok {
			return err
		}
		was = now.State
		return tx.remove(&now)
	}, func() { q.removed(d, was); q.lane(d.Endpoint).release(d.Machine, d.Position, 0) })
	if err != nil {
		return fmt.Errorf("forget delivery %s: %w", d.ID, err)
	}
	return nil
}

// Retry ends a claim after a failed attempt that is to be repeated at next.
func (q *Queue) Retry(ctx context.Context, d *Delivery, next time.Time, problem string) error {
	err := q.do(ctx, func(tx *txn) error {
		now, ok, err := tx.same(d)
		if err != nil || !ok || now.State != Pending {
			return err
		}
		now.Attempts++
		now.Next, now.LastError = next, problem
		return tx.put(&now)
	}, func() { q.lane(d.Endpoint).release(d.Machine, d.Position, millis(next)) })
	if err != nil {
		return fmt.Errorf("postpone delivery %s: %w", d.ID, err)
	}
	return nil
}

// Bury ends a claim after a last failed attempt: the delivery becomes a dead letter.
func (q *Queue) Bury(ctx context.Context, d *Delivery, problem string) error {
	var died []Delivery
	var forgotten cut
	err := q.do(ctx, func(tx *txn) error {
		now, ok, err := tx.same(d)
		if err != nil || !ok || now.State != Pending {
			return err
		}
		now.Attempts++
		now.State, now.LastError = Dead, problem
		if err := tx.put(&now); err != nil {
			return err
		}
		now.Body = nil
		died = []Delivery{now}
		forgotten, err = q.trim(tx, d.Endpoint, 1)
		return err
	}, func() {
		q.moveDead(d.Endpoint, died)
		q.settle(d.Endpoint, cut{}, forgotten)
		q.lane(d.Endpoint).release(d.Machine, d.Position, 0)
	})
	if err != nil {
		return fmt.Errorf("bury delivery %s: %w", d.ID, err)
	}
	q.lost(d.Endpoint, 0, len(forgotten.gone))
	return nil
}

// same reads a delivery again inside the transaction, where an operator may have dropped it meanwhile.
func (t *txn) same(d *Delivery) (now Delivery, ok bool, err error) {
	now, ok, err = t.get(d.Endpoint, d.Position)
	return now, ok && now.ID == d.ID, err
}

// removed brings the index up to date after a delivery that was in state was left the file; q.mu is held.
func (q *Queue) removed(d *Delivery, was State) {
	l := q.lane(d.Endpoint)
	switch was {
	case Pending:
		l.remove(d.Machine, d.Position)
	case Dead:
		l.dead--
	}
}
