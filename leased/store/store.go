package store

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
	"rollcall/internal/obs"
	"rollcall/leased/journal"
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
	// JournalSize is the size in octets of each of the two files of the journal when they are made; 0 for 16 MiB.
	JournalSize int64

	openFile func(name string) (journal.File, error) // for tests; nil for that of package journal
}

// Store is leased's memory on disk. Its methods may be called from any goroutine, but for those that say otherwise.
type Store struct {
	file    boltfile.File
	id      string
	db      *bbolt.DB
	keep    retention
	metrics *metrics
	queue   *queue
	tail    *tail

	// nextReservation is the number that NextReservationID returns next.
	nextReservation atomic.Uint64

	// room is memory for groups. It belongs to the committer.
	room []byte

	// writing is held while a group is written, and while the segments of the journal and the parts of the tail change places.
	// It guards needsJournal too: whether the database must not be used without its journal.
	writing      sync.Mutex
	journal      *journal.Journal
	needsJournal bool

	// link and stored, the extent of the event log in the database, belong to who applies: Open, then the checkpointer.
	link     link
	stored   eventLog
	replayed int // groups, by Open

	// closed has a token when the committer has closed a part, freed when the checkpointer has dropped one.
	closed, freed chan struct{}
	// snapshots are the requests of Backup; hurry is how many wait for the checkpointer to be done with it.
	snapshots chan chan<- snapshot
	hurry     atomic.Int32
	// ended is closed when Run has ended.
	ended chan struct{}

	// mu guards log, the extent of the event log that is shown, and changed. The committer alone moves the end of log, so it
	// reads that without.
	mu  sync.Mutex
	log eventLog
	// changed is closed when the log grows; nil while nobody waits.
	changed chan struct{}
}

// Open opens the database with its journal, or creates them. It waits up to 5 s for a process that still has them, and reads every
// page once, so that a broken file is refused before anything is served from it; what a crash has left in the journal is brought
// into the database. Its errors are faults that name the file and the remedy: those of [boltfile.File.Open], Corrupt
// DATABASE_FOREIGN and Precondition DATABASE_NEWER, and Corrupt JOURNAL_MISSING, JOURNAL_FOREIGN and JOURNAL_GAP.
func Open(cfg Config) (_ *Store, err error) {
	file := fileAt(cfg.Path)
	db, err := file.Open()
	if err != nil {
		return nil, err
	}
	s := &Store{
		file: file, db: db, keep: retention{count: uint64(max(cfg.MaxEvents, 0)), age: cfg.MaxEventAge},
		queue: newQueue(), tail: newTail(), closed: make(chan struct{}, 1), freed: make(chan struct{}, 1),
		snapshots: make(chan chan<- snapshot), ended: make(chan struct{}),
	}
	s.metrics = newMetrics(s)
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if err := db.View(s.begin); err != nil {
		return nil, err
	}
	if err := s.openJournal(cfg); err != nil {
		return nil, err
	}
	s.metrics.register(cfg.Registry)
	s.log = s.stored
	if err := db.View(s.readReservationNumber); err != nil {
		return nil, err
	}
	log := obs.OrDiscard(cfg.Log)
	log.Info("lease database opened", obs.KeyPath, cfg.Path, obs.KeySeq, s.log.last)
	if s.replayed > 0 {
		log.Info("commits of the journal brought into the database", obs.KeyPath, cfg.Path, obs.KeyCount, s.replayed)
	}
	return s, nil
}

// begin reads what the store has in memory about the file.
func (s *Store) begin(tx *bbolt.Tx) (err error) {
	if s.id, err = readSchema(tx, s.file); err != nil {
		return err
	}
	if s.link, err = readLink(tx.Bucket(bucketMeta)); err != nil {
		return s.file.Damaged(err)
	}
	events := tx.Bucket(bucketEvents)
	s.stored = eventLog{oldest: events.Sequence() + 1, last: events.Sequence()}
	k, v := events.Cursor().First()
	if k == nil {
		return nil
	}
	oldest, err := decodeEvent(k, v)
	if err != nil {
		return s.badRecord(bucketEvents, k, err)
	}
	newest, _ := events.Cursor().Last()
	if seq, err := decodeSequence(newest); err != nil || seq != s.stored.last {
		return s.file.Damaged(fmt.Errorf("the event log ends with %x instead of %016x", newest, s.stored.last))
	}
	s.stored.oldest, s.stored.oldestTime = oldest.Sequence, oldest.Time
	return nil
}

func (s *Store) readReservationNumber(tx *bbolt.Tx) error {
	s.nextReservation.Store(tx.Bucket(bucketReservations).Sequence() + 1)
	return nil
}

// ID returns what tells this file from every other: 32 hexadecimal digits, drawn when the file was made. Sequence numbers
// mean something only together with it.
func (s *Store) ID() string { return s.id }

// NextReservationID returns a number that no reservation has or ever had; each call returns another one. It becomes durable
// with the commit that uses it: a number that was never committed may be returned again after a restart.
func (s *Store) NextReservationID() uint64 { return s.nextReservation.Add(1) - 1 }

// Submit hands over a commit. It is called from one goroutine, whose order is kept, and blocks only while 4096 commits wait
// for the committer. An empty commit costs no write but keeps its place in the order. Once Run has ended, Submit does
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

// grown shows that the log goes up to event last and wakes those who wait for events. They must be durable and in the tail. What
// is one too many by count is gone from the log at once, and from the database with one of the next transactions.
func (s *Store) grown(last uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := last > s.log.last
	s.log.last = last
	s.log.oldest = max(s.log.oldest, s.keep.slack().floor(last))
	if more && s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// trimmed shows that the log begins with event oldest.
func (s *Store) trimmed(oldest uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.oldest = max(s.log.oldest, oldest)
}

// Close closes the files once the readers that are under way have ended. Run must have ended.
func (s *Store) Close() error {
	var err error
	if s.journal != nil {
		err = s.journal.Close()
	}
	if err := errors.Join(s.db.Close(), err); err != nil {
		return fmt.Errorf("close %s: %w", s.file.Path, err)
	}
	return nil
}
