package store_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// TestReadsSeeJournalAndDatabaseAsOne commits at random, stops checkpoints anywhere inside, and starts again with and without a clean
// stop. After each step every way of reading must agree with a map, wherever a record is.
func TestReadsSeeJournalAndDatabaseAsOne(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "leased.db")
	m := newModel()
	open := func() store.Stepped {
		s, err := store.Open(store.Config{Path: path, JournalSize: journalSize})
		if err != nil {
			t.Fatal(err)
		}
		if leases, roll := loadAll(t, s); !reflect.DeepEqual(m.state().Leases, leases) || !reflect.DeepEqual(m.state().Roll, roll) {
			t.Fatalf("%d leases and %d reservations loaded, want %d and %d, or others", len(leases), len(roll), len(m.leases), len(m.roll))
		}
		if diff := cmp.Diff(m.state().Boots, loadBoots(t, s)); diff != "" {
			t.Fatalf("boots (-want +got):\n%s", diff)
		}
		if n := s.NextReservationID(); n != m.number+1 {
			t.Fatalf("the next reservation is %d, want %d", n, m.number+1)
		}
		stepped, err := store.Step(s)
		if err != nil {
			t.Fatal(err)
		}
		return stepped
	}
	errStop := errors.New("stop here")
	s := open()
	for range 300 {
		switch n := random.IntN(20); {
		case n < 12:
			group := m.some(random)
			if !s.Room(200 << 10) {
				if err := s.Checkpoint(func(float64) (int, error) { return 50, nil }); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Commit(group...); err != nil {
				t.Fatal(err)
			}
			m.apply(group)
		case n < 15:
			s.ClosePart()
		case n < 18:
			stop := random.Float64() * 2 // more than 1: not at all
			if err := s.Checkpoint(func(done float64) (int, error) {
				wantReads(t, random, s.Store, m)
				if done >= stop {
					return 0, errStop
				}
				return 1 + random.IntN(100), nil
			}); err != nil && !errors.Is(err, errStop) {
				t.Fatal(err)
			}
		case n < 19:
			if err := errors.Join(s.Complete(), s.Close()); err != nil {
				t.Fatal(err)
			}
			s = open()
		default:
			if err := s.Close(); err != nil { // as a crash leaves it
				t.Fatal(err)
			}
			s = open()
		}
		wantReads(t, random, s.Store, m)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestLongListSpansJournalAndDatabase lists more leases than are read at a time, from all places where they can be.
func TestLongListSpansJournalAndDatabase(t *testing.T) {
	opened, err := store.Open(store.Config{Path: filepath.Join(t.TempDir(), "leased.db")})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Step(opened)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel()
	for round, every := range []uint32{3, 2, 5} { // in the database, in the closed part, in the part in use
		var c engine.Commit
		for n := uint32(12_000); n > 0; n -= every {
			if n < every {
				break
			}
			c.Leases = append(c.Leases, lease(n, uint64(round+1)))
		}
		if err := s.Commit(c); err != nil {
			t.Fatal(err)
		}
		m.apply([]engine.Commit{c})
		s.ClosePart()
		if round == 0 {
			if err := s.Checkpoint(func(float64) (int, error) { return 1000, nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := s.Leases(0, 0, 0, nil); err != nil || !reflect.DeepEqual(m.state().Leases, got) {
		t.Errorf("%d leases, %v; want %d, or others", len(got), err, len(m.leases))
	}
	// Half of the closed part is in the database too.
	errStop := errors.New("stop here")
	if err := s.Checkpoint(func(done float64) (int, error) {
		if done > 0.5 {
			return 0, errStop
		}
		return 1000, nil
	}); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	if got, err := s.Leases(0, 0, 0, nil); err != nil || !reflect.DeepEqual(m.state().Leases, got) {
		t.Errorf("%d leases, %v; want %d, or others", len(got), err, len(m.leases))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantReads reads some of everything in every way.
func wantReads(t *testing.T, random *rand.Rand, s *store.Store, m *model) {
	t.Helper()
	ips := slices.Sorted(maps.Keys(m.leases))
	for range 3 {
		ip := lease(1+random.Uint32N(210), 0).IP
		l, ok, err := s.Lease(ip)
		if want := m.leases[ip]; err != nil || ok != (want != nil) || ok && !reflect.DeepEqual(l, want) {
			t.Fatalf("lease of %s is %+v, %v, %v; want %+v", ip, l, ok, err, want)
		}
	}
	after, last, limit := lease(random.Uint32N(210), 0).IP, lease(random.Uint32N(210), 0).IP, random.IntN(40)
	odd := func(l *engine.Lease) bool { return l.Revision%2 == 1 }
	var want []*engine.Lease
	for _, ip := range ips {
		if after < ip && ip <= last && odd(m.leases[ip]) && (limit == 0 || len(want) < limit) {
			want = append(want, m.leases[ip])
		}
	}
	if got, err := s.Leases(after, last, limit, odd); err != nil || !reflect.DeepEqual(want, got) {
		t.Fatalf("%d leases after %s up to %s, at most %d: %v; want %d", len(got), after, last, limit, err, len(want))
	}
	if s.LastSequence() != uint64(len(m.events)) {
		t.Fatalf("the newest event is %d, want %d", s.LastSequence(), len(m.events))
	}
	if len(m.events) == 0 {
		return
	}
	cursor := uint64(random.IntN(len(m.events)))
	limit = 1 + random.IntN(60)
	wantEvents := m.events[cursor:min(len(m.events), int(cursor)+limit)]
	if got, next, err := s.Events(cursor, limit, nil); err != nil || !reflect.DeepEqual(wantEvents, got) ||
		next != cursor+uint64(len(got)) {
		t.Fatalf("%d events after %d, up to %d: %v; want %d", len(got), cursor, next, err, len(wantEvents))
	}
	newest := slices.Clone(m.events[max(0, len(m.events)-limit):])
	slices.Reverse(newest)
	if got, err := s.NewestEvents(limit, nil); err != nil || !reflect.DeepEqual(newest, got) {
		t.Fatalf("%d newest events: %v; want %d", len(got), err, len(newest))
	}
}
