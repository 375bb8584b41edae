package store

import (
	"go.etcd.io/bbolt"

	"rollcall/leased/engine"
	"rollcall/leased/journal"
)

// OpenOn is Open with the function that opens the segments of the journal.
func OpenOn(cfg Config, open func(name string) (journal.File, error)) (*Store, error) {
	cfg.openFile = open
	return Open(cfg)
}

// Stepped is a store without goroutines: a test says when its committer and its checkpointer do what.
type Stepped struct{ *Store }

// Step takes a store that does not run.
func Step(s *Store) (Stepped, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return Stepped{s}, s.leaveBehind()
}

// Commit makes commits durable as one group.
func (s Stepped) Commit(commits ...engine.Commit) error {
	var pending []*Pending
	for _, c := range commits {
		pending = append(pending, &Pending{Commit: c})
	}
	return s.commit(pending, nil)
}

// Room reports whether a group of n octets fits into what the journal has room for without a checkpoint.
func (s Stepped) Room(n int) bool { return s.tail.closedPart() == nil || !s.journal.Bound(n) }

// ClosePart closes the part in use, unless there is a closed one or nothing in it.
func (s Stepped) ClosePart() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.tail.closedPart() == nil && !s.tail.active.empty() {
		s.closePart()
	}
}

// Checkpoint writes the closed part. pace is asked before each transaction.
func (s Stepped) Checkpoint(pace func(done float64) (int, error)) error { return s.checkpoint(pace) }

// Complete ends the store as a clean stop does.
func (s Stepped) Complete() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.complete(func(float64) (int, error) { return hurriedStep, nil })
}

// Size returns the octets of the database without the free space at its end.
func (s Stepped) Size() (n int64, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error { n = tx.Size(); return nil })
	return n, err
}
