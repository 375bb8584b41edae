package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/journal"
	"rollcall/leased/store"
)

// crashed returns the path of a database that ended in the middle, with n grants of which the last half is in the journal alone.
func crashed(t *testing.T, n uint32) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leased.db")
	s, err := store.Open(store.Config{Path: path, JournalSize: journalSize})
	if err != nil {
		t.Fatal(err)
	}
	r, err := store.Step(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if i == n/2 {
			r.ClosePart()
			if err := r.Checkpoint(func(float64) (int, error) { return 10, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Commit(grant(i+1, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// lay copies files of a database.
func lay(t *testing.T, from, to string, names ...string) {
	t.Helper()
	for _, name := range names {
		write(t, to+name, read(t, from+name))
	}
}

func remove(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJournalThatDoesNotFitIsRefused(t *testing.T) {
	for what, c := range map[string]struct {
		damage func(t *testing.T, path string)
		want   fault.Error
		words  []string
	}{
		"missing": {func(t *testing.T, path string) { remove(t, path+".journal.0", path+".journal.1") },
			fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalMissing}, []string{".journal.0", "put it back", "truncate"}},
		"one of it missing": {func(t *testing.T, path string) { remove(t, path+".journal.1") },
			fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalMissing}, []string{".journal.1"}},
		"of another database": {func(t *testing.T, path string) { lay(t, crashed(t, 2), path, ".journal.0", ".journal.1") },
			fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalForeign}, []string{".journal.0", "away"}},
		"of a database that is gone": {func(t *testing.T, path string) { remove(t, path) },
			fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalForeign}, []string{".journal.0", "put back the database"}},
		"damaged": {func(t *testing.T, path string) {
			b := read(t, path+".journal.1")
			b[2*4096+30] ^= 1
			write(t, path+".journal.1", b)
		}, fault.Error{Code: fault.Corrupt, Reason: boltfile.ReasonCorrupt}, []string{".journal.1", "backup", "truncate"}},
		"unwritable": {func(t *testing.T, path string) {
			remove(t, path+".journal.0")
			if err := os.Mkdir(path+".journal.0", 0o700); err != nil {
				t.Fatal(err)
			}
		}, fault.Error{Code: fault.Precondition, Reason: boltfile.ReasonUnwritable}, []string{".journal.0", "writable"}},
	} {
		t.Run(what, func(t *testing.T) {
			path := crashed(t, 20)
			c.damage(t, path)
			_, err := store.Open(store.Config{Path: path})
			wantRefusal(t, err, path, c.want, c.words...)
			if _, err := store.Open(store.Config{Path: path}); !errors.Is(err, &c.want) {
				t.Errorf("a second try: %v", err)
			}
		})
	}
}

// An operator who has lost the journal and says so goes on with what the database has.
func TestLossOfTheJournalCanBeAccepted(t *testing.T) {
	path := crashed(t, 20)
	write(t, path+".journal.0", nil)
	write(t, path+".journal.1", nil)
	r := openAt(t, store.Config{Path: path, JournalSize: journalSize})
	if leases, _ := loadAll(t, r.Store); len(leases) != 10 || r.LastSequence() != 10 {
		t.Errorf("%d leases and %d events, want 10", len(leases), r.LastSequence())
	}
	r.commit(grant(1, 2))
}

// A backup that is put back is complete without a journal; beside the one that went on without it, it is refused.
func TestBackupIsPutBack(t *testing.T) {
	r := openTest(t, func(c *store.Config) { c.JournalSize = journalSize })
	for n := range uint32(30) {
		r.commit(grant(n+1, 1))
	}
	var b bytes.Buffer
	if err := r.Backup(func(size int64, last uint64, to io.WriterTo) error {
		if n, err := to.WriteTo(&b); err != nil || n != size || last != 30 {
			t.Errorf("%d octets up to event %d, %v; announced were %d", n, last, err, size)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	r.commit(grant(31, 1))
	r.stop()

	write(t, r.path, b.Bytes())
	_, err := store.Open(store.Config{Path: r.path})
	wantRefusal(t, err, r.path, fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalGap}, "backup", ".journal.0", ".journal.1", "away")

	later := filepath.Join(t.TempDir(), "later.db")
	lay(t, r.path, later, ".journal.0", ".journal.1")
	remove(t, r.path+".journal.0", r.path+".journal.1")
	again := openAt(t, store.Config{Path: r.path, JournalSize: journalSize})
	if leases, _ := loadAll(t, again.Store); len(leases) != 30 {
		t.Errorf("%d leases restored, want 30", len(leases))
	}
	again.commit(grant(77, 1))
	again.stop()

	// The old journal goes on where the restored database once ended, but it is not the same life any more.
	lay(t, later, r.path, ".journal.0", ".journal.1")
	_, err = store.Open(store.Config{Path: r.path})
	wantRefusal(t, err, r.path, fault.Error{Code: fault.Corrupt, Reason: store.ReasonJournalForeign})
}

// A start after much work brings the journal into the database piece by piece.
func TestLongJournalIsReplayed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	opened, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Step(opened)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel()
	const size = 10 << 20
	for n := uint32(1); n <= size/30_000; n++ {
		c := grant(n, 1)
		c.Leases[0].VendorClass = bytes.Repeat([]byte("v"), 30_000)
		if n == 200 {
			s.ClosePart() // in both segments
		}
		if err := s.Commit(c); err != nil {
			t.Fatal(err)
		}
		m.apply([]engine.Commit{c})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantState(t, "after a crash", m.state(), stateOf(t, path))
	remove(t, path+".journal.0", path+".journal.1")
	wantState(t, "without the journal that was replayed", m.state(), stateOf(t, path))
}

// A copy of the three files, however old, is a database; the newer journal beside the older database brings it up to date.
func TestOlderDatabaseIsBroughtUpToDate(t *testing.T) {
	path := crashed(t, 20)
	old := filepath.Join(t.TempDir(), "old.db")
	lay(t, path, old, "")
	stateOf(t, path) // brings the database up to date
	lay(t, old, path, "")
	if st := stateOf(t, path); len(st.Leases) != 20 || len(st.Events) != 20 {
		t.Errorf("%d leases and %d events, want 20", len(st.Leases), len(st.Events))
	}
}

// A file of version 2, which had no boots, is taken over.
func TestFileWithoutBootsIsUpgraded(t *testing.T) {
	path := closedFile(t, 3)
	want := stateOf(t, path)
	edit(t, path, func(tx *bbolt.Tx) error {
		return errors.Join(tx.Bucket([]byte("meta")).Put([]byte("schema"), binary.BigEndian.AppendUint32(nil, 2)),
			tx.DeleteBucket([]byte("boots")))
	})
	wantState(t, "of version 2", want, stateOf(t, path))
	again := openAt(t, store.Config{Path: path})
	again.commit(engine.Commit{Boots: []*engine.BootState{{HW: engine.HWOf(1, []byte("machin")), Done: 7}}})
	again.stop()
	if boots := stateOf(t, path).Boots; len(boots) != 1 || boots[0].Done != 7 {
		t.Errorf("boots are %v", boots)
	}
}

// A file of version 1, which had no journal, is taken over.
func TestFileWithoutAJournalIsUpgraded(t *testing.T) {
	path := closedFile(t, 3)
	want := stateOf(t, path)
	remove(t, path+".journal.0", path+".journal.1")
	edit(t, path, func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte("boots")); err != nil {
			return err
		}
		meta := tx.Bucket([]byte("meta"))
		return errors.Join(meta.Put([]byte("schema"), binary.BigEndian.AppendUint32(nil, 1)), meta.Delete([]byte("journal")),
			meta.Delete([]byte("applied")), meta.Delete([]byte("ahead")))
	})
	wantState(t, "upgraded", want, stateOf(t, path))
	edit(t, path, func(tx *bbolt.Tx) error {
		if v := tx.Bucket([]byte("meta")).Get([]byte("schema")); binary.BigEndian.Uint32(v) != 3 || tx.Bucket([]byte("boots")) == nil {
			t.Errorf("the version is %x", v)
		}
		return nil
	})
}

var errDisk = errors.New("the disk fails")

// failingFile fails at one of its writes.
type failingFile struct {
	journal.File
	left *int // writes until one fails
	how  func(f journal.File, p []byte, at int64) (int, error)
}

func (f *failingFile) WriteAt(p []byte, at int64) (int, error) {
	if *f.left--; *f.left == 0 {
		return f.how(f.File, p, at)
	}
	return f.File.WriteAt(p, at)
}

// TestEveryWriteOfTheJournalMayFail makes each write in turn fail in each of several ways: nothing that failed is told, Run ends with an
// error that names the file, and the next start has everything that was told, and of the rest at most the group that failed.
func TestEveryWriteOfTheJournalMayFail(t *testing.T) {
	for what, how := range map[string]func(f journal.File, p []byte, at int64) (int, error){
		"not written": func(journal.File, []byte, int64) (int, error) { return 0, errDisk },
		"in part": func(f journal.File, p []byte, at int64) (int, error) {
			n, _ := f.WriteAt(p[:len(p)-4096+20], at)
			return n, errDisk
		},
		"short":                  func(f journal.File, p []byte, at int64) (int, error) { return f.WriteAt(p[:512], at) },
		"written but not synced": func(f journal.File, p []byte, at int64) (int, error) { n, _ := f.WriteAt(p, at); return n, errDisk },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for fail := 1; fail <= 12; fail++ {
				path := filepath.Join(t.TempDir(), "leased.db")
				left := fail
				s, err := store.OpenOn(store.Config{Path: path, JournalSize: 4 * 4096}, func(name string) (journal.File, error) {
					f, err := journal.OpenFile(name)
					return &failingFile{f, &left, how}, err
				})
				if err != nil {
					t.Fatal(err)
				}
				want := errDisk
				if what == "short" {
					want = io.ErrShortWrite
				}
				told, err := failing(s, 100, want)
				if err != nil {
					t.Fatal(err)
				}
				if told != uint32(fail-1) {
					t.Errorf("write %d failed and %d commits were told", fail, told)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				wantBeforeOrAfter(t, path, int(told))
			}
		})
	}
}
