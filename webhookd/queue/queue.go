package queue

import (
	"container/heap"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
	"rollcall/internal/obs"
)

// The defaults of [Options]: about a gigabyte on disk for an endpoint that answers nothing for days.
const (
	DefaultMaxPending = 1_000_000
	DefaultMaxDead    = 1_000_000
)

// Options are what Open may be told; the zero value is right for production.
type Options struct {
	// Log gets what was lost to a limit. Nil discards.
	Log *slog.Logger
	// MaxPending is how many deliveries may wait for one endpoint; 0 means DefaultMaxPending. When there are more, the
	// oldest become dead letters.
	MaxPending int
	// MaxDead is how many dead letters are kept for one endpoint; 0 means DefaultMaxDead. When there are more, the oldest
	// are forgotten.
	MaxDead int
	// Overflowed is told how many deliveries of an endpoint became dead letters, and how many dead letters were forgotten,
	// because there were too many. It is called by Run and must return at once. Nil: nobody is told.
	Overflowed func(endpoint string, died, forgotten int)
}

// Queue is the file and its index.
type Queue struct {
	db      *bbolt.DB
	opts    Options
	log     *slog.Logger
	changes chan *change
	stopped chan struct{}            // closed when Run has returned
	commit  func(tx *bbolt.Tx) error // tests make it fail

	mu     sync.Mutex // guards what follows; never held during I/O but for Open
	cursor Position
	lanes  map[string]*lane
}

// Open opens or creates the file and reads its index. Its errors are faults that name the file and the remedy: those of
// [boltfile.File.Open], Corrupt DATABASE_FOREIGN and Precondition DATABASE_NEWER.
func Open(path string, opts Options) (*Queue, error) {
	if opts.MaxPending == 0 {
		opts.MaxPending = DefaultMaxPending
	}
	if opts.MaxDead == 0 {
		opts.MaxDead = DefaultMaxDead
	}
	file := fileAt(path)
	db, err := file.Open()
	if err != nil {
		return nil, err
	}
	q := &Queue{
		db:      db,
		opts:    opts,
		log:     obs.OrDiscard(opts.Log),
		changes: make(chan *change, maxBatch),
		stopped: make(chan struct{}),
		commit:  (*bbolt.Tx).Commit,
		lanes:   map[string]*lane{},
	}
	if err := q.load(file); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return q, nil
}

// load reads the cursor and rebuilds the lanes.
func (q *Queue) load(file boltfile.File) error {
	return q.db.View(func(tx *bbolt.Tx) (err error) {
		if q.cursor, err = readMeta(tx, file); err != nil {
			return err
		}
		return tx.Bucket(bucketDeliveries).ForEach(func(k, v []byte) error {
			d, err := unmarshal(k, v)
			if err != nil {
				return file.Damaged(err)
			}
			l := q.lane(d.Endpoint)
			if d.State == Dead {
				l.dead++
				return nil
			}
			l.add(d.Machine, entry{d.Position, d.Queued.UnixMilli()}, d.Next.UnixMilli())
			return nil
		})
	})
}

// Close closes the file. Call it after Run has returned.
func (q *Queue) Close() error {
	if err := q.db.Close(); err != nil {
		return fmt.Errorf("close delivery queue: %w", err)
	}
	return nil
}

// lane returns the lane of an endpoint; q.mu is held, or the queue is not shared yet.
func (q *Queue) lane(endpoint string) *lane {
	l := q.lanes[endpoint]
	if l == nil {
		l = newLane()
		q.lanes[endpoint] = l
	}
	return l
}

// Cursor returns the position up to which events were taken over; 0 in a new queue.
func (q *Queue) Cursor() Position {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.cursor
}

// Depth is how much is queued for one endpoint.
type Depth struct {
	Endpoint      string
	Pending, Dead int
}

// Depths returns the depth for every endpoint ever seen since Open, sorted by name.
func (q *Queue) Depths() []Depth {
	q.mu.Lock()
	defer q.mu.Unlock()
	depths := make([]Depth, 0, len(q.lanes))
	for name, l := range q.lanes {
		depths = append(depths, Depth{name, l.pending, l.dead})
	}
	slices.SortFunc(depths, func(a, b Depth) int { return strings.Compare(a.Endpoint, b.Endpoint) })
	return depths
}

// Wake returns a channel that gets a value after something changed in the deliveries of an endpoint; several changes may give
// one value. It is for one receiver.
func (q *Queue) Wake(endpoint string) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lane(endpoint).wake
}

// Hurry makes every pending delivery of an endpoint due at once, in memory only: for an endpoint that answers again.
func (q *Queue) Hurry(endpoint string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lane(endpoint)
	for _, ln := range l.due {
		ln.next = 0
	}
	heap.Init(&l.due)
	l.signal()
}

// lost reports to the log and to Options.Overflowed what a limit took. It is called by Run, after the commit.
func (q *Queue) lost(endpoint string, died, forgotten int) {
	if died > 0 {
		q.log.Warn("too many deliveries wait; the oldest became dead letters", obs.KeyEndpoint, endpoint, obs.KeyCount, died)
	}
	if forgotten > 0 {
		q.log.Warn("too many dead letters; the oldest were forgotten", obs.KeyEndpoint, endpoint, obs.KeyCount, forgotten)
	}
	if q.opts.Overflowed != nil && died+forgotten > 0 {
		q.opts.Overflowed(endpoint, died, forgotten)
	}
}

// millis returns t as it is kept on disk; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Ready returns nil until Run has returned.
func (q *Queue) Ready() error {
	select {
	case <-q.stopped:
		return ErrStopped
	default:
		return nil
	}
}
