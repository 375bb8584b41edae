package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

var (
	errNoAddress = errors.New("no address")
	errNoNumber  = errors.New("number 0")
)

// batch puts commits into one transaction. Its memory is used again for the next one: bbolt keeps hold of the values it is
// given until the transaction has ended, so reset must not be called before. It belongs to the committer.
type batch struct {
	leases []leaseWrite
	// values holds the records one behind the other. Where append moves it, records written before stay where they are.
	values []byte
	key    []byte

	lease storagev1.LeaseRecord
	event storagev1.EventRecord
}

// leaseWrite is a lease with its place in the order of submission.
type leaseWrite struct {
	ip    engine.IP
	order int32
	lease *engine.Lease
}

// reset forgets the last transaction. A batch that was unusually large is not kept.
func (b *batch) reset() {
	const keep = 4 << 20
	if cap(b.values) > keep {
		b.values = nil
	}
	clear(b.leases)
	b.leases, b.values = b.leases[:0], b.values[:0]
}

// putLeases writes the last lease of each address, in the order of addresses: neighbours share a page, and bbolt finds it
// again without a search from the root.
func (b *batch) putLeases(tx *bbolt.Tx, pending []*Pending) error {
	for _, p := range pending {
		for _, l := range p.Leases {
			b.leases = append(b.leases, leaseWrite{l.IP, int32(len(b.leases)), l})
		}
	}
	if len(b.leases) == 0 {
		return nil
	}
	slices.SortFunc(b.leases, func(x, y leaseWrite) int {
		return cmp.Or(cmp.Compare(x.ip, y.ip), cmp.Compare(x.order, y.order))
	})
	bucket := tx.Bucket(bucketLeases)
	for i, w := range b.leases {
		if i+1 < len(b.leases) && b.leases[i+1].ip == w.ip {
			continue
		}
		if w.ip == 0 {
			return fmt.Errorf("put lease: %w", errNoAddress)
		}
		start := len(b.values)
		var err error
		if b.values, err = appendLease(b.values, &b.lease, w.lease); err != nil {
			return fmt.Errorf("encode lease %s: %w", w.ip, err)
		}
		b.key = appendIP(b.key[:0], w.ip)
		if err := bucket.Put(b.key, b.values[start:len(b.values):len(b.values)]); err != nil {
			return fmt.Errorf("put lease %s: %w", w.ip, err)
		}
	}
	return nil
}

// putReservations writes the changes of the roll in the order of submission. The sequence of the bucket is the highest number
// ever used, so that none comes back after its reservation is deleted.
func (b *batch) putReservations(tx *bbolt.Tx, pending []*Pending) error {
	bucket := tx.Bucket(bucketReservations)
	for _, p := range pending {
		for _, r := range p.Put {
			n, err := reservationNumber(r.ID)
			if err != nil {
				return fmt.Errorf("put reservation: %w", err)
			}
			start := len(b.values)
			if b.values, err = appendReservation(b.values, r); err != nil {
				return fmt.Errorf("encode reservation %s: %w", r.ID, err)
			}
			b.key = appendSequence(b.key[:0], n)
			if err := bucket.Put(b.key, b.values[start:len(b.values):len(b.values)]); err != nil {
				return fmt.Errorf("put reservation %s: %w", r.ID, err)
			}
			if n > bucket.Sequence() {
				if err := bucket.SetSequence(n); err != nil {
					return fmt.Errorf("raise reservation number: %w", err)
				}
			}
		}
		for _, id := range p.Delete {
			n, err := reservationNumber(id)
			if err != nil {
				return fmt.Errorf("delete reservation: %w", err)
			}
			b.key = appendSequence(b.key[:0], n)
			if err := bucket.Delete(b.key); err != nil {
				return fmt.Errorf("delete reservation %s: %w", id, err)
			}
		}
	}
	return nil
}

// appendEvents appends the events in the order of submission behind the last one of log, numbering them without a gap. A
// number given here is only as good as the transaction: if that fails, the process ends and the number is given again.
func (b *batch) appendEvents(tx *bbolt.Tx, pending []*Pending, log *eventLog) error {
	bucket := tx.Bucket(bucketEvents)
	bucket.FillPercent = 0.9 // keys only grow: a page that was split is never filled up later
	before := log.last
	for _, p := range pending {
		for _, e := range p.Events {
			if log.count() == 0 {
				log.oldestTime = e.Time
			}
			log.last++
			e.Sequence = log.last
			start := len(b.values)
			var err error
			if b.values, err = appendEvent(b.values, &b.event, e); err != nil {
				return fmt.Errorf("encode event %d: %w", log.last, err)
			}
			b.key = appendSequence(b.key[:0], log.last)
			if err := bucket.Put(b.key, b.values[start:len(b.values):len(b.values)]); err != nil {
				return fmt.Errorf("put event %d: %w", log.last, err)
			}
		}
	}
	if log.last == before {
		return nil
	}
	if err := bucket.SetSequence(log.last); err != nil {
		return fmt.Errorf("raise sequence number: %w", err)
	}
	return nil
}
