package store

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
	"rollcall/internal/obs"
)

// Config is what a store needs to open.
type Config struct {
	// Path is the file, such as /var/lib/rollcall/leased.db. Its directory must exist.
	Path string
	// Log tells of what an operator should know; nil discards it.
	Log *slog.Logger
	// Registry takes the metrics; nil registers none.
	Registry prometheus.Registerer
	// MaxEventAge is how long an event is kept; 0 for ever.
	MaxEventAge time.Duration
	// MaxEvents is how many events are kept; 0 for all of them.
	MaxEvents int
}

// Store is leased's memory on disk. Its methods may be called from any goroutine, but for those that say otherwise.
type Store struct {
	file    boltfile.File
	id      string
	db      *bbolt.DB
	keep    retention
	metrics *metrics
	queue   *queue

	// batch belongs to the committer.
	batch batch
	// nextReservation is the number that NextReservationID returns next.
	nextReservation atomic.Uint64

	// mu guards log and changed. The committer alone writes them, so it reads them without.
	mu  sync.Mutex
	log eventLog
	// changed is closed when the log grows; nil while nobody waits.
	changed chan struct{}
}

// Open opens the file, or creates it. It waits up to 5 s for a process that still has it, and reads every page once, so that
// a broken file is refused before anything is served from it. Its errors are faults that name the file and the remedy:
// those of [boltfile.File.Open], Corrupt DATABASE_FOREIGN and Precondition DATABASE_NEWER.
func Open(cfg Config) (*Store, error) {
	file := fileAt(cfg.Path)
	db, err := file.Open()
	if err != nil {
		return nil, err
	}
	s := &Store{
		file:  file,
		db:    db,
		keep:  retention{count: uint64(max(cfg.MaxEvents, 0)), age: cfg.MaxEventAge},
		queue: newQueue(),
	}
	if err := db.View(s.begin); err != nil {
		_ = db.Close()
		return nil, err
	}
	s.metrics = newMetrics(cfg.Registry, s.queue.len)
	if cfg.Log != nil {
		cfg.Log.Info("lease database opened", obs.KeyPath, cfg.Path, obs.KeySeq, s.log.last)
	}
	return s, nil
}

// begin reads what the store has in memory about the file.
func (s *Store) begin(tx *bbolt.Tx) error {
	id, err := readSchema(tx, s.file)
	if err != nil {
		return err
	}
	s.id = id
	s.nextReservation.Store(tx.Bucket(bucketReservations).Sequence() + 1)
	events := tx.Bucket(bucketEvents)
	s.log = eventLog{oldest: events.Sequence() + 1, last: events.Sequence()}
	k, v := events.Cursor().First()
	if k == nil {
		return nil
	}
	oldest, err := decodeEvent(k, v)
	if err != nil {
		return s.badRecord(bucketEvents, k, err)
	}
	newest, _ := events.Cursor().Last()
	if seq, err := decodeSequence(newest); err != nil || seq != s.log.last {
		return s.file.Damaged(fmt.Errorf("the event log ends with %x instead of %016x", newest, s.log.last))
	}
	s.log.oldest, s.log.oldestTime = oldest.Sequence, oldest.Time
	return nil
}

// ID returns what tells this file from every other: 32 hexadecimal digits, drawn when the file was made. Sequence numbers
// mean something only together with it.
func (s *Store) ID() string { return s.id }

// NextReservationID returns a number that no reservation has or ever had; each call returns another one. It becomes durable
// with the commit that uses it: a number that was never committed may be returned again after a restart.
func (s *Store) NextReservationID() uint64 { return s.nextReservation.Add(1) - 1 }

// Submit hands over a commit. It is called from one goroutine, whose order is kept, and blocks only while 4096 commits wait
// for the committer. An empty commit costs no transaction but keeps its place in the order. Once Run has ended, Submit does
// nothing: Done is never called.
func (s *Store) Submit(p *Pending) { s.queue.put(p) }

// LastSequence returns the sequence number of the newest committed event; 0 before the first.
func (s *Store) LastSequence() uint64 { return s.extent().last }

// extent returns the extent of the durable log.
func (s *Store) extent() eventLog {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log
}

// Changed returns a channel that is closed once an event with a sequence number greater than after is committed; it is
// closed already if there is one. Waiting costs no goroutine. A cursor ahead of the log wakes with the next event.
func (s *Store) Changed(after uint64) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log.last > after {
		c := make(chan struct{})
		close(c)
		return c
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// advance shows a durable log to everyone and wakes those who wait for events.
func (s *Store) advance(log eventLog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grown := log.last > s.log.last
	s.log = log
	if grown && s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// Close closes the file once the readers that are under way have ended. Run must have ended.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close %s: %w", s.file.Path, err)
	}
	return nil
}
