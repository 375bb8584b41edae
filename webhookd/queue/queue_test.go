package queue_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"rollcall/webhookd/queue"
)

func TestDeliverySurvivesEveryStep(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	b.take("desk", "m1")
	b.crash()
	if got := b.Cursor(); got != 1 {
		t.Errorf("cursor = %d after a restart, want 1", got)
	}

	d := b.claim("desk", epoch)
	if want := `{"n":1}`; string(d.Body) != want {
		t.Errorf("body = %s, want %s", d.Body, want)
	}
	b.crash() // killed during the attempt: it is made again
	d = b.claim("desk", epoch)
	b.must(b.Retry(ctx, d, epoch.Add(time.Minute), "500"))
	b.crash()
	if wait := b.none("desk", epoch); !wait.Equal(epoch.Add(time.Minute)) {
		t.Errorf("next attempt at %v, want a minute later", wait)
	}
	d = b.claim("desk", epoch.Add(time.Minute))
	if d.Attempts != 1 || d.LastError != "500" {
		t.Errorf("attempts = %d, last error = %q", d.Attempts, d.LastError)
	}
	b.must(b.Bury(ctx, d, "501"))
	b.crash()
	b.none("desk", epoch.Add(time.Hour))
	if diff := cmp.Diff([]queue.Depth{{Endpoint: "desk", Dead: 1}}, b.Depths()); diff != "" {
		t.Errorf("depths (-want +got):\n%s", diff)
	}

	n, err := b.Replay(ctx, []string{d.ID}, epoch.Add(time.Hour))
	if n != 1 || err != nil {
		t.Fatalf("Replay = %d, %v", n, err)
	}
	b.crash()
	again := b.claim("desk", epoch.Add(time.Hour))
	if again.ID != d.ID || again.Attempts != 0 || !again.Queued.Equal(epoch.Add(time.Hour)) {
		t.Errorf("replayed delivery = %+v; want the same id and a full retry window", again)
	}
	b.must(b.Delivered(ctx, again))
	b.crash()
	if got := b.all(queue.Filter{}); len(got) != 0 {
		t.Errorf("delivered and still there: %v", got)
	}
}

func TestMachineWaitsForItsOwnAndForNoOther(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	b.take("desk", "m1", "m1", "m2", "m1")

	first, other := b.claim("desk", epoch), b.claim("desk", epoch)
	if first.Position != 1 || other.Position != 3 {
		t.Fatalf("claimed %d and %d, want 1 and 3", first.Position, other.Position)
	}
	b.none("desk", epoch)
	b.must(b.Retry(ctx, first, epoch.Add(time.Second), "no"))
	b.must(b.Delivered(ctx, other))
	b.none("desk", epoch) // 2 and 4 wait for 1
	for _, want := range []queue.Position{1, 2} {
		d := b.claim("desk", epoch.Add(time.Second))
		if d.Position != want {
			t.Fatalf("claimed %d, want %d", d.Position, want)
		}
		b.none("desk", epoch.Add(time.Second))
		b.must(b.Delivered(ctx, d))
	}
	last := b.claim("desk", epoch.Add(time.Second))
	b.Release(last)
	if again := b.claim("desk", epoch.Add(time.Second)); again.Position != 4 {
		t.Errorf("claimed %d after its release, want 4", again.Position)
	}
}

func TestEndpointsAreApart(t *testing.T) {
	b := newBench(t, queue.Options{})
	b.take("desk", "m1")
	b.take("des", "m1") // a prefix of the other name
	if d := b.claim("des", epoch); d.Position != 2 {
		t.Errorf("claimed %d, want 2", d.Position)
	}
	if got := positions(b.all(queue.Filter{Endpoint: "des"})); !cmp.Equal(got, []int{2}) {
		t.Errorf("listed %v, want [2]", got)
	}
	b.none("nobody", epoch)
}

func TestReplayedDeliveryGoesFirst(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	b.take("desk", "m1", "m1")
	d := b.claim("desk", epoch)
	b.must(b.Bury(ctx, d, "no"))
	second := b.claim("desk", epoch)
	if _, err := b.ReplayAll(ctx, "desk", epoch); err != nil {
		t.Fatal(err)
	}
	b.none("desk", epoch) // the second is under way
	b.must(b.Retry(ctx, second, epoch.Add(time.Hour), "no"))
	if got := b.claim("desk", epoch); got.Position != 1 {
		t.Errorf("claimed %d, want the replayed 1", got.Position)
	}
	b.check()
}

