package boltfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
)

// TestRelease: a file that was read is in the memory of the process, until it is released; what is in it can be read all the same.
func TestRelease(t *testing.T) {
	bucket, value := []byte("b"), make([]byte, 1<<20)
	file := boltfile.File{Path: filepath.Join(t.TempDir(), "test.db"), Kind: "test database", Create: func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket(bucket)
		for i := range 16 {
			if err == nil {
				err = b.Put([]byte{byte(i)}, value)
			}
		}
		return err
	}}
	db, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	read := func() (n int) {
		err := db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket(bucket).ForEach(func(_, v []byte) error {
				for _, octet := range v {
					n += 1 + int(octet)
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 2 {
		if n := read(); n != 16<<20 {
			t.Fatalf("read %d octets", n)
		}
		if kb := resident(t, file.Path); kb < 16<<10 {
			t.Errorf("%d KiB are resident after all was read", kb)
		}
		if err := boltfile.Release(db); err != nil {
			t.Fatal(err)
		}
		if kb := resident(t, file.Path); kb > 1<<10 {
			t.Errorf("%d KiB are resident after a release", kb)
		}
	}
}

// resident returns how much of the mapping of a file is in memory, in KiB.
func resident(t *testing.T, path string) (kb int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, of, ok := strings.Cut(string(maps), path)
	if !ok {
		t.Fatalf("%s is not mapped", path)
	}
	_, rss, _ := strings.Cut(of, "Rss:")
	if _, err := fmt.Sscan(rss, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
