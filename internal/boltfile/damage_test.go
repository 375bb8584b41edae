package boltfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/fault"
)

// closedFile returns the path of a file at rest with n guests, enough of them for branch pages. Some have a value that takes
// several pages, some a bucket of their own, inside the page of its parent or outside.
func closedFile(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guests.db")
	db, err := fileAt(path).Open()
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketGuests)
		var errs []error
		for i := range n {
			key := fmt.Appendf(nil, "guest %08d", i)
			switch {
			case i%100 == 3:
				errs = append(errs, b.Put(key, bytes.Repeat(key, 3*os.Getpagesize()/len(key))))
			case i%100 == 6 || i%100 == 9:
				luggage, err := b.CreateBucket(key)
				errs = append(errs, err)
				for piece := range i % 100 * 5 {
					errs = append(errs, luggage.Put(fmt.Appendf(nil, "%d", piece), key[:i%100]))
				}
			default:
				errs = append(errs, b.Put(key, bytes.Repeat(key, 3)))
			}
		}
		return errors.Join(errs...)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// usable opens the file and reads all of it. A file that cannot be read must be refused as damaged; anything else, a panic or a
// fault in one of bbolt's goroutines above all, fails the test.
func usable(t *testing.T, path string) bool {
	t.Helper()
	db, err := fileAt(path).Open()
	if err != nil {
		if fault.CodeOf(err) != fault.Corrupt {
			t.Errorf("refused as %v: %v", fault.CodeOf(err), err)
		}
		return false
	}
	defer db.Close()
	if err := db.View(func(tx *bbolt.Tx) error { return readAll(tx.Cursor()) }); err != nil {
		t.Errorf("read a file that was found good: %v", err)
	}
	return true
}

// readAll reads every key and value, and the buckets below.
func readAll(c *bbolt.Cursor) error {
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if v != nil {
			_ = bytes.Count(v, k)
			continue
		}
		below := c.Bucket().Bucket(k)
		if below == nil {
			return fmt.Errorf("bucket %x is not there", k)
		}
		if err := readAll(below.Cursor()); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryDamagedPageIsNoticed(t *testing.T) {
	source := closedFile(t, 500)
	whole := image(t, source)
	page := os.Getpagesize()
	for _, id := range usedPages(t, source) {
		for name, damage := range map[string]func([]byte){
			"zeros":      func(p []byte) { clear(p) },
			"ones":       func(p []byte) { fill(p, 0xff) },
			"other page": func(p []byte) { copy(p, whole[(id-1)*page:id*page]) },
		} {
			b := bytes.Clone(whole)
			damage(b[id*page : (id+1)*page])
			path := filepath.Join(t.TempDir(), "guests.db")
			write(t, path, b)
			if usable(t, path) {
				t.Errorf("page %d overwritten with %s was not noticed", id, name)
			}
		}
	}
}

// TestDamageNeverPanics changes octets of pages in use at random. Many changes only alter a value; what counts is that the
// process survives each.
func TestDamageNeverPanics(t *testing.T) {
	source := closedFile(t, 200)
	whole, pages, page := image(t, source), usedPages(t, source), os.Getpagesize()
	dir := t.TempDir()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	refused := 0
	for i := range 400 {
		b := bytes.Clone(whole)
		start := pages[random.IntN(len(pages))] * page
		// The header and the first elements are what a page is held together by.
		reach := []int{16, 64, page}[random.IntN(3)]
		for range 1 + random.IntN(3) {
			b[start+random.IntN(reach)] = byte(random.Uint32())
		}
		path := filepath.Join(dir, strconv.Itoa(i)) // a new file: cutting off one that is still mapped would be a fault of ours
		write(t, path, b)
		if !usable(t, path) {
			refused++
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if refused == 0 {
		t.Error("no damage was noticed")
	}
}

// usedPages returns the pages of the file that are not free, without the meta pages.
func usedPages(t *testing.T, path string) (used []int) {
	t.Helper()
	db, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		for id := 2; ; {
			p, err := tx.Page(id)
			if p == nil || err != nil {
				return err
			}
			if p.Type == "leaf" || p.Type == "branch" {
				used = append(used, id)
			}
			id += 1 + p.OverflowCount
		}
	})
	if err != nil || len(used) < 3 {
		t.Fatalf("pages in use %v: %v", used, err)
	}
	return used
}

func fill(p []byte, b byte) {
	for i := range p {
		p[i] = b
	}
}