func TestDropDuringAnAttempt(t *testing.T) {
	for _, end := range []string{"delivered", "retry", "bury", "release"} {
		t.Run(end, func(t *testing.T) {
			b := newBench(t, queue.Options{})
			ctx := t.Context()
			b.take("desk", "m1", "m1")
			d := b.claim("desk", epoch)
			if n, err := b.Drop(ctx, []string{d.ID}); n != 1 || err != nil {
				t.Fatalf("Drop = %d, %v", n, err)
			}
			switch end {
			case "delivered":
				b.must(b.Delivered(ctx, d))
			case "retry":
				b.must(b.Retry(ctx, d, epoch.Add(time.Hour), "no"))
			case "bury":
				b.must(b.Bury(ctx, d, "no"))
			case "release":
				b.Release(d)
			}
			b.check()
			if got := b.claim("desk", epoch); got.Position != 2 {
				t.Errorf("claimed %d, want 2", got.Position)
			}
		})
	}
}

func TestIDsAreAllOrNothing(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	b.take("desk", "m1", "m2")
	d := b.claim("desk", epoch)
	b.must(b.Bury(ctx, d, "no"))
	pending := b.claim("desk", epoch)
	b.Release(pending)

	for id, want := range map[string]error{"dlv_9_00": queue.ErrNoDelivery, "nonsense": queue.ErrNoDelivery, pending.ID: queue.ErrNotDead} {
		n, err := b.Replay(ctx, []string{d.ID, id}, epoch)
		if n != 0 || !errors.Is(err, want) || !strings.Contains(err.Error(), id) {
			t.Errorf("Replay with %s = %d, %v; want %v", id, n, err, want)
		}
	}
	if n, err := b.Drop(ctx, []string{d.ID, "nonsense"}); n != 0 || !errors.Is(err, queue.ErrNoDelivery) {
		t.Errorf("Drop = %d, %v", n, err)
	}
	b.check()
	if got := b.all(queue.Filter{State: queue.Dead}); len(got) != 1 {
		t.Errorf("dead letters = %d, want 1", len(got))
	}
	if n, err := b.Drop(ctx, []string{d.ID, d.ID, pending.ID}); n != 2 || err != nil {
		t.Errorf("Drop = %d, %v; want 2", n, err)
	}
	b.check()
}

func TestManyAreChangedInChunks(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	var machines []string
	for i := range 2500 {
		machines = append(machines, fmt.Sprintf("m%d", i))
	}
	b.take("desk", machines...)
	b.take("other", "m1")
	n, err := b.Expire(ctx, "desk", epoch, "too old")
	if n != 2500 || err != nil {
		t.Fatalf("Expire = %d, %v", n, err)
	}
	if n, err := b.ReplayAll(ctx, "desk", epoch); n != 2500 || err != nil {
		t.Fatalf("ReplayAll = %d, %v", n, err)
	}
	b.reopen()
	if n, err := b.DropAll(ctx, "desk", false); n != 0 || err != nil {
		t.Errorf("DropAll of dead letters = %d, %v; there are none", n, err)
	}
	if n, err := b.DropAll(ctx, "desk", true); n != 2500 || err != nil {
		t.Errorf("DropAll = %d, %v", n, err)
	}
	b.check()
	if got := b.all(queue.Filter{}); len(got) != 1 {
		t.Errorf("%d deliveries left, want that of the other endpoint", len(got))
	}
}

func TestLimits(t *testing.T) {
	type loss struct{ Died, Forgotten int }
	var lost []loss
	b := newBench(t, queue.Options{MaxPending: 4, MaxDead: 3, Overflowed: func(_ string, died, forgotten int) {
		lost = append(lost, loss{died, forgotten})
	}})
	b.take("desk", "a", "b", "c", "d")
	claimed := b.claim("desk", epoch) // the oldest; what is being attempted stays
	b.take("desk", "e", "f")
	b.check()
	if got := positions(b.all(queue.Filter{State: queue.Dead})); !cmp.Equal(got, []int{2, 3}) {
		t.Errorf("dead letters %v, want [2 3]", got)
	}
	b.must(b.Retry(t.Context(), claimed, epoch, "no"))
	b.take("desk", "g", "h")
	b.check()
	if got := positions(b.all(queue.Filter{State: queue.Pending})); !cmp.Equal(got, []int{5, 6, 7, 8}) {
		t.Errorf("pending %v, want [5 6 7 8]", got)
	}
	if got := positions(b.all(queue.Filter{State: queue.Dead})); !cmp.Equal(got, []int{2, 3, 4}) {
		t.Errorf("dead letters %v, want the three newest [2 3 4]", got)
	}
	if diff := cmp.Diff([]loss{{2, 0}, {2, 1}}, lost); diff != "" {
		t.Errorf("losses told (-want +got):\n%s", diff)
	}
	b.reopen()
}

