package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/fault"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
	"rollcall/webhookd/queue"
)

const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
	// patience is after how many failures at the start an operator is told of them: about a second.
	patience = 4
	// idleSync is how far a cursor that passed only unwanted events may be ahead of the one on disk.
	idleSync = 5 * time.Second
	// lagEvery is how often leased is asked for the end of its log.
	lagEvery = 15 * time.Second
	// standsAfter is when a stream that brings nothing, because nothing happens, counts as not refused.
	standsAfter = 200 * time.Millisecond
)

// The reasons of leased that are acted on.
const (
	reasonTooOld  = "CURSOR_TOO_OLD" // a cursor before its oldest event
	reasonBadKind = "BAD_KIND"       // a kind of events it does not know
)

// Endpoint is who wants which events.
type Endpoint struct {
	// Name is that of its deliveries.
	Name string
	// Kinds are kinds and families such as "lease.*", for leased to choose events by; empty means all.
	Kinds []string
	// Wants says the same for one kind.
	Wants func(kind string) bool
}

// Config is what a Follower needs.
type Config struct {
	// Client is leased.
	Client leasedv1.EventServiceClient
	// Queue gets the deliveries.
	Queue *queue.Queue
	// Document makes the body of a delivery.
	Document func(*leasedv1.Event) ([]byte, error)
	// Log may be nil.
	Log *slog.Logger
	// Registry gets the metrics and may be nil.
	Registry prometheus.Registerer
}

// Follower watches the event log of leased.
type Follower struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	state   atomic.Pointer[error] // why there is no watch; nil while there is one
	choosy  bool                  // leased is asked for the wanted kinds only; Run's alone

	mu        sync.Mutex // guards what follows
	endpoints []Endpoint
	changed   chan struct{} // closed by the Apply that replaces endpoints
}

// New returns a follower that does nothing until Run.
func New(cfg Config) *Follower {
	f := &Follower{cfg: cfg, log: obs.OrDiscard(cfg.Log), metrics: newMetrics(cfg.Registry), choosy: true, changed: make(chan struct{})}
	starting := errors.New("the event log of leased is not followed yet")
	f.state.Store(&starting)
	return f
}

// Apply replaces the endpoints, before Run or while it runs. Events that are stored after it returns go to the new ones.
func (f *Follower) Apply(endpoints []Endpoint) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.endpoints = endpoints
	close(f.changed)
	f.changed = make(chan struct{})
}

// Ready returns nil while the event log is being followed, and otherwise says why it is not.
func (f *Follower) Ready() error {
	if err := f.state.Load(); err != nil {
		return *err
	}
	return nil
}

// fatalError is what Run cannot go on after.
type fatalError struct{ error }

// Run follows until ctx ends and returns nil, or returns the error of the queue.
func (f *Follower) Run(ctx context.Context) error {
	said := false // the operator was told of this outage
	for failures := 0; ctx.Err() == nil; {
		began := time.Now()
		err := f.watch(ctx)
		if fatal, ok := errors.AsType[fatalError](err); ok {
			return fatal.error
		}
		if err == nil || ctx.Err() != nil {
			continue // new endpoints, a cursor that was put right, or the end
		}
		if time.Since(began) > maxPause {
			failures = 0
		}
		stood := f.state.Load() == nil
		if stood {
			f.metrics.disconnects.Inc()
			said = false
		}
		// A log that was followed is missed at once; one that takes a moment to come, as when both processes start, is no news.
		if !said && (stood || failures == patience) {
			f.log.Warn("the event log of leased cannot be followed; trying until it can", obs.KeyErr, err)
			said = true
		}
		f.state.Store(&err)
		failures++
		pause(ctx, failures)
	}
	return nil
}

