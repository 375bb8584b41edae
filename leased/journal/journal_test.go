package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/journal"
)

const page = 4096

// config returns that of a journal in a new directory, with room for 15 short frames in each segment.
func config(t *testing.T) journal.Config {
	t.Helper()
	return journal.Config{
		Path: filepath.Join(t.TempDir(), "test.journal"), Database: strings.Repeat("0123456789abcdef", 2), ID: journal.ID{1, 2, 15: 3},
		Size: 16 * page,
	}
}

// create makes the files.
func create(t *testing.T, cfg journal.Config) {
	t.Helper()
	for i := range journal.Segments {
		if err := cfg.Create(i); err != nil {
			t.Fatal(err)
		}
	}
}

// replay opens a journal and returns what it carries behind frame applied.
func replay(t *testing.T, cfg journal.Config, applied uint64) (*journal.Journal, []string, error) {
	t.Helper()
	j, err := journal.Open(cfg)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { j.Close() })
	var got []string
	err = j.Replay(applied, func(carried []byte) error {
		got = append(got, string(carried))
		return nil
	})
	return j, got, err
}

// begin creates a journal and opens it.
func begin(t *testing.T, cfg journal.Config) *journal.Journal {
	t.Helper()
	create(t, cfg)
	j, got, err := replay(t, cfg, 0)
	if err != nil || len(got) > 0 {
		t.Fatalf("a new journal carries %d frames, %v", len(got), err)
	}
	return j
}

// appendAll appends frames that carry these texts.
func appendAll(t *testing.T, j *journal.Journal, texts ...string) {
	t.Helper()
	for _, s := range texts {
		frame, err := j.Append(append(journal.Begin(nil), s...))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(journal.Carried(frame)); got != s {
			t.Fatalf("a frame that carries %q came back with %q", s, got)
		}
	}
}

func numbered(first, last int) (texts []string) {
	for i := first; i <= last; i++ {
		texts = append(texts, fmt.Sprintf("frame %d %s", i, strings.Repeat("x", i%7*1500)))
	}
	return texts
}

func TestFramesComeBackInOrder(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	appendAll(t, j, numbered(1, 5)...)
	j.Switch()
	appendAll(t, j, numbered(6, 9)...)
	for applied := range uint64(10) {
		again, got, err := replay(t, cfg, applied)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string(nil), numbered(1, 9)[applied:]...), got); diff != "" {
			t.Errorf("behind frame %d (-want +got):\n%s", applied, diff)
		}
		if again.Last() != 9 {
			t.Errorf("behind frame %d: the last frame is %d, want 9", applied, again.Last())
		}
	}
}

// A segment is written again from its beginning, and what is left of its earlier use does not count.
func TestSegmentsAreUsedAgain(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	last := 0
	for round := range 40 {
		before := last
		for range 1 + round%4 {
			last++
			appendAll(t, j, numbered(last, last)...)
		}
		_, got, err := replay(t, cfg, uint64(before))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(numbered(before+1, last), got); diff != "" {
			t.Fatalf("round %d (-want +got):\n%s", round, diff)
		}
		j.Switch()
	}
}

func TestSegmentGrowsAndShrinks(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	size := j.Size()
	n := 0
	for ; !j.Full(100); n++ {
		appendAll(t, j, strings.Repeat("x", 100-24))
	}
	if n != 15 || j.Size() != size {
		t.Errorf("full after %d frames with %d octets, want 15 and %d", n, j.Size(), size)
	}
	for ; !j.Bound(100); n++ {
		appendAll(t, j, strings.Repeat("x", 100-24))
	}
	if n != 63 || j.Size() != size+48*page {
		t.Errorf("bound after %d frames with %d octets, want 63 and %d", n, j.Size(), size+48*page)
	}
	if _, got, err := replay(t, cfg, 0); err != nil || len(got) != n {
		t.Errorf("%d frames come back, %v; want %d", len(got), err, n)
	}
	j.Switch()
	if err := j.Shrink(); err != nil || j.Size() != size {
		t.Errorf("shrunk to %d octets, %v; want %d", j.Size(), err, size)
	}
}

// The last frame is cut off anywhere: what was before it stays.
func TestTornFrameIsDropped(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	appendAll(t, j, "one", "two")
	name := journal.Name(cfg.Path, 0)
	before := content(t, name)
	three := strings.Repeat("three", 3000)
	appendAll(t, j, three)
	after := content(t, name)
	for at := 3 * page; at < 3*page+15024; at += 512 {
		torn := slices.Concat(before[:at], after[at:]) // the beginning is missing
		put(t, name, torn)
		if _, got, err := replay(t, cfg, 0); err != nil || len(got) != 2 && at > 3*page {
			t.Errorf("without the octets up to %d: %d frames, %v", at, len(got), err)
		}
		torn = slices.Concat(after[:at], before[at:])
		put(t, name, torn)
		if _, got, err := replay(t, cfg, 0); err != nil || len(got) != 2 {
			t.Errorf("without the octets from %d on: %d frames, %v", at, len(got), err)
		}
	}
	put(t, name, after)
	if _, got, err := replay(t, cfg, 0); err != nil || len(got) != 3 || got[2] != three {
		t.Errorf("whole: %d frames, %v", len(got), err)
	}
}

