package queue

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// maxBatch bounds the changes of one transaction.
const maxBatch = 512

// ErrStopped is what a change gets that was not committed for certain: Run has returned, or is about to.
var ErrStopped = errors.New("delivery queue has stopped")

// change is one request to the committer.
type change struct {
	// apply writes. An error is a failure of the file and ends Run; an outcome of the request belongs in variables that
	// apply closes over. It runs once.
	apply func(tx *txn) error
	// after brings the index up to date. It runs after the commit, under Queue.mu, in the order of the changes.
	after  func()
	result chan error // has room for one
}

// txn is a write transaction on the deliveries.
type txn struct {
	meta, deliveries *bbolt.Bucket
}

// Run commits changes until ctx ends, then commits those that are waiting and returns nil. An error means that the state of the
// file is unknown: end the process. It is called once.
func (q *Queue) Run(ctx context.Context) error {
	defer close(q.stopped)
	for {
		select {
		case c := <-q.changes:
			if err := q.commitBatch(q.gather(c)); err != nil {
				return err
			}
		case <-ctx.Done():
			for {
				select {
				case c := <-q.changes:
					if err := q.commitBatch(q.gather(c)); err != nil {
						return err
					}
					continue
				default:
				}
				return nil
			}
		}
	}
}

// gather takes what else is waiting; there is no timer, the sync of the last commit is the window.
func (q *Queue) gather(first *change) []*change {
	batch := []*change{first}
	for len(batch) < maxBatch {
		select {
		case c := <-q.changes:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// commitBatch makes the changes durable, then visible. A crash before the commit loses all of them and nobody was told of any; a
// crash after it loses only the telling, and every caller makes up for that when the file is read again.
func (q *Queue) commitBatch(batch []*change) error {
	err := q.write(batch)
	if err != nil {
		err = fmt.Errorf("commit delivery queue: %w", err)
		for _, c := range batch {
			c.result <- errors.Join(ErrStopped, err)
		}
		return err
	}
	q.mu.Lock()
	for _, c := range batch {
		c.after()
	}
	q.mu.Unlock()
	for _, c := range batch {
		c.result <- nil
	}
	return nil
}

func (q *Queue) write(batch []*change) error {
	tx, err := q.db.Begin(true)
	if err != nil {
		return err
	}
	w := &txn{tx.Bucket(bucketMeta), tx.Bucket(bucketDeliveries)}
	for _, c := range batch {
		if err := c.apply(w); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return q.commit(tx)
}

// do hands a change to the committer and returns when it is on disk. Once accepted, a change is carried out even if ctx ends.
func (q *Queue) do(ctx context.Context, apply func(*txn) error, after func()) error {
	c := &change{apply, after, make(chan error, 1)}
	select {
	case q.changes <- c:
	case <-q.stopped:
		return ErrStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-c.result:
		return err
	case <-q.stopped:
	}
	select { // both may have happened
	case err := <-c.result:
		return err
	default:
		return ErrStopped
	}
}

// get reads a delivery; ok is false if there is none.
func (t *txn) get(endpoint string, p Position) (d Delivery, ok bool, err error) {
	k := key(endpoint, p)
	v := t.deliveries.Get(k)
	if v == nil {
		return Delivery{}, false, nil
	}
	d, err = unmarshal(k, v)
	return d, err == nil, err
}

func (t *txn) put(d *Delivery) error {
	v, err := d.marshal()
	if err != nil {
		return err
	}
	return t.deliveries.Put(key(d.Endpoint, d.Position), v)
}

func (t *txn) remove(d *Delivery) error {
	return t.deliveries.Delete(key(d.Endpoint, d.Position))
}
