package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
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

func TestFileOfANewerProgramIsRefused(t *testing.T) {
	path := closedFile(t, 3)
	edit(t, path, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), binary.BigEndian.AppendUint32(nil, 4))
	})
	before := read(t, path)
	_, err := store.Open(store.Config{Path: path})
	wantRefusal(t, err, path, fault.Error{Code: fault.Precondition, Reason: boltfile.ReasonNewer}, "schema 4", "newer")
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
	wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: boltfile.ReasonForeign}, "move the file away")
}

func TestDamagedFileIsRefused(t *testing.T) {
	path := closedFile(t, 3)
	write(t, path, []byte(strings.Repeat("not a database\n", 10000)))
	_, err := store.Open(store.Config{Path: path})
	wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: boltfile.ReasonCorrupt}, "restore a backup", "ARP")
}

func TestRecordThatCannotBeReadIsNamed(t *testing.T) {
	for bucket, key := range map[string]string{"leases": "\x0a\x00\x00\x01", "reservations": "\x00\x00\x00\x00\x00\x00\x00\x01",
		"boots": "\x01\x06\x52\x54\x00\x00\x00\x01" + strings.Repeat("\x00", 10)} {
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
			err = s.Load(func(*engine.Lease) error { return nil }, func(*engine.Reservation) error { return nil },
				func(*engine.BootState) error { return nil })
			wantRefusal(t, err, path, fault.Error{Code: fault.Corrupt, Reason: boltfile.ReasonCorrupt}, bucket)
		})
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
