package engine_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"rollcall/leased/engine"
)

// odd returns leases that no ordinary client leaves behind, one for each thing that a lease may have.
func odd() []engine.Lease {
	full := engine.HWOf(32, []byte("0123456789abcdef"))
	long := make([]byte, 70_000)
	for i := range long {
		long[i] = byte(i)
	}
	return []engine.Lease{
		{State: engine.Active, HW: full, ClientID: []byte{1}, Expires: 1_800_000_600},
		{State: engine.Active, HW: engine.HW{Type: 7}, ClientID: []byte("\x01\x02\x03\x04\x05\x06\x07"), ByHardware: true, Expires: engine.Never},
		{State: engine.Active, HW: hwOf("A"), ClientID: append([]byte{1}, hwOf("A").Bytes()...), Started: 1, CLTT: 2, Expires: 1_800_000_600},
		{State: engine.Active, HW: hwOf("A"), ClientID: append([]byte{6}, hwOf("A").Bytes()...), Giaddr: ip("10.9.9.9"), RelayInfo: []byte{1, 1, 7}},
		{State: engine.Declined, HW: hwOf("B"), Reason: engine.QuarantineConflict, Quarantines: 3, Expires: 1_800_000_600},
		{State: engine.Declined, HW: hwOf("B"), Reason: engine.QuarantineDeclined, Quarantines: 1 << 31, Expires: 1_800_000_600},
		{State: engine.Released, HW: hwOf("C"), Reason: "of a later version", Hostname: "host", VendorClass: []byte("MSFT 5.0")},
		{State: engine.Expired, HW: hwOf("D"), Started: -5, CLTT: 1 << 40, Expires: 1 << 41, Revision: 1 << 60, Renewals: 1<<32 - 1},
		{State: engine.Active, HW: hwOf("D"), Started: -5, CLTT: 1 << 40, Expires: engine.Never, FoundByARP: true, Reservation: "config-17"},
		{State: engine.Expired, HW: hwOf("E"), Expires: 1<<32 - 1, RelayInfo: long},
		{State: engine.Expired, HW: hwOf("E"), Expires: -1},
	}
}

// TestLeaseIsKept: what goes in comes out, whatever was there before, and stays as it is for those who have it.
func TestLeaseIsKept(t *testing.T) {
	s := engine.NewState(planning{}.plan())
	at := ip("10.80.0.100")
	var given, want []*engine.Lease
	for _, before := range odd() {
		for _, l := range odd() {
			for _, l := range []engine.Lease{before, l} {
				l.IP, l.Subnet = at, fmt.Sprint("yard", len(given)%3)
				s.Put(&engine.Commit{Leases: []*engine.Lease{&l}})
				if err := s.Check(); err != nil {
					t.Fatalf("after %+v: %v", l, err)
				}
				given, want = append(given, s.Lease(at)), append(want, &l)
			}
		}
	}
	for i := range want {
		if !reflect.DeepEqual(given[i], want[i]) {
			t.Fatalf("put %+v, got %+v", want[i], given[i])
		}
	}
}

// TestChurn lets clients of all kinds take each other's place again and again, many of them with one hardware address. What is
// remembered must agree with what was put in.
func TestChurn(t *testing.T) {
	const addresses, rounds = 600, 20
	rnd := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, askable(planning{}))
	first := ip("10.80.0.1")
	kinds, want := odd(), map[engine.IP]*engine.Lease{}
	for range rounds {
		var c engine.Commit
		for i := range addresses {
			l := kinds[rnd.IntN(4)]
			l.IP, l.Subnet, l.Revision = first+engine.IP(rnd.IntN(addresses)), "yard", uint64(i+1)
			l.State, l.Expires = engine.LeaseState(1+rnd.IntN(3)), w.now.Unix()+int64(rnd.IntN(100))
			l.Hostname = fmt.Sprintf("host-%0*d", rnd.IntN(400)+1, i)
			if rnd.IntN(2) == 0 {
				l.HW = engine.HWOf(1, []byte{2, 9, byte(rnd.IntN(256)), byte(rnd.IntN(256)), 0, byte(i)})
			}
			c.Leases = append(c.Leases, &l)
			want[l.IP] = &l
		}
		w.s.Put(&c)
		if rnd.IntN(4) == 0 {
			lost := c.Leases[:10]
			w.s.Correct(lost, nil)
			for _, l := range lost {
				delete(want, l.IP)
			}
		}
		if err := w.s.Check(); err != nil {
			t.Fatal(err)
		}
	}
	if w.s.Leases() != len(want) {
		t.Errorf("%d leases, want %d", w.s.Leases(), len(want))
	}
	byHW := map[engine.HW]int{}
	for ip, l := range want {
		if have := w.s.Lease(ip); !reflect.DeepEqual(have, l) {
			t.Fatalf("have %+v, want %+v", have, l)
		}
		byHW[l.HW]++
	}
	for hw, n := range byHW {
		if have := w.s.LeasesOf(hw); len(have) != n {
			t.Errorf("%v has %d leases, want %d", hw, len(have), n)
		}
	}
	w.now = w.now.Add(time.Hour)
	for more := true; more; {
		_, more = w.s.Expire(w.now, 100)
	}
	if err := w.s.Check(); err != nil {
		t.Error(err)
	}
}
