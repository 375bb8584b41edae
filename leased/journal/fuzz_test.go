package journal_test

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"rollcall/leased/journal"
)

// memory is a segment in memory. What is asked of it beyond its end shows how much a length field is trusted.
type memory struct {
	t *testing.T
	b []byte
}

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	if len(p) > max(len(m.b), 1<<20) {
		m.t.Errorf("a read of %d octets from a file of %d", len(p), len(m.b))
	}
	return bytes.NewReader(m.b).ReadAt(p, at)
}

func (m *memory) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (m *memory) Truncate(int64) error                   { return nil }
func (m *memory) Close() error                           { return nil }
func (m *memory) Stat() (fs.FileInfo, error)             { return size{n: int64(len(m.b))}, nil }

type size struct {
	fs.FileInfo
	n int64
}

func (s size) Size() int64 { return s.n }

// FuzzReplay reads journals whose octets behind the first page, or with it, are arbitrary: never a panic, never more memory than the
// file is long, and nothing but whole frames.
func FuzzReplay(f *testing.F) {
	t := &testing.T{}
	dir := f.TempDir()
	cfg := journal.Config{Path: dir + "/seed", Database: "0123456789abcdef0123456789abcdef", ID: journal.ID{9}, Size: 4 * page}
	for i := range journal.Segments {
		if err := cfg.Create(i); err != nil {
			f.Fatal(err)
		}
	}
	j, err := journal.Open(cfg)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(j.Replay(0, nil)); err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"one", "two"} {
		if _, err := j.Append(append(journal.Begin(nil), s...)); err != nil {
			f.Fatal(err)
		}
	}
	j.Switch()
	if _, err := j.Append(append(journal.Begin(nil), "three"...)); err != nil {
		f.Fatal(err)
	}
	seeds := [2][]byte{content(t, journal.Name(cfg.Path, 0)), content(t, journal.Name(cfg.Path, 1))}
	f.Add(seeds[0], seeds[1], uint64(0))
	f.Add(seeds[0], seeds[0], uint64(1))
	f.Add(seeds[0][:3*page], []byte{}, uint64(0))
	f.Fuzz(func(t *testing.T, first, second []byte, applied uint64) {
		files := [][]byte{first, second}
		cfg := cfg
		cfg.OpenFile = func(name string) (journal.File, error) {
			b := files[0]
			files = files[1:]
			return &memory{t, b}, nil
		}
		j, err := journal.Open(cfg)
		if err != nil {
			return
		}
		before := applied
		if err := j.Replay(applied, func([]byte) error { applied++; return nil }); err == nil && j.Last() != applied {
			t.Errorf("%d frames behind %d, and the last is %d", applied-before, before, j.Last())
		}
	})
}
