package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// wantRefusal checks that err is the fault of that reason, names the file and says each of words.
func wantRefusal(t *testing.T, err error, path string, want fault.Error, words ...string) {
	t.Helper()
	if !errors.Is(err, &want) {
		t.Fatalf("got %v, want %s", err, want.Reason)
	}
	for _, w := range append(words, path) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the refusal does not say %q: %v", w, err)
		}
	}
}

// closedFile returns the path of a file with n leases at rest.
func closedFile(t *testing.T, n int) string {
	t.Helper()
	r := openTest(t)
	var c engine.Commit
	for i := range uint32(n) {
		g := grant(i+1, 1)
		c.Leases, c.Events = append(c.Leases, g.Leases...), append(c.Events, g.Events...)
	}
	c.Put = []*engine.Reservation{{ID: "1", Kind: engine.ByHardware, Value: "123456", Subnet: "hall"}}
	r.commit(c)
	r.stop()
	return r.path
}

func TestSecondProcessIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the 5 s of waiting for the lock pass at once
		r := openTest(t)
		_, err := store.Open(store.Config{Path: r.path})
		wantRefusal(t, err, r.path, fault.Error{Code: fault.Unavailable, Reason: store.ReasonInUse}, "another process")
		r.commit(grant(1, 1))
	})
}

func TestFileOfANewerProgramIsRefused(t *testing.T) {
	path := closedFile(t, 3)
	edit(t, path, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), binary.BigEndian.AppendUint32(nil, 2))
	})
	before := read(t, path)
	_, err := store.Open(store.Config{Path: path})
	wantRefusal(t, err, path, fault.Error{Code: fault.Precondition, Reason: store.ReasonNewer}, "schema 2", "newer")
	if !bytes.Equal(read(t, path), before) {
		t.Error("the refused file was changed")
	}
}

func TestFileOfAnotherProgramIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	edit(t, path, func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("photos"))
		return err
	})
	_, err := store.Open(store.Config{Path: path})
	wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: store.ReasonForeign}, "move the file away")
}

func TestUnwritablePlaceIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, word string }{
		"no directory":     {filepath.Join(dir, "none", "leased.db"), "create the directory " + filepath.Join(dir, "none")},
		"not a directory":  {filepath.Join(file, "leased.db"), "writable"},
		"no place to make": {"/proc/self/leased.db", "/proc/self"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Open(store.Config{Path: c.path})
			wantRefusal(t, err, c.path, fault.Error{Code: fault.Precondition, Reason: store.ReasonUnwritable}, c.word)
		})
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	whole := image(t, closedFile(t, 2000))
	page := os.Getpagesize()
	for name, damage := range map[string]func([]byte) []byte{
		"cut in the middle":     func(b []byte) []byte { return b[:len(b)/2/page*page] },
		"cut in a page":         func(b []byte) []byte { return b[:len(b)/2+100] },
		"cut to its first page": func(b []byte) []byte { return b[:page] },
		"a few octets":          func([]byte) []byte { return []byte("leases") },
		"text":                  func(b []byte) []byte { return []byte(strings.Repeat("not a database\n", 10000)) },
		"zeros":                 func(b []byte) []byte { clear(b); return b },
		"both meta pages":       func(b []byte) []byte { b[40]++; b[page+40]++; return b },
		"all but the meta":      func(b []byte) []byte { clear(b[2*page:]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "leased.db")
			write(t, path, damage(bytes.Clone(whole)))
			_, err := store.Open(store.Config{Path: path})
			wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: store.ReasonCorrupt}, "restore a backup", "ARP")
		})
	}
}

func TestRecordThatCannotBeReadIsNamed(t *testing.T) {
	for bucket, key := range map[string]string{"leases": "\x0a\x00\x00\x01", "reservations": "\x00\x00\x00\x00\x00\x00\x00\x01"} {
		t.Run(bucket, func(t *testing.T) {
			path := closedFile(t, 3)
			edit(t, path, func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte("\xff\xff"))
			})
			s, err := store.Open(store.Config{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			err = s.Load(func(*engine.Lease) error { return nil }, func(*engine.Reservation) error { return nil })
			wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: store.ReasonCorrupt}, bucket)
		})
	}
}

func TestEmptyFileIsTakenAsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	write(t, path, nil)
	write(t, path+".new", []byte("left behind by a crash"))
	openAt(t, store.Config{Path: path}).commit(grant(1, 1))
	if _, err := os.Stat(path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
}

func edit(t *testing.T, path string, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
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

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
