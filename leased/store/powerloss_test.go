package store_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/store"
)

// disk is what the files of a database hold, the database without the free space at its end.
type disk [3][]byte

// powerLoss plays a life of a database in which the power fails again and again.
type powerLoss struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	path   string
	s      store.Stepped
	m      *model
	cuts   int
}

// TestPowerLoss cuts the power inside writes. Of the sectors that a write to the journal was to change, any may have reached the disk;
// in every second case those that did not hold garbage. Of the pages that a transaction of the database wrote before its first sync any
// may have, whole or in part; the page that makes them current comes after them and may be torn. Each such disk must open with
// everything that was acknowledged, and of the group under way all or nothing. Now and then life goes on from there.
func TestPowerLoss(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	p := &powerLoss{t: t, random: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir(), m: newModel()}
	p.path = filepath.Join(p.dir, "0.db")
	p.begin()
	rounds := 100
	if testing.Short() {
		rounds = 25
	}
	for range rounds {
		switch n := p.random.IntN(8); {
		case n < 6:
			p.commit()
		case n < 7:
			p.checkpoint()
		default:
			if p.random.IntN(4) == 0 {
				p.restart()
			}
		}
	}
	if err := p.s.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("the power failed %d times", p.cuts)
}

// journalSize is small, so that segments change places often and grow.
const journalSize = 64 << 10

func (p *powerLoss) begin() {
	p.t.Helper()
	s, err := store.Open(store.Config{Path: p.path, JournalSize: journalSize})
	if err != nil {
		p.t.Fatal(err)
	}
	if p.s, err = store.Step(s); err != nil {
		p.t.Fatal(err)
	}
}

// commit makes a group durable and cuts the power inside its write.
func (p *powerLoss) commit() {
	p.t.Helper()
	if !p.s.Room(200 << 10) {
		p.checkpoint()
	}
	before, was := p.picture(), p.m.clone()
	group := p.m.some(p.random)
	if err := p.s.Commit(group...); err != nil {
		p.t.Fatal(err)
	}
	p.m.apply(group)
	after := p.picture()
	for range 4 {
		cut, whole := p.tear(before, after)
		state := p.open(cut)
		switch {
		case reflect.DeepEqual(p.m.state(), state):
		case whole:
			p.t.Fatalf("an acknowledged group is missing (-want +got):\n%s", cmp.Diff(p.m.state(), state))
		case !reflect.DeepEqual(was.state(), state):
			p.t.Fatalf("neither before the group nor after it (-before +got):\n%s", cmp.Diff(was.state(), state))
		}
	}
	p.check("after a commit", after)
	if p.random.IntN(10) == 0 { // the machine comes back after a failure and goes on
		cut, _ := p.tear(before, after)
		if !reflect.DeepEqual(p.m.state(), p.open(cut)) {
			was.number = p.m.number
			p.m = was
		}
		p.adopt(cut)
	}
}

// checkpoint closes a part and brings it into the database, and cuts the power in each of the transactions.
func (p *powerLoss) checkpoint() {
	p.t.Helper()
	p.s.ClosePart()
	before := p.picture()
	step := func() {
		after := p.picture()
		if bytes.Equal(before[0], after[0]) {
			return
		}
		p.transaction(before, after)
		before = after
	}
	stop := -1.0
	if p.random.IntN(3) == 0 {
		stop = p.random.Float64()
	}
	errPower := errors.New("the power fails")
	err := p.s.Checkpoint(func(done float64) (int, error) {
		step()
		if stop >= 0 && done > stop {
			return 0, errPower
		}
		return 40, nil
	})
	if errors.Is(err, errPower) {
		p.adopt(before)
		return
	}
	if err != nil {
		p.t.Fatal(err)
	}
	step()
}

