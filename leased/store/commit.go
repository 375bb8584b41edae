package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// Run is the committer: it takes whatever gathered while the last transaction was synced, writes it as one transaction and
// then calls every Done in the order of submission. When ctx ends it commits what was submitted before and returns nil. It
// may be called once.
//
// After an error the outcome of the last transaction is unknown, no Done of it is called, and the process must end: what is
// on the disk is found out by opening it again.
func (s *Store) Run(ctx context.Context) error {
	defer s.queue.close()
	tick := time.NewTicker(trimEvery)
	defer tick.Stop()
	var pending []*Pending
	for ending := false; !ending; {
		idle := false
		select {
		case <-s.queue.ready:
		case <-tick.C:
			idle = true
		case <-ctx.Done():
			s.queue.close()
			ending = true
		}
		pending = s.queue.take(pending)
		if err := s.commit(pending); err != nil {
			return err
		}
		if idle {
			if err := s.trim(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit makes pending durable and then tells everyone, in order. A crash before write returns leaves all of it or nothing on
// disk, and nobody was told; after it, all of it. A Done in front of it would answer clients with leases that a crash
// takes back.
func (s *Store) commit(pending []*Pending) error {
	carried := 0
	for _, p := range pending {
		if !p.Empty() {
			carried++
		}
	}
	if carried > 0 {
		if err := s.write(pending, carried); err != nil {
			return err
		}
	}
	for _, p := range pending {
		if p.Done != nil {
			p.Done(Outcome{})
		}
	}
	return nil
}

// write makes pending durable as one transaction. carried is how many of them are not empty.
func (s *Store) write(pending []*Pending, carried int) error {
	err := s.transact(carried, func(tx *bbolt.Tx, log *eventLog) error {
		if err := s.batch.putLeases(tx, pending); err != nil {
			return err
		}
		if err := s.batch.putReservations(tx, pending); err != nil {
			return err
		}
		before := log.last
		if err := s.batch.appendEvents(tx, pending, log); err != nil {
			return err
		}
		if now, keep := time.Now(), s.keep.slack(); keep.due(*log, now) {
			return s.keep.trim(tx, log, now, max(trimStep, 2*int(log.last-before)))
		}
		return nil
	})
	s.batch.reset()
	return err
}

// trim brings the log to its bounds in steps, stopping when there is something to commit: commits trim as well.
func (s *Store) trim(ctx context.Context) error {
	for ctx.Err() == nil && s.queue.len() == 0 && s.keep.due(s.log, time.Now()) {
		err := s.transact(0, func(tx *bbolt.Tx, log *eventLog) error {
			return s.keep.trim(tx, log, time.Now(), trimStep)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// transact runs fill in a transaction, commits it and then lets everyone see its events. fill changes log, the extent of the
// event log, to what the transaction makes of it.
func (s *Store) transact(carried int, fill func(*bbolt.Tx, *eventLog) error) error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return fmt.Errorf("begin transaction on %s: %w", s.file.Path, err)
	}
	log := s.log
	if err := fill(tx, &log); err != nil {
		s.metrics.failed.Inc()
		return fmt.Errorf("fill transaction on %s: %w", s.file.Path, errors.Join(err, tx.Rollback()))
	}
	size, start := tx.Size(), time.Now()
	if err := tx.Commit(); err != nil {
		s.metrics.failed.Inc()
		return fmt.Errorf("commit transaction on %s: %w", s.file.Path, err)
	}
	s.metrics.committed(carried, time.Since(start), size)
	s.metrics.events.Add(float64(log.last - s.log.last))
	s.metrics.trimmed.Add(float64(log.oldest - s.log.oldest))
	s.advance(log)
	return nil
}
