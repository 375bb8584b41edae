package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.etcd.io/bbolt"
)

// Backup hands a copy of the database as of one commit to write: its size in octets, the sequence number of the newest event in it,
// and what puts its octets out. The copy has everything that was durable when Backup was called and needs no journal. While Run
// runs, the database is brought up to date for it first, and the last moment of that holds up commits; the copying does not, but
// pages that are freed meanwhile are not used again, so the file grows while a slow reader takes its time.
func (s *Store) Backup(write func(size int64, last uint64, to io.WriterTo) error) error {
	tx, err := s.snapshot()
	if err == nil {
		err = errors.Join(write(tx.Size(), tx.Bucket(bucketEvents).Sequence(), tx), tx.Rollback())
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", s.file.Path, err)
	}
	return nil
}

// snapshot is a view of the whole database, or why there is none.
type snapshot struct {
	tx  *bbolt.Tx
	err error
}

// snapshot returns a view of the database in which everything durable is, and which says that it needs no journal.
func (s *Store) snapshot() (*bbolt.Tx, error) {
	s.hurry.Add(1)
	defer s.hurry.Add(-1)
	taken := make(chan snapshot, 1)
	for {
		if tx, err := s.completeSnapshot(); tx != nil || err != nil {
			return tx, err
		}
		select {
		case s.snapshots <- taken:
			snap := <-taken
			return snap.tx, snap.err
		case <-s.ended:
			s.writing.Lock()
			lost := s.needsJournal
			s.writing.Unlock()
			if lost {
				return nil, errors.New("the store has failed")
			}
		}
	}
}

// completeSnapshot returns a view if the database is complete as it is: before Run and after its end.
func (s *Store) completeSnapshot() (*bbolt.Tx, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.needsJournal {
		return nil, nil
	}
	return s.db.Begin(false)
}

// takeSnapshot completes the database, begins a view of it, and lets commits go on. They wait in between, so that there is no
// moment at which the file on disk says that it is complete and is not; most of the work is done before.
func (s *Store) takeSnapshot(ctx context.Context) (snap snapshot) {
	now := time.Now()
	s.closeOld(now, now)
	if snap.err = s.checkpoint(s.pace(ctx)); snap.err != nil {
		return snap
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if snap.err = s.complete(s.pace(ctx)); snap.err != nil {
		return snap
	}
	if snap.tx, snap.err = s.db.Begin(false); snap.err != nil {
		return snap
	}
	if snap.err = s.leaveBehind(); snap.err != nil {
		return snapshot{err: errors.Join(snap.err, snap.tx.Rollback())}
	}
	return snap
}
