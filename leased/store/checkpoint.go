package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
)

const (
	// lookEvery is how often the checkpointer looks whether there is something to do that nobody told it.
	lookEvery = 5 * time.Second
	// quiet is how long nothing may have been committed for a part to be closed before its segment is full, oldest how long it
	// may have been in use: so the database follows within a minute, and little is left to replay.
	quiet  = 5 * time.Second
	oldest = time.Minute

	// calmStep is how many records one transaction writes while there is time: a few milliseconds of one processor, so that packets
	// do not wait for it. breath is the pause behind it.
	calmStep = 384
	breath   = 10 * time.Millisecond
	// hurriedStep is that of a transaction that somebody waits for.
	hurriedStep = 4096

	// finishWithin bounds a clean stop. A process has two seconds for it.
	finishWithin = 1500 * time.Millisecond
)

// checkpoints is the checkpointer, the goroutine that writes closed parts to the database and trims the event log. It returns
// nil when ctx ends, with the work left as it is, or once it has completed the database after finish was closed.
func (s *Store) checkpoints(ctx context.Context, finish <-chan struct{}) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	trimmed := time.Now()
	for {
		var asked chan<- snapshot
		select {
		case <-s.closed:
		case now := <-look.C:
			s.closeOld(now.Add(-quiet), now.Add(-oldest))
		case asked = <-s.snapshots:
		case <-finish:
			return s.finish(ctx)
		case <-ctx.Done():
			return nil
		}
		if err := s.checkpoint(s.pace(ctx)); err != nil {
			return unlessOver(ctx, err)
		}
		if asked != nil {
			snap := s.takeSnapshot(ctx)
			asked <- snap
			if snap.err != nil {
				return unlessOver(ctx, snap.err)
			}
		}
		if time.Since(trimmed) >= trimEvery {
			if err := s.trim(ctx); err != nil {
				return err
			}
			trimmed = time.Now()
		}
	}
}

// unlessOver returns err, or nil if it says merely that ctx has ended.
func unlessOver(ctx context.Context, err error) error {
	if over := ctx.Err(); over != nil && errors.Is(err, over) {
		return nil
	}
	return err
}

// closeOld closes the part in use if nothing was added to it since still, or if its first group came before first.
func (s *Store) closeOld(still, first time.Time) {
	s.writing.Lock()
	defer s.writing.Unlock()
	p := s.tail.active // changes under the lock writing only
	if !p.empty() && s.tail.closedPart() == nil && (p.touched.Before(still) || p.since.Before(first)) {
		s.closePart()
	}
}

// checkpoint writes the closed part to the database, if there is one, and lets go of it.
func (s *Store) checkpoint(pace pace) error {
	p := s.tail.closedPart()
	if p == nil {
		return nil
	}
	start := time.Now()
	next := s.link
	next.applied = p.last
	if err := s.apply(p, next, pace); err != nil {
		return err
	}
	// In this order: once the part is gone, the committer may go on in its segment.
	if err := s.journal.Shrink(); err != nil {
		return err
	}
	s.tail.drop()
	signal(s.freed)
	s.metrics.checkpoint.Observe(time.Since(start).Seconds())
	return boltfile.Release(s.db) // or all of the file would be in the memory of the process after a while
}

// pace returns that of a checkpoint. It pauses while the segment in use fills more slowly than the closed one empties, and writes
// larger steps when somebody waits.
func (s *Store) pace(ctx context.Context) pace {
	return func(done float64) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("checkpoint: %w", err)
		}
		if s.hurry.Load() > 0 {
			return hurriedStep, nil
		}
		if s.journal.Filled() > done {
			return calmStep, nil
		}
		select {
		case <-time.After(breath):
		case <-ctx.Done():
		}
		return calmStep, nil
	}
}

// finish completes the database for good, unless that takes too long: the next start goes on with it.
func (s *Store) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, finishWithin)
	defer cancel()
	s.writing.Lock()
	defer s.writing.Unlock()
	return unlessOver(ctx, s.complete(s.pace(ctx)))
}

// complete brings the database up to the last group and notes in it that it needs no journal. The lock writing is held.
func (s *Store) complete(pace pace) error {
	if err := s.checkpoint(pace); err != nil {
		return err
	}
	if !s.tail.active.empty() {
		s.closePart()
		if err := s.checkpoint(pace); err != nil {
			return err
		}
	}
	return s.putAhead(false)
}

// leaveBehind notes in the database that the journal may have more than it. That must be on disk before the first such group
// is. The lock writing is held.
func (s *Store) leaveBehind() error { return s.putAhead(true) }

func (s *Store) putAhead(ahead bool) error {
	next := s.link
	next.ahead = ahead
	if err := s.db.Update(next.put); err != nil {
		return fmt.Errorf("write to %s: %w", s.file.Path, err)
	}
	s.link, s.needsJournal = next, ahead
	return nil
}

// trim brings the log to its bounds in steps, stopping when there is a part to write: checkpoints trim as well.
func (s *Store) trim(ctx context.Context) error {
	for ctx.Err() == nil && s.tail.closedPart() == nil && s.keep.due(s.stored, time.Now()) {
		err := s.transact(func(tx *bbolt.Tx, log *eventLog) error {
			return s.keep.trim(tx, log, time.Now(), trimStep)
		})
		if err != nil {
			return err
		}
		select {
		case <-time.After(breath):
		case <-ctx.Done():
		}
	}
	return nil
}