// transaction cuts the power in one transaction of the database.
func (p *powerLoss) transaction(before, after disk) {
	p.t.Helper()
	page := os.Getpagesize()
	cut := after
	cut[0] = bytes.Clone(after[0])
	copy(cut[0], before[0])
	for at := 2 * page; at < len(cut[0]); at += page {
		if n := []int{0, page, p.random.IntN(page)}[p.random.IntN(3)]; n > 0 {
			copy(cut[0][at:at+n], after[0][at:])
		}
	}
	p.check("some pages of a checkpoint", cut)
	copy(cut[0][2*page:], after[0][2*page:])
	for at := range 2 { // the meta page that changed
		if m := after[0][at*page : at*page+80]; !bytes.Equal(m, before[0][at*page:at*page+80]) {
			torn := cut
			torn[0] = bytes.Clone(cut[0])
			copy(torn[0][at*page:at*page+60], m) // without its checksum
			p.check("torn meta page of a checkpoint", torn)
		}
	}
	p.check("a step of a checkpoint", after)
}

// restart is a clean stop and a start without the journal: nothing may need it.
func (p *powerLoss) restart() {
	p.t.Helper()
	if err := errors.Join(p.s.Complete(), p.s.Close()); err != nil {
		p.t.Fatal(err)
	}
	if p.random.IntN(2) == 0 {
		for _, name := range databaseFiles[1:] {
			if err := os.Remove(p.path + name); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.begin()
	p.check("after a restart", p.picture())
}

// tear returns the disk as a power failure in the write from before to after may leave it, and whether everything is there.
func (p *powerLoss) tear(before, after disk) (cut disk, whole bool) {
	const sector, page = 512, 4096
	cut, whole = after, true
	garbage := p.random.IntN(2) == 0
	for i := 1; i < len(cut); i++ {
		old := make([]byte, len(after[i]))
		copy(old, before[i])
		cut[i] = bytes.Clone(after[i])
		if bytes.Equal(old, after[i]) {
			continue
		}
		for at := 0; at < len(old); at += sector {
			start := at / page * page
			changed := !bytes.Equal(old[start:start+page], after[i][start:start+page]) // the page was written
			if !changed || p.random.IntN(2) == 0 {
				continue
			}
			if garbage && p.random.IntN(3) == 0 {
				for j := range sector {
					cut[i][at+j] = byte(p.random.Uint32())
				}
			} else {
				copy(cut[i][at:at+sector], old[at:])
			}
			whole = false
		}
	}
	return cut, whole
}

// check opens a disk, which must hold what the model says.
func (p *powerLoss) check(what string, d disk) {
	p.t.Helper()
	wantState(p.t, what, p.m.state(), p.open(d))
}

// open returns what a disk says, and checks that opening it left it whole.
func (p *powerLoss) open(d disk) state {
	p.t.Helper()
	p.cuts++
	path := filepath.Join(p.dir, "cut.db")
	p.put(path, d)
	st := stateOf(p.t, path)
	if p.random.IntN(8) == 0 {
		checkFile(p.t, path)
	}
	return st
}

// adopt goes on with a disk.
func (p *powerLoss) adopt(d disk) {
	p.t.Helper()
	_ = p.s.Close()
	p.path = filepath.Join(p.dir, strconv.Itoa(p.cuts)+".db")
	p.put(p.path, d)
	p.begin()
	wantState(p.t, "after a power failure", p.m.state(), stored(p.t, p.s.Store))
}

func (p *powerLoss) put(path string, d disk) {
	p.t.Helper()
	for i, b := range d {
		write(p.t, path+databaseFiles[i], b)
	}
}

// picture returns what the disk holds.
func (p *powerLoss) picture() (d disk) {
	p.t.Helper()
	size, err := p.s.Size()
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := os.Open(p.path)
	if err != nil {
		p.t.Fatal(err)
	}
	d[0] = make([]byte, size)
	_, err = io.ReadFull(f, d[0])
	if err := errors.Join(err, f.Close()); err != nil {
		p.t.Fatal(err)
	}
	for i := 1; i < len(d); i++ {
		d[i] = read(p.t, p.path+databaseFiles[i])
	}
	return d
}
