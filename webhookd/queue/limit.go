package queue

import (
	"bytes"
	"math"
)

// slack is the part of a limit, one in so many, that is freed at once when it is passed, so that a full queue is not walked for
// every event.
const slack = 100

// cut is what a limit took from one endpoint.
type cut struct {
	gone []Delivery // without bodies
	// The walk began at from, and nothing of its kind is left before to.
	from, to Position
}

// overflow makes dead letters of the oldest pending deliveries when adding n passes the limit. One that is being attempted stays.
func (q *Queue) overflow(tx *txn, endpoint string, n int) (cut, error) {
	q.mu.Lock()
	l := q.lane(endpoint)
	excess, from := l.pending+n-q.opts.MaxPending, l.pendingFrom
	q.mu.Unlock()
	if excess <= 0 {
		return cut{}, nil
	}
	left := Position(math.MaxUint64) // the first that stays because it is being attempted
	died, err := tx.walk(endpoint, from, excess+q.opts.MaxPending/slack, func(d *Delivery) bool {
		if d.State != Pending {
			return false
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		if l.isClaimed(d.Machine, d.Position) {
			left = min(left, d.Position)
			return false
		}
		return true
	})
	if err != nil || len(died) == 0 {
		return cut{}, err
	}
	for i := range died {
		died[i].State = Dead
		died[i].LastError = "too many deliveries waited for this endpoint"
		if err := tx.put(&died[i]); err != nil {
			return cut{}, err
		}
		died[i].Body = nil
	}
	return cut{died, from, min(left, died[len(died)-1].Position)}, nil
}

// trim forgets the oldest dead letters when n more pass the limit.
func (q *Queue) trim(tx *txn, endpoint string, n int) (cut, error) {
	q.mu.Lock()
	l := q.lane(endpoint)
	excess, from := l.dead+n-q.opts.MaxDead, l.deadFrom
	q.mu.Unlock()
	if n == 0 || excess <= 0 {
		return cut{}, nil
	}
	forgotten, err := tx.walk(endpoint, from, excess+q.opts.MaxDead/slack, func(d *Delivery) bool { return d.State == Dead })
	if err != nil || len(forgotten) == 0 {
		return cut{}, err
	}
	for i := range forgotten {
		forgotten[i].Body = nil
		if err := tx.remove(&forgotten[i]); err != nil {
			return cut{}, err
		}
	}
	return cut{forgotten, from, forgotten[len(forgotten)-1].Position}, nil
}

// moveDead brings the index up to date after deliveries became dead letters; q.mu is held.
func (q *Queue) moveDead(endpoint string, died []Delivery) {
	l := q.lane(endpoint)
	for i := range died {
		l.remove(died[i].Machine, died[i].Position)
		l.dead++
		l.deadFrom = min(l.deadFrom, died[i].Position)
	}
}

// settle brings the index up to date after both cuts of one change; q.mu is held.
func (q *Queue) settle(endpoint string, died, forgotten cut) {
	l := q.lane(endpoint)
	// The marks move up only if no other change of the same transaction has moved them down.
	if len(died.gone) > 0 && l.pendingFrom == died.from {
		l.pendingFrom = died.to
	}
	q.moveDead(endpoint, died.gone)
	l.dead -= len(forgotten.gone)
	if len(forgotten.gone) > 0 && l.deadFrom == forgotten.from {
		l.deadFrom = forgotten.to
	}
}

// walk returns up to limit deliveries of an endpoint that match, the oldest first. It reads everything before it returns, because
// a bbolt cursor may skip keys when the bucket changes under it.
func (t *txn) walk(endpoint string, from Position, limit int, match func(*Delivery) bool) ([]Delivery, error) {
	var found []Delivery
	end := key(endpoint, math.MaxUint64)
	c := t.deliveries.Cursor()
	for k, v := c.Seek(key(endpoint, from)); k != nil && bytes.Compare(k, end) <= 0 && len(found) < limit; k, v = c.Next() {
		d, err := unmarshal(k, v)
		if err != nil {
			return nil, err
		}
		if match(&d) {
			found = append(found, d)
		}
	}
	return found, nil
}
