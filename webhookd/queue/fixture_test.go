package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcall/webhookd/queue"
)

// bench is a queue whose file can be opened again.
type bench struct {
	*queue.Queue
	t    *testing.T
	path string
	opts queue.Options
	stop func() error // stops Run and closes the file; once
}

func newBench(t *testing.T, opts queue.Options) *bench {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "webhookd.db"), opts: opts, stop: func() error { return nil }}
	b.reopen()
	t.Cleanup(func() {
		if err := b.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return b
}

// reopen does what an orderly restart does.
func (b *bench) reopen() {
	b.t.Helper()
	if err := b.stop(); err != nil {
		b.t.Fatalf("stop: %v", err)
	}
	q, err := queue.Open(b.path, b.opts)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Queue = q
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	b.stop = func() error {
		cancel()
		b.stop = func() error { return nil }
		return errors.Join(<-ended, q.Close())
	}
	b.check()
}

// crash does what kill -9 and a restart do: what the file is at this moment is opened, and nothing of the old process is asked.
func (b *bench) crash() {
	b.t.Helper()
	content, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.stop(); err != nil {
		b.t.Fatal(err)
	}
	f, err := os.Create(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	// The file is mostly a hole, which keeps the copy quick.
	err = f.Truncate(int64(len(content)))
	zero := make([]byte, 4096)
	for at := 0; at < len(content) && err == nil; at += len(zero) {
		if page := content[at:min(at+len(zero), len(content))]; !bytes.Equal(page, zero) {
			_, err = f.WriteAt(page, int64(at))
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.reopen()
}

// check compares the depths in memory with the records on disk.
func (b *bench) check() {
	b.t.Helper()
	type count struct{ pending, dead int }
	disk := map[string]count{}
	for _, d := range b.all(queue.Filter{}) {
		c := disk[d.Endpoint]
		if d.State == queue.Pending {
			c.pending++
		} else {
			c.dead++
		}
		disk[d.Endpoint] = c
	}
	for _, m := range b.Depths() {
		if got := disk[m.Endpoint]; got != (count{m.Pending, m.Dead}) {
			b.t.Errorf("endpoint %s has %+v on disk and %+v in memory", m.Endpoint, got, m)
		}
		delete(disk, m.Endpoint)
	}
	if len(disk) > 0 {
		b.t.Errorf("on disk but not in memory: %v", disk)
	}
}

// all walks through every page.
func (b *bench) all(f queue.Filter) (all []queue.Delivery) {
	b.t.Helper()
	for token := ""; ; {
		page, next, err := b.List(f, token, 7)
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, page...)
		if next == "" {
			return all
		}
		token = next
	}
}

// take takes over one event for each name in machines, to one endpoint, numbered on from the cursor.
func (b *bench) take(endpoint string, machines ...string) {
	b.t.Helper()
	var ds []queue.Delivery
	p := b.Cursor()
	for _, m := range machines {
		p++
		ds = append(ds, queue.Delivery{Endpoint: endpoint, Position: p, Kind: "lease.granted", Machine: m, Time: epoch,
			Body: fmt.Appendf(nil, `{"n":%d}`, p)})
	}
	if err := b.TakeOver(b.t.Context(), p, epoch, ds); err != nil {
		b.t.Fatal(err)
	}
}

// claim claims a delivery that must be there.
func (b *bench) claim(endpoint string, now time.Time) *queue.Delivery {
	b.t.Helper()
	d, ok, wait, err := b.Claim(endpoint, now)
	if err != nil {
		b.t.Fatal(err)
	}
	if !ok {
		b.t.Fatalf("nothing is due; next at %v", wait)
	}
	return &d
}

// none checks that nothing can be claimed and returns when something can.
func (b *bench) none(endpoint string, now time.Time) time.Time {
	b.t.Helper()
	d, ok, wait, err := b.Claim(endpoint, now)
	if err != nil {
		b.t.Fatal(err)
	}
	if ok {
		b.t.Fatalf("event %d to %s is due and should not be", d.Position, endpoint)
	}
	return wait
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// positions returns the numbers of a list.
func positions(ds []queue.Delivery) (ps []int) {
	for _, d := range ds {
		ps = append(ps, int(d.Position))
	}
	return ps
}

var epoch = time.UnixMilli(1_800_000_000_000)