func TestJournalThatDoesNotFitIsRefused(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	appendAll(t, j, "one", "two", "three")
	j.Switch()
	appendAll(t, j, "four")
	name := [2]string{journal.Name(cfg.Path, 0), journal.Name(cfg.Path, 1)}
	whole := [2][]byte{content(t, name[0]), content(t, name[1])}
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 1
		return b
	}
	other := func(change func(*journal.Config)) func() {
		return func() {
			cfg := cfg
			change(&cfg)
			create(t, cfg)
		}
	}
	for what, c := range map[string]struct {
		damage  func()
		applied uint64
		want    error
	}{
		"damaged frame in the middle": {func() { put(t, name[0], flip(whole[0], 2*page+25)) }, 0, journal.ErrDamaged},
		"damaged first frame":         {func() { put(t, name[0], flip(whole[0], 1*page+25)) }, 0, journal.ErrGap},
		"damaged last of a segment":   {func() { put(t, name[0], flip(whole[0], 3*page+25)) }, 0, journal.ErrDamaged},
		"damaged length":              {func() { put(t, name[0], flip(whole[0], 2*page+16)) }, 0, journal.ErrDamaged},
		"damaged number":              {func() { put(t, name[0], flip(whole[0], 2*page+8)) }, 0, journal.ErrDamaged},
		"a segment of zeros":          {func() { put(t, name[0], append(bytes.Clone(whole[0][:page]), make([]byte, 15*page)...)) }, 0, journal.ErrGap},
		"older database":              {func() { cut := slices.Clone(whole[0]); clear(cut[page : 3*page]); put(t, name[0], cut) }, 1, journal.ErrGap},
		"damaged first page":          {func() { put(t, name[1], flip(whole[1], 50)) }, 0, journal.ErrDamaged},
		"cut off":                     {func() { put(t, name[1], whole[1][:9*page]) }, 0, journal.ErrDamaged},
		"cut off in its first page":   {func() { put(t, name[1], whole[1][:40]) }, 0, journal.ErrDamaged},
		"another file":                {func() { put(t, name[1], bytes.Repeat([]byte("no journal at all\n"), 1000)) }, 0, journal.ErrForeign},
		"segments changed places":     {func() { put(t, name[0], whole[1]); put(t, name[1], whole[0]) }, 0, journal.ErrForeign},
		"another database":            {other(func(c *journal.Config) { c.Database = strings.Repeat("f", 32) }), 0, journal.ErrForeign},
		"another journal":             {other(func(c *journal.Config) { c.ID[15]++ }), 0, journal.ErrForeign},
	} {
		t.Run(what, func(t *testing.T) {
			c.damage()
			before := [2][]byte{content(t, name[0]), content(t, name[1])}
			_, _, err := replay(t, cfg, c.applied)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), cfg.Path) {
				t.Errorf("got %v, want %v with the name of the file", err, c.want)
			}
			for i := range name {
				if !bytes.Equal(before[i], content(t, name[i])) {
					t.Error("the refused journal was changed")
				}
				put(t, name[i], whole[i])
			}
		})
	}
	if _, got, err := replay(t, cfg, 0); err != nil || len(got) != 4 {
		t.Errorf("whole: %d frames, %v", len(got), err)
	}
}

// Frames of an earlier use, damaged in any way, are no reason to refuse anything.
func TestOldFramesMayBeDamaged(t *testing.T) {
	cfg := config(t)
	j := begin(t, cfg)
	appendAll(t, j, numbered(1, 6)...)
	name := journal.Name(cfg.Path, 0)
	whole := content(t, name)
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := bytes.Clone(whole)
		for range 20 {
			b[page+random.IntN(len(b)-page)] ^= byte(1 + random.IntN(255))
		}
		put(t, name, b)
		// A number that became greater would be behind a gap, if its checksum were right.
		if _, got, err := replay(t, cfg, 6); err != nil || len(got) > 0 {
			t.Fatalf("%d frames, %v", len(got), err)
		}
	}
}

func TestWriteThatFailsNamesTheFile(t *testing.T) {
	for what, write := range map[string]func(f journal.File, p []byte, at int64) (int, error){
		"an error": func(journal.File, []byte, int64) (int, error) { return 0, errDisk },
		"short with an error": func(f journal.File, p []byte, at int64) (int, error) {
			n, _ := f.WriteAt(p[:len(p)/2], at)
			return n, errDisk
		},
		"short without one": func(f journal.File, p []byte, at int64) (int, error) { return f.WriteAt(p[:10], at) },
		"written, and then an error": func(f journal.File, p []byte, at int64) (int, error) {
			n, _ := f.WriteAt(p, at)
			return n, errDisk
		},
	} {
		t.Run(what, func(t *testing.T) {
			cfg := config(t)
			fail := false
			cfg.OpenFile = func(name string) (journal.File, error) {
				f, err := journal.OpenFile(name)
				return &failing{f, &fail, write}, err
			}
			j := begin(t, cfg)
			appendAll(t, j, "one")
			fail = true
			_, err := j.Append(append(journal.Begin(nil), "two"...))
			if err == nil || !strings.Contains(err.Error(), journal.Name(cfg.Path, 0)) {
				t.Errorf("got %v, want an error with the name of the file", err)
			}
			if j.Last() != 1 {
				t.Errorf("the last frame is %d", j.Last())
			}
			if _, got, err := replay(t, cfg, 0); err != nil || len(got) < 1 || len(got) > 2 {
				t.Errorf("afterwards there are %q, %v", got, err)
			}
		})
	}
}

var errDisk = errors.New("the disk fails")

// failing is a file whose writes fail once fail is set.
type failing struct {
	journal.File
	fail  *bool
	write func(f journal.File, p []byte, at int64) (int, error)
}

func (f *failing) WriteAt(p []byte, at int64) (int, error) {
	if *f.fail {
		return f.write(f.File, p, at)
	}
	return f.File.WriteAt(p, at)
}

func TestAppendDoesNotAllocate(t *testing.T) {
	cfg := config(t)
	cfg.Size = 4 << 20
	j := begin(t, cfg)
	room := make([]byte, 0, 64<<10)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := j.Append(append(journal.Begin(room), "a frame"...)); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func content(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
