package daemon_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/daemon"
)

// diary notes what happened in which order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

// task takes as long as given to stop, noting when it was told to and when it is done.
func (d *diary) task(name string, takes time.Duration) daemon.Task {
	return daemon.Task{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		d.add(name + " told")
		time.Sleep(takes)
		d.add(name + " done")
		return nil
	}}
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// fails returns err after a second.
func fails(name string, err error) daemon.Task {
	return daemon.Task{Name: name, Run: func(context.Context) error {
		time.Sleep(time.Second)
		return err
	}}
}

func TestGroupsStopInReverseOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		var d diary
		err := daemon.Run(ctx, nil,
			[]daemon.Task{d.task("store", time.Second)},
			nil,
			[]daemon.Task{d.task("grpc", time.Second)},
			[]daemon.Task{d.task("sockets", time.Second)})
		if err != nil {
			t.Errorf("Run = %v, want nil after cancellation", err)
		}
		d.want(t, "sockets told", "sockets done", "grpc told", "grpc done", "store told", "store done")
	})
}

func TestFirstFailureStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		err := daemon.Run(t.Context(), nil,
			[]daemon.Task{d.task("store", 0), fails("observe", fs.ErrPermission)},
			[]daemon.Task{d.task("grpc", 0)})
		if !errors.Is(err, fs.ErrPermission) || !strings.HasPrefix(err.Error(), "observe: ") {
			t.Errorf("Run = %v, want observe's error", err)
		}
		d.want(t, "grpc told", "grpc done", "store told", "store done")
	})
}

func TestFirstErrorWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := daemon.Task{Name: "late", Run: func(ctx context.Context) error {
			<-ctx.Done()
			return fs.ErrClosed
		}}
		err := daemon.Run(t.Context(), nil, []daemon.Task{late}, []daemon.Task{fails("early", fs.ErrPermission)})
		if !errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrClosed) {
			t.Errorf("Run = %v, want only the first error", err)
		}
	})
}

func TestCancellationIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := daemon.Run(ctx, nil, []daemon.Task{{Name: "waits", Run: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}})
		if err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
}

func TestErrorWhileStoppingIsReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := daemon.Run(ctx, nil, []daemon.Task{{Name: "store", Run: func(ctx context.Context) error {
			<-ctx.Done()
			return fs.ErrClosed
		}}})
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Run = %v, want the store's error", err)
		}
	})
}

func TestPanicBecomesErrorWithStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		err := daemon.Run(t.Context(), nil,
			[]daemon.Task{d.task("store", 0)},
			[]daemon.Task{{Name: "engine", Run: func(context.Context) error { panic("impossible state") }}})
		if err == nil || !strings.Contains(err.Error(), "engine: panic: impossible state") ||
			!strings.Contains(err.Error(), "run_test.go") {
			t.Errorf("Run = %v, want the panic and where it was", err)
		}
		d.want(t, "store told", "store done")
	})
}

func TestHangingTaskIsNamedAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		release := make(chan struct{})
		defer close(release)
		hangs := func(name string) daemon.Task {
			return daemon.Task{Name: name, Run: func(context.Context) error { <-release; return nil }}
		}
		var d diary
		began := time.Now()
		err := daemon.Run(ctx, nil,
			[]daemon.Task{d.task("store", 0)},
			[]daemon.Task{hangs("one")},
			[]daemon.Task{hangs("two")},
			[]daemon.Task{hangs("three"), d.task("fine", 0)},
			[]daemon.Task{hangs("four")})
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("Run took %s, want its bound of 5s", took)
		}
		if !errors.Is(err, daemon.ErrHung) {
			t.Fatalf("Run = %v, want ErrHung", err)
		}
		for _, name := range []string{"one", "two", "three", "four"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%v does not name %s", err, name)
			}
		}
		synctest.Wait()
		d.want(t, "fine told", "fine done", "store told", "store done")
	})
}

func TestHangDoesNotHoldTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var d diary
		began := time.Now()
		err := daemon.Run(ctx, nil, []daemon.Task{d.task("store", 0)}, []daemon.Task{d.task("slow", 4*time.Second)})
		if err != nil || time.Since(began) != 4*time.Second {
			t.Errorf("Run = %v after %s; want nil after 4s", err, time.Since(began))
		}
		d.want(t, "slow told", "store told", "store done", "slow done")
	})
}

func TestFinishedTaskStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		var d diary
		began := time.Now()
		if err := daemon.Run(ctx, nil, []daemon.Task{fails("scan", nil), d.task("grpc", 0)}); err != nil {
			t.Errorf("Run = %v", err)
		}
		if took := time.Since(began); took != time.Hour {
			t.Errorf("Run took %s, want an hour", took)
		}
	})
}

func TestRunEndsWhenEverythingHasFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := daemon.Run(t.Context(), nil, []daemon.Task{fails("a", nil)}, []daemon.Task{fails("b", nil)}); err != nil {
			t.Errorf("Run = %v", err)
		}
		if err := daemon.Run(t.Context(), nil); err != nil {
			t.Errorf("Run of nothing = %v", err)
		}
	})
}
