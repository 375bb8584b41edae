package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/internal/obs"
)

const (
	// groupTimeout is how long one group may take to stop before the next one is told to.
	groupTimeout = 2 * time.Second
	// totalTimeout is how long all groups may take.
	totalTimeout = 5 * time.Second
)

// ErrHung is wrapped by what Run returns when tasks did not stop in time.
var ErrHung = errors.New("did not stop in time")

// Task is one long-lived part of a process.
type Task struct {
	// Name is what logs and errors call it, such as "leased: gRPC".
	Name string
	// Run does the work until it is finished or ctx ends and then returns nil, or returns an error when the work cannot go on.
	// It has stopped everything it started when it returns.
	Run func(ctx context.Context) error
}

// Run runs every task of every group until ctx ends, a task fails or all have finished, then stops them as the package comment
// says. It returns the error of the task that failed first, or nil if none did, joined with [ErrHung] if tasks hang. A nil log
// discards.
//
// Groups are started in order, but Run does not wait for a group to be ready before it starts the next; tasks that need another
// one's readiness wait for it themselves.
func Run(ctx context.Context, log *slog.Logger, groups ...[]Task) error {
	r := &runner{log: obs.OrDiscard(log), failed: make(chan struct{})}
	running := make([]*group, 0, len(groups))
	for _, tasks := range groups {
		if len(tasks) > 0 {
			running = append(running, r.start(ctx, tasks))
		}
	}
	finished := make(chan struct{})
	go func() {
		for _, g := range running {
			<-g.done
		}
		close(finished)
	}()
	select {
	case <-ctx.Done():
		// Told by a Run around this one, which has said so itself, there is nothing to add.
		if cause := context.Cause(ctx); cause != context.Canceled {
			r.log.Info("stopping", obs.KeyReason, cause.Error())
		}
	case <-r.failed:
		r.log.Info("stopping", obs.KeyReason, "a task failed") // which and why is what Run returns
	case <-finished:
	}
	r.stop(running)
	return r.result(running)
}

// runner is one call of Run.
type runner struct {
	log    *slog.Logger
	failed chan struct{} // closed with the first failure

	mu  sync.Mutex
	err error // of the first task that failed
}

// group is the running tasks of one group.
type group struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when all have returned

	mu   sync.Mutex
	live []string // names of those that have not
}

func (r *runner) start(ctx context.Context, tasks []Task) *group {
	// Detached from ctx: its end must reach the groups one after the other.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g := &group{cancel: cancel, done: make(chan struct{})}
	for _, t := range tasks {
		g.live = append(g.live, t.Name)
	}
	var wg sync.WaitGroup
	for _, t := range tasks {
		wg.Go(func() {
			err := guard(ctx, t)
			g.left(t.Name)
			if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return // finished, or stopped as it was told to
			}
			r.fail(fmt.Errorf("%s: %w", t.Name, err))
		})
	}
	go func() {
		wg.Wait()
		close(g.done)
	}()
	return g
}

// guard runs a task and turns a panic into an error.
func guard(ctx context.Context, t Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return t.Run(ctx)
}

// fail keeps the first error and logs the others, which are mostly its consequences.
func (r *runner) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		r.log.Warn("another task failed while stopping", obs.KeyErr, err)
		return
	}
	r.err = err
	close(r.failed)
}

// stop cancels the groups from the last to the first, each after the one behind it has returned or used up its time.
func (r *runner) stop(running []*group) {
	total := time.NewTimer(totalTimeout)
	defer total.Stop()
	for _, g := range slices.Backward(running) {
		g.cancel()
		bound := time.NewTimer(groupTimeout)
		select {
		case <-g.done:
		case <-bound.C:
		case <-total.C:
			total.Reset(0) // the groups that are left are cancelled and not waited for
		}
		bound.Stop()
	}
	// A group that was given up on may have returned while others stopped, or may do so in the time that is left.
	for _, g := range running {
		select {
		case <-g.done:
		case <-total.C:
			total.Reset(0)
		}
	}
}

func (r *runner) result(running []*group) error {
	var hung []string
	for _, g := range running {
		hung = append(hung, g.names()...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(hung) > 0 {
		return errors.Join(r.err, fmt.Errorf("%s: %w", strings.Join(hung, ", "), ErrHung))
	}
	return r.err
}

func (g *group) left(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.live, name); i >= 0 {
		g.live = slices.Delete(g.live, i, i+1)
	}
}

func (g *group) names() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.live)
}
