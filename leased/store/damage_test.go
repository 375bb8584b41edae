package store_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// usable opens the file and reads all of it. A file that cannot be read must be refused as damaged; anything else, a panic or a
// fault in one of bbolt's goroutines above all, fails the test.
func usable(t *testing.T, path string) bool {
	t.Helper()
	s, err := store.Open(store.Config{Path: path})
	if err == nil {
		defer s.Close()
		err = s.Load(func(*engine.Lease) error { return nil }, func(*engine.Reservation) error { return nil })
	}
	if err == nil {
		_, _, err = s.Events(0, 0, nil)
	}
	newer := fault.ReasonOf(err) == store.ReasonNewer // the damage may have hit the schema version
	if err != nil && fault.CodeOf(err) != fault.Corrupt && !newer {
		t.Errorf("refused as %v: %v", fault.CodeOf(err), err)
	}
	return err == nil
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
			path := filepath.Join(t.TempDir(), "leased.db")
			write(t, path, b)
			if usable(t, path) {
				t.Errorf("page %d overwritten with %s was not noticed", id, name)
			}
		}
	}
}

// TestDamageNeverPanics changes octets of pages in use at random. Many changes only alter a host name; what counts is that the
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
