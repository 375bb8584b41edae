package storetest_test

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"rollcall/leased/engine"
	"rollcall/leased/store"
	"rollcall/leased/store/storetest"
)

func TestFill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "leased.db")
	const count = 10_000
	first, ends := netip.MustParseAddr("10.0.0.10"), time.Unix(1_800_000_000, 0)
	err := storetest.Fill(path, storetest.Leases{Subnet: "hall", First: first, Count: count, Ends: ends, Over: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	err = s.Load(func(l *engine.Lease) error {
		if l.IP != engine.IPOf(first)+engine.IP(n) || l.HW != storetest.Machine(n) || l.Subnet != "hall" || !l.Holds(ends.Unix()-1) ||
			l.Expires >= ends.Unix()+60 {
			t.Fatalf("lease %d is %+v", n, l)
		}
		n++
		return nil
	}, func(*engine.Reservation) error { return nil }, func(*engine.BootState) error { return nil })
	if err != nil || n != count {
		t.Errorf("loaded %d leases, %v; want %d", n, err, count)
	}
}
