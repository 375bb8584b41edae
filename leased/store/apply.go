package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// application writes a part to the database: leases by address, reservations by number, boots by machine, then events in order, some
// records with each transaction. Each transaction leaves a database that is older than the journal and nothing else, so a crash between
// two of them costs nothing: the next start writes the part again.
type application struct {
	part   *part
	leases *order
	roll   []uint64
	boots  []bootKey
	events int // how many of the part are written
	key    []byte
}

// pace is asked between transactions, with the part of the work that is done, from 0 to 1. It takes its time and returns how many
// records the next transaction writes, or an error that ends the work.
type pace func(done float64) (step int, err error)

// apply writes all of a part and, in the last transaction, next, which says so.
func (s *Store) apply(p *part, next link, pace pace) error {
	leases, err := newOrder(p.addresses, pace)
	if err != nil {
		return err
	}
	a := &application{
		part: p, leases: leases, roll: slices.Sorted(maps.Keys(p.roll)), boots: slices.SortedFunc(maps.Keys(p.boots), bootKey.compare),
	}
	for all, done := p.records(), 0; ; {
		step, err := pace(float64(done) / float64(max(all, 1)))
		if err != nil {
			return err
		}
		step = min(step, all-done)
		done += step
		err = s.transact(func(tx *bbolt.Tx, log *eventLog) error {
			if err := a.fill(tx, log, step); err != nil {
				return err
			}
			if now, keep := time.Now(), s.keep.slack(); keep.due(*log, now) {
				if err := s.keep.trim(tx, log, now, 2*step); err != nil {
					return err
				}
			}
			if done < all {
				return nil
			}
			return next.put(tx)
		})
		if err != nil {
			return err
		}
		s.metrics.applied.Add(float64(step))
		if done == all {
			s.link = next
			return nil
		}
	}
}

// fill writes the next n records, of which there must be as many. bbolt keeps hold of the values until the transaction has ended; they
// are octets of the part, which do not change.
func (a *application) fill(tx *bbolt.Tx, log *eventLog, n int) error {
	leases := tx.Bucket(bucketLeases)
	for ; n > 0; n-- {
		ip, ok := a.leases.next()
		if !ok {
			break
		}
		a.key = appendIP(a.key[:0], ip)
		if err := leases.Put(a.key, a.part.value(a.part.leases[ip])); err != nil {
			return fmt.Errorf("put lease %s: %w", ip, err)
		}
	}
	for ; n > 0 && len(a.roll) > 0; n-- {
		if err := a.putReservation(tx.Bucket(bucketReservations), a.roll[0]); err != nil {
			return err
		}
		a.roll = a.roll[1:]
	}
	for ; n > 0 && len(a.boots) > 0; n-- {
		if err := a.putBoot(tx.Bucket(bucketBoots), a.boots[0]); err != nil {
			return err
		}
		a.boots = a.boots[1:]
	}
	if n == 0 {
		return nil
	}
	events := tx.Bucket(bucketEvents)
	events.FillPercent = 0.9 // keys only grow: a page that was split is never filled up later
	for ; n > 0; n-- {
		if err := a.putEvent(events, log); err != nil {
			return err
		}
	}
	if err := events.SetSequence(log.last); err != nil {
		return fmt.Errorf("raise sequence number: %w", err)
	}
	return nil
}

// putReservation writes or deletes a reservation. The sequence of the bucket is the highest number ever used, so that none
// comes back after its reservation is deleted.
func (a *application) putReservation(bucket *bbolt.Bucket, number uint64) error {
	a.key = appendSequence(a.key[:0], number)
	var err error
	if at := a.part.roll[number]; at == deleted {
		err = bucket.Delete(a.key)
	} else {
		err = bucket.Put(a.key, a.part.value(at))
	}
	if err != nil {
		return fmt.Errorf("write reservation %d: %w", number, err)
	}
	if number <= bucket.Sequence() {
		return nil
	}
	if err := bucket.SetSequence(number); err != nil {
		return fmt.Errorf("raise reservation number: %w", err)
	}
	return nil
}

// putBoot writes or deletes what is remembered of the boots of a machine.
func (a *application) putBoot(bucket *bbolt.Bucket, key bootKey) error {
	a.key = append(a.key[:0], key[:]...)
	var err error
	if at := a.part.boots[key]; at == deleted {
		err = bucket.Delete(a.key)
	} else {
		err = bucket.Put(a.key, a.part.value(at))
	}
	if err != nil {
		return fmt.Errorf("write boots of machine %x: %w", a.key, err)
	}
	return nil
}

// putEvent writes the next event. One that an earlier run wrote before a crash is passed over, for it may have been trimmed since.
func (a *application) putEvent(bucket *bbolt.Bucket, log *eventLog) error {
	number, value := a.part.first+uint64(a.events), a.part.value(a.part.events[a.events])
	a.events++
	if number <= log.last {
		return nil
	}
	if number > log.last+1 {
		return fmt.Errorf("put event %d: the log ends with %d", number, log.last)
	}
	if log.count() == 0 {
		at, err := eventTime(value)
		if err != nil {
			return fmt.Errorf("put event %d: %w", number, err)
		}
		log.oldestTime = at
	}
	a.key = appendSequence(a.key[:0], number)
	if err := bucket.Put(a.key, value); err != nil {
		return fmt.Errorf("put event %d: %w", number, err)
	}
	log.last = number
	return nil
}

// transact runs fill in a transaction and commits it. fill changes log, the extent of the event log in the database, to what the
// transaction makes of it. It belongs to who applies: Open, then the checkpoint.
func (s *Store) transact(fill func(*bbolt.Tx, *eventLog) error) error {
	log := s.stored
	var size int64
	err := s.db.Update(func(tx *bbolt.Tx) error {
		if err := fill(tx, &log); err != nil {
			return err
		}
		size = tx.Size()
		// Before the commit, not after: who finds an event gone must be able to see that it was trimmed.
		s.trimmed(log.oldest)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write to %s: %w", s.file.Path, err)
	}
	s.metrics.trimmed.Add(float64(log.oldest - s.stored.oldest))
	s.metrics.size.Set(float64(size))
	s.stored = log
	return nil
}
