package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/leased/journal"
)

// Run is the committer: it takes whatever gathered while the last group was synced, makes it durable as one group and then calls
// every Done in the order of submission. Beside it the checkpointer brings the database up to date. When ctx ends, Run commits
// what was submitted before, completes the database if that takes no longer than 1.5 s, and returns nil. It may be called once.
//
// After an error the outcome of the last group is unknown, no Done of it is called, and the process must end: what is on the disk
// is found out by opening it again.
func (s *Store) Run(ctx context.Context) error {
	defer close(s.ended)
	defer s.queue.close()
	s.writing.Lock()
	err := s.leaveBehind()
	s.writing.Unlock()
	if err != nil {
		return err
	}
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	finish, stopped := make(chan struct{}), make(chan struct{})
	var failed error // of the checkpointer; to be read when it has stopped
	go func() {
		defer close(stopped)
		failed = s.checkpoints(work, finish)
	}()
	err = s.commits(ctx, stopped)
	if err != nil {
		abandon()
	} else {
		s.hurry.Add(1)
		close(finish)
	}
	<-stopped
	return errors.Join(err, failed)
}

// commits is the committer. It returns nil when ctx has ended or the checkpointer has stopped.
func (s *Store) commits(ctx context.Context, stopped <-chan struct{}) error {
	var pending []*Pending
	for ending := false; !ending; {
		select {
		case <-s.queue.ready:
		case <-stopped:
			return nil
		case <-ctx.Done():
			s.queue.close()
			ending = true
		}
		pending = s.queue.take(pending)
		if err := s.commit(pending, stopped); err != nil {
			return err
		}
	}
	return nil
}

// commit makes pending durable and then tells everyone, in order. A crash before write returns leaves all of it or nothing on
// disk, and nobody was told; after it, all of it. A Done in front of it would answer clients with leases that a crash
// takes back.
func (s *Store) commit(pending []*Pending, stopped <-chan struct{}) error {
	carried := 0
	for _, p := range pending {
		if !p.Empty() {
			carried++
		}
	}
	if carried > 0 {
		if err := s.write(pending, carried, stopped); err != nil {
			s.metrics.failed.Inc()
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

// errStopped is returned beside the error of the checkpointer that is the cause.
var errStopped = errors.New("no room in the journal: the checkpoint has failed")

// write makes pending durable as one group and shows it. carried is how many of them are not empty.
func (s *Store) write(pending []*Pending, carried int, stopped <-chan struct{}) error {
	frame, last, err := appendGroup(journal.Begin(s.takeRoom()), pending, s.log.last)
	if err != nil {
		return fmt.Errorf("encode a commit: %w", err)
	}
	if err := s.makeRoom(len(frame), stopped); err != nil {
		return err
	}
	defer s.writing.Unlock()
	start := time.Now()
	if frame, err = s.journal.Append(frame); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.room = frame[len(frame):]
	s.metrics.committed(carried, time.Since(start), last-s.log.last)
	if err := s.tail.add(journal.Carried(frame), s.journal.Last(), start); err != nil {
		return fmt.Errorf("remember a commit: %w", err)
	}
	s.grown(last) // after the tail: who is woken finds the events
	return nil
}

// makeRoom makes sure that there is room in the journal for a frame of n octets, and returns with the lock writing held. A full
// segment is closed if the other one is free, else it grows, which is slower; when it has grown too much, the checkpoint is
// waited for.
func (s *Store) makeRoom(n int, stopped <-chan struct{}) error {
	s.writing.Lock()
	for s.journal.Full(n) {
		if s.tail.closedPart() == nil {
			s.closePart()
			signal(s.closed)
			break
		}
		if !s.journal.Bound(n) {
			break
		}
		s.writing.Unlock()
		select {
		case <-s.freed:
		case <-stopped:
			return errStopped
		}
		s.writing.Lock()
	}
	return nil
}

// closePart closes the part in use and goes on in the other segment. The lock writing is held and there is no closed part.
func (s *Store) closePart() {
	s.journal.Switch()
	s.tail.close()
	s.metrics.switches.Inc()
}

// signal puts a token into a channel that has room for one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

const (
	// roomSize is how much memory for groups is allocated at a time.
	roomSize = 256 << 10
	// roomLeft is how little is too little.
	roomLeft = 16 << 10
)

// takeRoom returns memory for the next group, of length 0. Groups stay where they are made, for as long as the tail needs them.
func (s *Store) takeRoom() []byte {
	if cap(s.room) < roomLeft {
		s.room = make([]byte, 0, roomSize)
	}
	return s.room[:0]
}
