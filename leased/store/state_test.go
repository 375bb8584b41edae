package store_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// state is everything a database says.
type state struct {
	Leases []*engine.Lease
	Roll   []*engine.Reservation
	Boots  []*engine.BootState
	Events []*engine.Event
}

func stateOf(t *testing.T, path string) state {
	t.Helper()
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer s.Close()
	return stored(t, s)
}

// stored returns everything that an open database says.
func stored(t *testing.T, s *store.Store) (st state) {
	t.Helper()
	st.Leases, st.Roll = loadAll(t, s)
	st.Boots = loadBoots(t, s)
	var err error
	if st.Events, _, err = s.Events(0, 0, nil); err != nil {
		t.Fatalf("events: %v", err)
	}
	return st
}

// wantState compares what a database says.
func wantState(t *testing.T, what string, want, got state) {
	t.Helper()
	if !reflect.DeepEqual(want, got) { // much faster, and nearly always all there is to do
		t.Fatalf("%s (-want +got):\n%s", what, cmp.Diff(want, got))
	}
}
