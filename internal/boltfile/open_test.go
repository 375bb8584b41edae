package boltfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
	"rollcall/internal/fault"
)

var bucketGuests = []byte("guests")

// fileAt is a file of guests.
func fileAt(path string) boltfile.File {
	return boltfile.File{
		Path: path, Kind: "guest book", Owner: "porter", Loss: "nobody remembers the guests",
		Create: func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket(bucketGuests)
			return err
		},
	}
}

// open opens a file that must be good. When the test ends, it is closed.
func open(t *testing.T, path string) *bbolt.DB {
	t.Helper()
	db, err := fileAt(path).Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// enter writes one guest.
func enter(t *testing.T, db *bbolt.DB) {
	t.Helper()
	if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketGuests).Put([]byte("guest"), []byte("here")) }); err != nil {
		t.Error(err)
	}
}

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

func TestSecondProcessIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the 5 s of waiting for the lock pass at once
		path := filepath.Join(t.TempDir(), "guests.db")
		db := open(t, path)
		_, err := fileAt(path).Open()
		wantRefusal(t, err, path, fault.Error{Code: fault.Unavailable, Reason: boltfile.ReasonInUse}, "another process")
		enter(t, db)
	})
}

func TestUnwritablePlaceIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, word string }{
		"no directory":     {filepath.Join(dir, "none", "guests.db"), "create the directory " + filepath.Join(dir, "none")},
		"not a directory":  {filepath.Join(file, "guests.db"), "writable for the user that porter runs as"},
		"no place to make": {"/proc/self/guests.db", "/proc/self"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fileAt(c.path).Open()
			wantRefusal(t, err, c.path, fault.Error{Code: fault.Precondition, Reason: boltfile.ReasonUnwritable}, c.word)
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
		"a few octets":          func([]byte) []byte { return []byte("guests") },
		"text":                  func(b []byte) []byte { return []byte(strings.Repeat("not a database\n", 10000)) },
		"zeros":                 func(b []byte) []byte { clear(b); return b },
		"both meta pages":       func(b []byte) []byte { b[40]++; b[page+40]++; return b },
		"all but the meta":      func(b []byte) []byte { clear(b[2*page:]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "guests.db")
			damaged := damage(bytes.Clone(whole))
			write(t, path, damaged)
			_, err := fileAt(path).Open()
			wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: boltfile.ReasonCorrupt}, "restore a backup", "remembers")
			if !bytes.Equal(read(t, path), damaged) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func TestEmptyFileIsTakenAsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "guests.db")
	write(t, path, nil)
	write(t, path+".new", []byte("left behind by a crash"))
	enter(t, open(t, path))
	if _, err := os.Stat(path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
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