func pause(ctx context.Context, failures int) {
	bound := min(maxPause, firstPause<<min(failures, 10))
	timer := time.NewTimer(bound/2 + rand.N(bound/2))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// watch follows one stream. It returns nil when it is to be called again at once.
func (f *Follower) watch(ctx context.Context) error {
	f.mu.Lock()
	changed, kinds, nobody := f.changed, kindsOf(f.endpoints), len(f.endpoints) == 0
	f.mu.Unlock()
	if nobody {
		return f.idle(ctx, changed)
	}
	if !f.choosy {
		kinds = nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	end, err := f.findEnd(ctx)
	if err != nil {
		return err
	}
	cursor := f.cfg.Queue.Cursor()
	stream, err := f.cfg.Client.Watch(ctx, &leasedv1.WatchRequest{After: cursor.Sequence(), Kinds: kinds})
	if err != nil {
		return f.refused(err)
	}
	r := reader{follower: f, stream: stream, cursor: cursor, end: end, stored: time.Now()}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { r.attend(ctx, cancel, changed) })
	return r.run()
}

// idle keeps the cursor near the end of the log while nobody wants anything of it, without having every event sent. It returns nil
// when the endpoints change; the first one then gets what happened since the last look too, for nothing after Apply may be missed.
func (f *Follower) idle(ctx context.Context, changed <-chan struct{}) error {
	again := time.NewTicker(lagEvery)
	defer again.Stop()
	for {
		end, err := f.findEnd(ctx)
		if err != nil {
			return err
		}
		cursor := f.cfg.Queue.Cursor()
		if to := cursor.At(end); to > cursor {
			if err := f.move(to); err != nil {
				return err
			}
		}
		f.metrics.moved(end, end)
		f.stands(f.cfg.Queue.Cursor())
		select {
		case <-changed:
			return nil
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stands is called when a stream has shown that it is not refused.
func (f *Follower) stands(at queue.Position) {
	if f.state.Swap(nil) != nil {
		f.log.Info("following the event log of leased", obs.KeySeq, at.Sequence())
	}
}

// move stores a cursor without deliveries. It does not depend on the stream, which may have been cut; the queue always answers.
func (f *Follower) move(to queue.Position) error {
	if err := f.cfg.Queue.TakeOver(context.Background(), to, time.Now(), nil); err != nil {
		return fatalError{err}
	}
	return nil
}

// findEnd asks for the end of the log, and begins another generation if that is before the cursor.
func (f *Follower) findEnd(ctx context.Context) (end uint64, err error) {
	res, err := f.cfg.Client.List(ctx, &leasedv1.EventServiceListRequest{Newest: true, Limit: 1})
	if err != nil {
		return 0, err
	}
	cursor := f.cfg.Queue.Cursor()
	if end = res.GetLast(); end >= cursor.Sequence() {
		f.metrics.moved(cursor.Sequence(), end)
		return end, nil
	}
	f.log.Warn("the event log of leased ends before the cursor: leased has lost its database or was restored; following its log from the beginning",
		obs.KeySeq, cursor.Sequence(), "last", end)
	f.metrics.resets.Inc()
	f.metrics.moved(0, end)
	return end, f.move(cursor.NextLog())
}

// refused acts on what leased may say to a watch, and returns nil if the watch is to be made again at once; other errors it
// returns.
func (f *Follower) refused(err error) error {
	refused, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok && refused.Code == fault.Range && refused.Reason == reasonTooOld:
		return f.tooOld(refused)
	case ok && refused.Code == fault.Invalid && refused.Reason == reasonBadKind && f.choosy:
		// An older leased. One endpoint that wants a kind from the future must not keep the others from theirs.
		f.log.Warn("leased does not know all kinds of events that endpoints want; reading all it has", obs.KeyErr, refused.Msg)
		f.choosy = false
		return nil
	case errors.Is(err, io.EOF):
		return errors.New("leased ended the stream of events")
	}
	return err
}

// tooOld moves a cursor that leased calls too old to the oldest event.
func (f *Follower) tooOld(refused *fault.Error) error {
	cursor := f.cfg.Queue.Cursor()
	oldest, parseErr := strconv.ParseUint(refused.Meta["oldest"], 10, 64)
	if parseErr != nil || oldest <= cursor.Sequence() {
		return fmt.Errorf("leased calls cursor %d too old and %q the oldest it has, which makes no sense: %w",
			cursor.Sequence(), refused.Meta["oldest"], refused)
	}
	lost := oldest - cursor.Sequence()
	f.log.Warn("leased no longer has the events after the cursor; they are lost, going on with the oldest it has",
		obs.KeySeq, cursor.Sequence(), "oldest", oldest, obs.KeyCount, lost)
	f.metrics.lost.Add(float64(lost))
	return f.move(cursor.At(oldest))
}

// kindsOf returns what to ask leased for; nil is everything.
func kindsOf(endpoints []Endpoint) (kinds []string) {
	seen := map[string]bool{}
	for _, ep := range endpoints {
		if len(ep.Kinds) == 0 {
			return nil
		}
		for _, k := range ep.Kinds {
			if !seen[k] {
				seen[k] = true
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}