func TestExpireLeavesWhatIsYoungAndWhatIsUnderWay(t *testing.T) {
	b := newBench(t, queue.Options{})
	ctx := t.Context()
	b.take("desk", "a", "a", "b")
	d := b.claim("desk", epoch)
	p := b.Cursor() + 1
	b.must(b.TakeOver(ctx, p, epoch.Add(time.Second), []queue.Delivery{{Endpoint: "desk", Position: p, Machine: "b"}}))
	if n, err := b.Expire(ctx, "desk", epoch, "too old"); n != 1 || err != nil {
		t.Errorf("Expire = %d, %v; want 1", n, err)
	}
	b.check()
	if got := positions(b.all(queue.Filter{State: queue.Pending})); !cmp.Equal(got, []int{1, 2, 4}) {
		t.Errorf("pending %v, want [1 2 4]", got)
	}
	b.Release(d)
}

func TestLogThatStartsOverCollidesWithNothing(t *testing.T) {
	b := newBench(t, queue.Options{})
	b.take("desk", "m1")
	next := b.Cursor().NextLog()
	p := next.At(1)
	b.must(b.TakeOver(t.Context(), p, epoch, []queue.Delivery{{Endpoint: "desk", Position: p, Machine: "m1"}}))
	b.reopen()
	all := b.all(queue.Filter{})
	if len(all) != 2 || all[0].Position.Sequence() != 1 || all[1].Position.Sequence() != 1 || all[0].ID == all[1].ID {
		t.Errorf("queue = %+v; want event 1 of the old and of the new log", all)
	}
	if got := b.Cursor(); got != p {
		t.Errorf("cursor = %d, want %d", got, p)
	}
}

func TestClockSetBackDelaysNothingForLong(t *testing.T) {
	b := newBench(t, queue.Options{})
	b.take("desk", "m1")
	b.claim("desk", epoch.Add(-24*time.Hour))
}

func TestListRefusesForeignTokens(t *testing.T) {
	b := newBench(t, queue.Options{})
	for _, token := range []string{"zz", "00", "6465736b"} {
		if _, _, err := b.List(queue.Filter{}, token, 1); !errors.Is(err, queue.ErrBadToken) {
			t.Errorf("token %q: %v, want ErrBadToken", token, err)
		}
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, damage func(path string)) string {
		path := filepath.Join(dir, name)
		q, err := queue.Open(path, queue.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
		damage(path)
		return path
	}
	scribble := func(path string) {
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 4096)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(f func(tx *bbolt.Tx) error) func(string) {
		return func(path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(f); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, path := range map[string]string{
		"restore": write("scribbled", scribble),
		"away": write("truncated", func(path string) {
			if err := os.Truncate(path, 2*int64(os.Getpagesize())); err != nil {
				t.Fatal(err)
			}
		}),
		"backup": write("pages", func(path string) { overwritePages(t, path) }),
		"damaged": write("record", edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("deliveries")).Put([]byte("desk\x00\x00\x00\x00\x00\x00\x00\x00\x01"), []byte{0xff})
		})),
		"no delivery queue": write("foreign", edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) })),
		"newer": write("version", edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("version"), []byte{0, 0, 0, 0, 0, 0, 0, 2})
		})),
	} {
		_, err := queue.Open(path, queue.Options{})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), path) {
			t.Errorf("Open %s = %v; want the file and %q", filepath.Base(path), err, name)
		}
	}
}

// overwritePages ruins everything behind the two meta pages.
func overwritePages(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * os.Getpagesize(); i < len(b); i++ {
		b[i] = 0xff
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenSaysThatAnotherProcessHoldsTheFile(t *testing.T) {
	t.Parallel() // waits five seconds for the lock
	path := filepath.Join(t.TempDir(), "webhookd.db")
	q, err := queue.Open(path, queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if _, err := queue.Open(path, queue.Options{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("Open of a held file = %v", err)
	}
}
