package report

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	fetchesMost   = 4096 // wait at one time
	confirmsMost  = 256  // beyond fetchesMost, for what somebody waits for
	sightingsMost = 256
	batchMost     = 512 // of each in one message; the contract allows 1024

	// gather is how long the first of a batch waits for others: nobody sees the difference.
	gather      = 20 * time.Millisecond
	callTimeout = 5 * time.Second
	lastTimeout = time.Second // of the last batch, when the frontend ends
	retryFirst  = 100 * time.Millisecond
	retryMost   = 2 * time.Second
)

var (
	errFull     = errors.New("too many reports wait for leased")
	errStopping = errors.New("the frontend is stopping")
)

// Client is what a Reporter needs of leasedv1.BootServiceClient.
type Client interface {
	Report(ctx context.Context, in *leasedv1.ReportRequest, opts ...grpc.CallOption) (*leasedv1.ReportResponse, error)
}

// Config configures a Reporter.
type Config struct {
	// Frontend is the name the frontend has towards leased.
	Frontend string
	Client   Client
	// Logger may be nil.
	Logger *slog.Logger
	// Registry gets the metrics and may be nil.
	Registry prometheus.Registerer
}

// Reporter sends reports. Its methods are safe for concurrent use; Run is called once.
type Reporter struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	wake    chan struct{} // has a value when something may wait
	said    bool          // that leased refuses reports; Run's

	mu        sync.Mutex // guards what follows
	ended     bool
	fetches   []fetch
	sightings []*leasedv1.Sighting
}

// fetch is a fetch that waits, and who waits for it.
type fetch struct {
	*leasedv1.Fetch
	taken chan<- error // with room for one; nil if nobody waits
}

// New returns a Reporter that sends nothing before Run.
func New(cfg Config) *Reporter {
	return &Reporter{cfg: cfg, log: obs.OrDiscard(cfg.Logger), metrics: newMetrics(cfg.Registry), wake: make(chan struct{}, 1)}
}

// Fetch tells of a transfer. It never waits; where there is no room the transfer is counted and forgotten. f is the Reporter's from
// now on.
func (r *Reporter) Fetch(f *leasedv1.Fetch) { _ = r.add(fetch{Fetch: f}, fetchesMost) }

// Confirm tells of a transfer and returns once leased has taken it over. The error says why leased will not hear of it; where it is
// that of ctx, leased may still.
func (r *Reporter) Confirm(ctx context.Context, f *leasedv1.Fetch) error {
	taken := make(chan error, 1)
	if err := r.add(fetch{f, taken}, fetchesMost+confirmsMost); err != nil {
		return err
	}
	select {
	case err := <-taken:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Reporter) add(f fetch, most int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ended:
		r.metrics.fetches[abandoned].Inc()
		return errStopping
	case len(r.fetches) >= most:
		r.metrics.fetches[full].Inc()
		return errFull
	}
	r.fetches = append(r.fetches, f)
	r.signal()
	return nil
}

// Sighting tells of a message of another server, under the terms of Fetch.
func (r *Reporter) Sighting(s *leasedv1.Sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ended:
		r.metrics.sightings[abandoned].Inc()
	case len(r.sightings) >= sightingsMost:
		r.metrics.sightings[full].Inc()
	default:
		r.sightings = append(r.sightings, s)
		r.signal()
	}
}

func (r *Reporter) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run sends what it is told until ctx ends, then what is left if leased takes it at once, and returns nil.
func (r *Reporter) Run(ctx context.Context) error {
	defer r.end(ctx)
	for {
		select {
		case <-r.wake:
		case <-ctx.Done():
			return nil
		}
		for pause(ctx, gather) {
			b := r.take()
			if b.size() == 0 {
				break
			}
			r.deliver(ctx, b)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// deliver sends a batch until leased has taken it over or will not, or ctx ends: then the batch waits again. What leased cannot make
// sense of costs nothing else: it is found by halves.
func (r *Reporter) deliver(ctx context.Context, b batch) {
	wait := retryFirst
	for {
		err := r.send(ctx, b, callTimeout)
		switch {
		case fault.CodeOf(err) == fault.Invalid && b.size() > 1:
			first, second := b.halves()
			r.deliver(ctx, first)
			r.deliver(ctx, second)
			return
		case err == nil, !again(err):
			r.settle(b, err)
			return
		}
		r.log.DebugContext(ctx, "report not taken over, sending it again", obs.KeyErr, err)
		if !pause(ctx, wait/2+rand.N(wait/2)) {
			r.putBack(b)
			return
		}
		wait = min(2*wait, retryMost)
	}
}

// again reports whether the same report may be taken over later: leased is away, or whether it was in time is not known.
func again(err error) bool {
	return fault.CodeOf(err) == fault.Unavailable || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func (r *Reporter) send(ctx context.Context, b batch, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, err := r.cfg.Client.Report(ctx, b.request(r.cfg.Frontend))
	return err
}

// settle counts a batch by what became of it and tells those who wait.
func (r *Reporter) settle(b batch, err error) {
	result := delivered
	if err != nil {
		result = refused
	}
	r.close(b, result, err)
	if b.awaited() {
		return // who waits is told, and it may be a stranger's doing
	}
	if err != nil && !r.said {
		r.log.Warn("leased refuses reports of this frontend", obs.KeyErr, err)
	}
	r.said = err != nil
}

func (r *Reporter) close(b batch, result result, err error) {
	r.metrics.fetches[result].Add(float64(len(b.fetches)))
	r.metrics.sightings[result].Add(float64(len(b.sightings)))
	for _, f := range b.fetches {
		if f.taken != nil {
			f.taken <- err
		}
	}
}

// end sends what is left for the last time and takes nothing more.
func (r *Reporter) end(ctx context.Context) {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	for b := r.take(); b.size() > 0; b = r.take() {
		if err := r.send(context.WithoutCancel(ctx), b, lastTimeout); err != nil {
			r.close(b, abandoned, errStopping)
			break
		}
		r.settle(b, nil)
	}
	for b := r.take(); b.size() > 0; b = r.take() {
		r.close(b, abandoned, errStopping)
	}
}

// pause reports false if ctx ends before d is over.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
