package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/engine"
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

// Store is leased's memory on disk. Every method may be called from any goroutine, but for those that say otherwise.
type Store struct {
	cfg Config
}

// Open opens the file, or creates it. Its errors name the file and the remedy. It reads every page of the file once, to
// refuse a broken one before anything is served from it; it waits up to 5 s for a process that still has the file.
func Open(cfg Config) (*Store, error) { return &Store{cfg: cfg}, nil }

// Load calls lease for every lease in the order of addresses, then reservation for every reservation in the order of ids.
// It stops at the first error. It is meant to be called once, before Run.
func (s *Store) Load(lease func(*engine.Lease) error, reservation func(*engine.Reservation) error) error {
	return nil
}

// ID returns what tells this file from every other: random, made when the file was. Sequence numbers mean something only
// together with it.
func (s *Store) ID() string { return "" }

// NextReservationID returns a number that no reservation has or ever had; each call returns another one. It becomes durable
// with the commit that uses it: a number that was never used may be returned again after a restart.
func (s *Store) NextReservationID() uint64 { return 0 }

// Submit hands over a commit. It is called from one goroutine, whose order is kept, and blocks only while thousands of
// commits (4096) wait. An empty commit costs no transaction but keeps its place in the order. Once Run has ended, Submit
// does nothing: Done is never called.
func (s *Store) Submit(p *Pending) {}

// Run is the committer: it takes whatever gathered while the last transaction was synced, writes it as one transaction and
// then calls every Done in the order of submission. When ctx ends it commits what was submitted before and returns nil.
// After an error the outcome of the last transaction is unknown, no Done of it is called, and the process must end: what is
// on the disk is found out by opening it again.
func (s *Store) Run(ctx context.Context) error { return nil }

// Leases returns leases on disk with after < address <= last for which keep returns true, by address, at most limit of
// them; last 0 means the last address there is, limit 0 all, a nil keep every lease. It reads in pieces and never holds up
// the committer; leases that change meanwhile are returned as they are when reached. keep must not keep or change what it gets when it returns false.
func (s *Store) Leases(after, last engine.IP, limit int, keep func(*engine.Lease) bool) ([]*engine.Lease, error) {
	return nil, nil
}

// Lease returns the lease of an address on disk and whether there is one.
func (s *Store) Lease(ip engine.IP) (*engine.Lease, bool, error) { return nil, false, nil }

// Events returns committed events with a sequence number greater than after for which keep returns true, oldest first, at
// most limit of them; after 0 begins with the oldest one kept, limit 0 means all, a nil keep every event. cursor is the last
// event looked at, the after of the next call.
//
// A cursor older than the log is a [fault.Range] with reason CURSOR_TOO_OLD and the metadata "oldest", the first sequence
// number kept. One that is newer than the log belongs to another file: CURSOR_AHEAD with "newest".
func (s *Store) Events(after uint64, limit int, keep func(*engine.Event) bool) (evs []*engine.Event, cursor uint64, err error) {
	return nil, after, nil
}

// NewestEvents returns the newest events for which keep returns true, newest first, at most limit of them.
func (s *Store) NewestEvents(limit int, keep func(*engine.Event) bool) ([]*engine.Event, error) {
	return nil, nil
}

// LastSequence returns the sequence number of the newest committed event; 0 before the first.
func (s *Store) LastSequence() uint64 { return 0 }

// Changed returns a channel that is closed once an event with a sequence number greater than after is committed; it is
// closed already if there is one.
func (s *Store) Changed(after uint64) <-chan struct{} { return nil }

// Close closes the file. Run must have ended.
func (s *Store) Close() error { return nil }
