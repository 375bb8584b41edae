package deliver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rollcall/internal/obs"
	"rollcall/webhookd/queue"
)

// grace is how long attempts under way may take to end when webhookd stops, less than internal/daemon waits for a task.
const grace = 500 * time.Millisecond

// Fleet delivers to all endpoints.
type Fleet struct {
	queue   *queue.Queue
	log     *slog.Logger
	metrics *Metrics
	changed chan struct{} // has room for one; tells Run of a new wanted
	broken  chan error    // has room for one: the first error of the queue

	mu     sync.Mutex // guards wanted
	wanted []Endpoint

	running map[string]*posted // by name; Run's alone
	retired sync.WaitGroup     // attempts of couriers that were replaced
}

// posted is a courier at work.
type posted struct {
	*courier
	cancel context.CancelFunc // ends its dispatcher
	done   chan struct{}      // closed when the dispatcher has ended
}

// NewFleet returns a fleet without endpoints that does nothing until Run. A nil log discards.
func NewFleet(q *queue.Queue, log *slog.Logger, metrics *Metrics) *Fleet {
	return &Fleet{
		queue: q, log: obs.OrDiscard(log), metrics: metrics,
		changed: make(chan struct{}, 1), broken: make(chan error, 1), running: map[string]*posted{},
	}
}

// Apply replaces the endpoints; Run acts on it at once. An endpoint that stays as it is keeps its connections; one that changes
// gets new ones, while attempts under way end as they began; to one that is left out nothing is sent any more, and its deliveries
// stay queued. An endpoint that has said 410 is tried again.
func (f *Fleet) Apply(endpoints []Endpoint) {
	f.mu.Lock()
	f.wanted = endpoints
	f.mu.Unlock()
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, gives attempts under way half a second, and returns nil; it returns an error if the queue fails. It is
// called once.
func (f *Fleet) Run(ctx context.Context) error {
	hard, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	err := f.serve(ctx, hard)
	for _, p := range f.running {
		f.retire(p)
	}
	timer := time.AfterFunc(grace, abort)
	defer timer.Stop()
	f.retired.Wait()
	if err == nil {
		select {
		case err = <-f.broken: // settling the last attempts
		default:
		}
	}
	return err
}

// serve follows Apply until ctx ends or the queue fails.
func (f *Fleet) serve(ctx, hard context.Context) error {
	for {
		f.mu.Lock()
		wanted := f.wanted
		f.mu.Unlock()
		f.adjust(ctx, hard, wanted)
		select {
		case <-f.changed:
		case err := <-f.broken:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// adjust starts and retires couriers so that those that run are those that are wanted.
func (f *Fleet) adjust(ctx, hard context.Context, wanted []Endpoint) {
	keep := map[string]bool{}
	for _, ep := range wanted {
		keep[ep.Name] = true
		old := f.running[ep.Name]
		if old != nil && old.ep.equal(&ep) {
			if old.gate.reopen() {
				f.queue.Hurry(ep.Name) // also wakes the dispatcher
			}
			continue
		}
		if old != nil {
			f.retire(old)
		}
		f.start(ctx, hard, ep)
	}
	for name, p := range f.running {
		if !keep[name] {
			f.retire(p)
		}
	}
}

func (f *Fleet) start(ctx, hard context.Context, ep Endpoint) {
	ctx, cancel := context.WithCancel(ctx)
	p := &posted{newCourier(ep, f.queue, f.log, f.metrics, f.fail), cancel, make(chan struct{})}
	f.running[ep.Name] = p
	go func() {
		defer close(p.done)
		p.dispatch(ctx, hard)
	}()
}

// retire ends a courier's dispatcher and leaves its attempts to end by themselves. The dispatcher is waited for, because only one
// may listen to the queue's wake-ups for an endpoint.
func (f *Fleet) retire(p *posted) {
	p.cancel()
	<-p.done
	delete(f.running, p.ep.Name)
	f.retired.Go(func() {
		p.attempts.Wait()
		p.client.close()
	})
}

// fail keeps the first error.
func (f *Fleet) fail(err error) {
	select {
	case f.broken <- err:
	default:
	}
}
