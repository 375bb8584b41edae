package store_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// state is everything a file says.
type state struct {
	Leases []*engine.Lease
	Roll   []*engine.Reservation
	Events []*engine.Event
}

func stateOf(t *testing.T, path string) state {
	t.Helper()
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer s.Close()
	var st state
	st.Leases, st.Roll = loadAll(t, s)
	if st.Events, _, err = s.Events(0, 0, nil); err != nil {
		t.Fatalf("events: %v", err)
	}
	return st
}

// TestPowerLoss cuts the power inside commits. Of the pages a transaction wrote before its first sync any may have reached the
// disk, whole or in part; the meta page comes after them and may be torn. Each such file must open in the state before the
// transaction, or, with the meta page there, in the state after it.
func TestPowerLoss(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r := openTest(t)
	dir, page := t.TempDir(), os.Getpagesize()

	check := func(what string, img []byte, want state) {
		t.Helper()
		path := filepath.Join(dir, "cut.db")
		write(t, path, img)
		if diff := cmp.Diff(want, stateOf(t, path)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
		checkFile(t, path)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}

	// The store has the lock of its file, so pictures are taken of a copy.
	picture := func() []byte {
		t.Helper()
		path := filepath.Join(dir, "copy.db")
		write(t, path, read(t, r.path))
		return image(t, path)
	}
	before := picture()
	stateBefore := state{}
	for round := range uint64(25) {
		var c engine.Commit
		for range 1 + random.IntN(40) {
			g := grant(1+random.Uint32N(300), round+1)
			c.Leases, c.Events = append(c.Leases, g.Leases...), append(c.Events, g.Events...)
		}
		r.commit(c)
		after := picture()
		whole := filepath.Join(dir, "whole.db")
		write(t, whole, after)
		stateAfter := stateOf(t, whole)
		if err := os.Remove(whole); err != nil {
			t.Fatal(err)
		}

		cut := bytes.Clone(after)
		copy(cut, before)
		for at := 2 * page; at < len(cut); at += page {
			if n := []int{0, page, random.IntN(page)}[random.IntN(3)]; n > 0 {
				copy(cut[at:at+n], after[at:])
			}
		}
		check("some data pages", cut, stateBefore)

		copy(cut[2*page:], after[2*page:])
		check("all data pages", cut, stateBefore)

		for at := range 2 { // the meta page that changed
			if m := after[at*page : at*page+80]; !bytes.Equal(m, before[at*page:at*page+80]) {
				torn := bytes.Clone(cut)
				copy(torn[at*page:at*page+60], m) // without its checksum
				check("torn meta page", torn, stateBefore)
			}
		}

		copy(cut, after[:2*page])
		check("meta page", cut, stateAfter)
		before, stateBefore = after, stateAfter
	}
}

// image returns the file without the free space at its end, most of its size.
func image(t *testing.T, path string) []byte {
	t.Helper()
	db, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	err = errors.Join(db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	return read(t, path)[:size]
}
