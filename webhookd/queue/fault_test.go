package queue_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rollcall/webhookd/queue"
)

var errDisk = errors.New("input/output error")

// The commit of each kind of change fails, either before anything reached the disk or after everything did. Either way Run ends,
// the caller is told, nothing more is handed to the disk, and what the file says after a restart is one of the two states.
func TestFailedCommitEndsTheQueue(t *testing.T) {
	steps := map[string]func(b *bench, d *queue.Delivery) error{
		"take over": func(b *bench, _ *queue.Delivery) error {
			return b.TakeOver(b.t.Context(), 3, epoch, []queue.Delivery{{Endpoint: "desk", Position: 3, Machine: "m3"}})
		},
		"delivered": func(b *bench, d *queue.Delivery) error { return b.Delivered(b.t.Context(), d) },
		"retry":     func(b *bench, d *queue.Delivery) error { return b.Retry(b.t.Context(), d, epoch, "no") },
		"bury":      func(b *bench, d *queue.Delivery) error { return b.Bury(b.t.Context(), d, "no") },
		"drop": func(b *bench, d *queue.Delivery) error {
			_, err := b.Drop(b.t.Context(), []string{d.ID})
			return err
		},
		"expire": func(b *bench, d *queue.Delivery) error {
			b.Release(d)
			_, err := b.Expire(b.t.Context(), "desk", epoch, "old")
			return err
		},
	}
	for name, step := range steps {
		for _, persisted := range []bool{false, true} {
			t.Run(name+map[bool]string{false: "/lost", true: "/persisted"}[persisted], func(t *testing.T) {
				b := newBench(t, queue.Options{})
				b.take("desk", "m1", "m2")
				d := b.claim("desk", epoch)
				b.SetCommit(func(commit, rollback func() error) error {
					if persisted {
						return errors.Join(commit(), errDisk)
					}
					return errors.Join(rollback(), errDisk)
				})
				before := b.Cursor()
				if err := step(b, d); !errors.Is(err, queue.ErrStopped) {
					t.Errorf("the change returned %v, want ErrStopped", err)
				}
				if got := b.Cursor(); got != before {
					t.Errorf("the cursor moved to %d without a commit", got)
				}
				if err := b.stop(); !errors.Is(err, errDisk) {
					t.Errorf("Run = %v, want the error of the disk", err)
				}
				if err := b.Delivered(t.Context(), d); !errors.Is(err, queue.ErrStopped) {
					t.Errorf("a change after the end returned %v, want ErrStopped", err)
				}

				b.reopen()
				switch moved := b.Cursor() == 3; {
				case name == "take over" && moved != persisted:
					t.Errorf("persisted = %v, but the cursor is %d", persisted, b.Cursor())
				case name == "take over" && moved != (len(b.all(queue.Filter{})) == 3):
					t.Error("cursor and deliveries disagree")
				case !persisted && len(b.all(queue.Filter{State: queue.Pending})) != 2:
					t.Error("a delivery is lost")
				}
			})
		}
	}
}

func TestChangesThatMeetShareCommits(t *testing.T) {
	b := newBench(t, queue.Options{})
	var machines []string
	for i := range 64 {
		machines = append(machines, string(rune('A'+i)))
	}
	b.take("desk", machines...)
	var claimed []*queue.Delivery
	for range machines {
		claimed = append(claimed, b.claim("desk", epoch))
	}
	commits := 0
	held, hold := make(chan struct{}), make(chan struct{})
	b.SetCommit(func(commit, _ func() error) error {
		if commits++; commits == 1 {
			close(held)
			<-hold // as a slow disk would
		}
		return commit()
	})
	var wg sync.WaitGroup
	deliver := func(d *queue.Delivery) {
		wg.Go(func() {
			if err := b.Delivered(t.Context(), d); err != nil {
				t.Error(err)
			}
		})
	}
	deliver(claimed[0])
	<-held // the first one alone is on its way to the disk; all others must wait for it
	for _, d := range claimed[1:] {
		deliver(d)
	}
	b.WaitQueued(len(claimed) - 1)
	close(hold)
	wg.Wait()
	if commits > 3 {
		t.Errorf("%d deliveries took %d commits", len(claimed), commits)
	}
	b.check()
}

func BenchmarkTakeOver(b *testing.B) {
	q, err := queue.Open(filepath.Join(b.TempDir(), "webhookd.db"), queue.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	go q.Run(b.Context())
	body := make([]byte, 700)
	b.ReportAllocs()
	for p := queue.Position(1); b.Loop(); p++ {
		err := q.TakeOver(b.Context(), p, time.Now(), []queue.Delivery{{Endpoint: "desk", Position: p, Machine: "m", Body: body}})
		if err != nil {
			b.Fatal(err)
		}
	}
}
