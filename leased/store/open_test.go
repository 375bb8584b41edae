package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/event"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// running is a store with its committer.
type running struct {
	*store.Store
	t    *testing.T
	path string
	end  context.CancelFunc
	err  chan error
	done bool
}

// openTest opens a store in a new directory and runs it. When the test ends, the file is closed and checked whole.
func openTest(t *testing.T, change ...func(*store.Config)) *running {
	t.Helper()
	cfg := store.Config{Path: filepath.Join(t.TempDir(), "leased.db")}
	for _, c := range change {
		c(&cfg)
	}
	return openAt(t, cfg)
}

// openAt is openTest with everything given.
func openAt(t *testing.T, cfg store.Config) *running {
	t.Helper()
	s, err := store.Open(cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Store: s, t: t, path: cfg.Path, end: cancel, err: make(chan error, 1)}
	go func() { r.err <- s.Run(ctx) }()
	t.Cleanup(func() { r.stop() })
	return r
}

// stop ends the committer, closes the file and checks it.
func (r *running) stop() {
	r.t.Helper()
	if r.done {
		return
	}
	r.done = true
	r.end()
	if err := <-r.err; err != nil {
		r.t.Errorf("run: %v", err)
	}
	if err := r.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
	checkFile(r.t, r.path)
}

// commit makes c durable.
func (r *running) commit(c engine.Commit) {
	r.t.Helper()
	done := make(chan store.Outcome, 1)
	r.Submit(&store.Pending{Commit: c, Done: func(o store.Outcome) { done <- o }})
	select {
	case o := <-done:
		if o.Lost || o.Current != nil {
			r.t.Errorf("outcome %+v, but there is one writer", o)
		}
	case err := <-r.err:
		r.err <- err
		r.t.Fatalf("the committer ended: %v", err)
	}
}

// hold keeps the committer busy in a Done until release is called.
func (r *running) hold() (release func()) {
	r.t.Helper()
	held, released := make(chan struct{}), make(chan struct{})
	r.Submit(&store.Pending{Done: func(store.Outcome) { close(held); <-released }})
	<-held
	return func() { close(released) }
}

// checkFile checks what must hold of every file at rest: its pages are sound, every record decodes and matches its key, events
// have no gap and end with the sequence of their bucket, and no reservation has a number that was never given.
func checkFile(t *testing.T, path string) {
	t.Helper()
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatalf("open for check: %v", err)
	}
	leases, roll := loadAll(t, s)
	evs, cursor, err := s.Events(0, 0, nil)
	if err != nil {
		t.Errorf("check: read events: %v", err)
	}
	if cursor != s.LastSequence() {
		t.Errorf("check: cursor %d at the end, newest event %d", cursor, s.LastSequence())
	}
	for i, e := range evs {
		if want := s.LastSequence() - uint64(len(evs)-1-i); e.Sequence != want {
			t.Fatalf("check: event %d where %d should be", e.Sequence, want)
		}
	}
	next := s.NextReservationID()
	for _, r := range roll {
		if n, err := strconv.ParseUint(r.ID, 10, 64); err != nil || n >= next {
			t.Errorf("check: reservation %q exists, but the next number is %d", r.ID, next)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("check: close: %v", err)
	}

	db, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		var errs []error
		for err := range tx.Check() {
			errs = append(errs, err)
		}
		n := 0
		errs = append(errs, tx.Bucket([]byte("leases")).ForEach(func(k, _ []byte) error {
			if n < len(leases) && binary.BigEndian.Uint32(k) != uint32(leases[n].IP) {
				t.Errorf("check: lease of %s under key %x", leases[n].IP, k)
			}
			n++
			return nil
		}))
		if n != len(leases) {
			t.Errorf("check: %d leases loaded of %d", len(leases), n)
		}
		if got := tx.Bucket([]byte("events")).Sequence(); len(evs) > 0 && got != evs[len(evs)-1].Sequence {
			t.Errorf("check: sequence of events is %d, newest event %d", got, evs[len(evs)-1].Sequence)
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Errorf("check: %v", err)
	}
}

// loadAll returns everything that is stored.
func loadAll(t *testing.T, s *store.Store) (leases []*engine.Lease, roll []*engine.Reservation) {
	t.Helper()
	err := s.Load(
		func(l *engine.Lease) error {
			have := *l // which is valid during the call only
			for _, b := range [...]*[]byte{&have.ClientID, &have.VendorClass, &have.RelayInfo} {
				*b = slices.Clone(*b)
			}
			leases = append(leases, &have)
			return nil
		},
		func(r *engine.Reservation) error { roll = append(roll, r); return nil },
		func(*engine.BootState) error { return nil },
	)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return leases, roll
}

// loadBoots returns what is remembered of the boots of machines.
func loadBoots(t *testing.T, s *store.Store) (boots []*engine.BootState) {
	t.Helper()
	err := s.Load(
		func(*engine.Lease) error { return nil },
		func(*engine.Reservation) error { return nil },
		func(b *engine.BootState) error { boots = append(boots, b); return nil },
	)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return boots
}

// lease returns a lease of the n-th address of 10.0.0.0/8 as a grant would write it.
func lease(n uint32, revision uint64) *engine.Lease {
	return &engine.Lease{
		IP: engine.IP(0x0a000000 + n), State: engine.Active,
		HW:     engine.HWOf(1, []byte{0x52, 0x54, 0, byte(n >> 16), byte(n >> 8), byte(n)}),
		Subnet: "lobby", Hostname: "guest", Started: 1_800_000_000, CLTT: 1_800_000_000 + int64(revision),
		Expires: 1_800_000_120, Revision: revision,
	}
}

// grant returns a commit of one lease and its event.
func grant(n uint32, revision uint64) engine.Commit {
	l := lease(n, revision)
	return engine.Commit{Leases: []*engine.Lease{l}, Events: []*engine.Event{grantOf(l)}}
}

func grantOf(l *engine.Lease) *engine.Event {
	return &engine.Event{
		Time: l.CLTT * 1e6, Kind: event.LeaseGranted, Machine: &engine.Machine{HW: l.HW, Hostname: l.Hostname},
		Link: "hall/eth1", Subnet: l.Subnet, IP: l.IP, LeaseTime: 120, Expires: l.Expires,
	}
}

// events returns a commit of n events and nothing else.
func events(n int, at int64) engine.Commit {
	var c engine.Commit
	for range n {
		c.Events = append(c.Events, &engine.Event{Time: at, Kind: event.LinkUp, Link: "hall/eth1"})
	}
	return c
}
