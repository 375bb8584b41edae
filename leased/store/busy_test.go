package store_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// TestBusyStore commits as fast as it can into a journal that is far too small, while others read, follow the log and make
// backups. Segments change places, grow, and hold up Submit; nobody may notice anything of it.
func TestBusyStore(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r := openTest(t, func(c *store.Config) { c.JournalSize, c.MaxEvents, c.Registry = 32<<10, 5000, reg })
	n := uint32(20_000)
	if testing.Short() {
		n /= 4
	}
	var mu sync.Mutex
	told := map[engine.IP]uint64{} // revisions
	tellAll := func() map[engine.IP]uint64 {
		mu.Lock()
		defer mu.Unlock()
		c := make(map[engine.IP]uint64, len(told))
		for ip, rev := range told {
			c[ip] = rev
		}
		return c
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var readers sync.WaitGroup
	for _, read := range []func() bool{
		func() bool { // lists
			want := tellAll()
			leases, err := r.Leases(0, 0, 0, nil)
			if err != nil {
				t.Error(err)
				return false
			}
			for _, l := range leases {
				if l.Revision < want[l.IP] {
					t.Errorf("%s is listed with revision %d, %d was told", l.IP, l.Revision, want[l.IP])
					return false
				}
				delete(want, l.IP)
			}
			if len(want) > 0 {
				t.Errorf("%d leases that were told are not listed", len(want))
			}
			return len(want) == 0
		},
		func() bool { // looks up
			for ip, rev := range tellAll() {
				if l, ok, err := r.Lease(ip); err != nil || !ok || l.Revision < rev {
					t.Errorf("%s is %+v, %v, %v; revision %d was told", ip, l, ok, err, rev)
					return false
				}
			}
			return true
		},
		func() bool { // the newest
			last := r.LastSequence()
			evs, err := r.NewestEvents(100, nil)
			if err != nil || last > 0 && (len(evs) == 0 || evs[0].Sequence < last) {
				t.Errorf("%d newest events, %v", len(evs), err)
				return false
			}
			for i := range evs {
				if evs[i].Sequence != evs[0].Sequence-uint64(i) {
					t.Errorf("event %d in place %d of the newest, which is %d", evs[i].Sequence, i, evs[0].Sequence)
					return false
				}
			}
			return true
		},
		func() bool { // backs up
			want := tellAll()
			var b bytes.Buffer
			if err := r.Backup(func(size int64, last uint64, to io.WriterTo) error {
				_, err := to.WriteTo(&b)
				return err
			}); err != nil {
				t.Error(err)
				return false
			}
			path := filepath.Join(t.TempDir(), "copy.db")
			write(t, path, b.Bytes())
			s, err := store.Open(store.Config{Path: path, JournalSize: 8 << 10})
			if err != nil {
				t.Error(err)
				return false
			}
			defer s.Close()
			for ip, rev := range want {
				if l, ok, err := s.Lease(ip); err != nil || !ok || l.Revision < rev {
					t.Errorf("in the backup %s is %+v, %v, %v; revision %d was told", ip, l, ok, err, rev)
					return false
				}
			}
			return true
		},
	} {
		readers.Go(func() {
			for ctx.Err() == nil && read() {
			}
		})
	}
	readers.Go(func() { // follows the log
		cursor := uint64(0)
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.Changed(cursor):
			}
			evs, next, err := r.Events(cursor, 0, nil)
			if err != nil || len(evs) == 0 || uint64(len(evs)) != next-cursor || evs[0].Sequence != cursor+1 {
				if cursor > 0 && r.LastSequence()-cursor > 5000 {
					cursor = r.LastSequence() // it was away for too long
					continue
				}
				if cursor > 0 || err != nil {
					t.Errorf("after %d: %d events up to %d, %v", cursor, len(evs), next, err)
					return
				}
			}
			cursor = next
		}
	})
	all := make(chan struct{})
	for i := range n {
		c := grant(i%1500+1, uint64(i)+1)
		ip, rev := c.Leases[0].IP, c.Leases[0].Revision
		r.Submit(&store.Pending{Commit: c, Done: func(store.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			if told[ip] = rev; rev == uint64(n) {
				close(all)
			}
		}})
	}
	select {
	case <-all:
	case err := <-r.err:
		t.Fatal(err)
	}
	stop()
	readers.Wait()
	if r.LastSequence() != uint64(n) {
		t.Errorf("newest event %d, want %d", r.LastSequence(), n)
	}
	r.stop()
	if got, err := testutil.GatherAndCount(reg, store.MetricCheckpoint, store.MetricSwitches); err != nil || got != 2 {
		t.Errorf("%d metrics of checkpoints, %v", got, err)
	}
	leases := stateOf(t, r.path).Leases
	if len(leases) != 1500 {
		t.Errorf("%d leases, want 1500", len(leases))
	}
	for _, l := range leases {
		if l.Revision != told[l.IP] {
			t.Errorf("%s has revision %d, %d was told", l.IP, l.Revision, told[l.IP])
		}
	}
}
