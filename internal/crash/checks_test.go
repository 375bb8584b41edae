package crash_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The checks of this package find what they look for, and nothing else: a clean story is clean, and with one fault planted in it
// just that fault is found.
func TestChecks(t *testing.T) {
	tests := []struct {
		name  string
		plant func(*story)
		want  []kind
	}{
		{"nothing", func(*story) {}, nil},
		{"a move, told with what the machine got", func(s *story) {
			s.events[3] = event{sequence: 4, kind: "lease.granted", client: "b", address: addr3, at: s.at(7), previous: addr2}
			s.leases[addr3] = stored{"b", true, s.at(64)}
		}, nil},
		{"a lease that is gone", func(s *story) { delete(s.leases, addr1) }, []kind{missing, mismatch}},
		{"a lease that ended", func(s *story) { s.leases[addr1] = stored{"a", false, s.at(60)} }, []kind{missing, mismatch}},
		{"a lease of somebody else", func(s *story) { s.leases[addr1] = stored{"c", true, s.at(60)} }, []kind{duplicate, mismatch}},
		{"a renewal that is gone", func(s *story) { s.leases[addr1] = stored{"a", true, s.at(58)} }, []kind{shortened}},
		{"two acknowledged clients", func(s *story) { s.claims[1].gaveBack = s.at(13) }, []kind{duplicate}},
		{"a client that has what two others get", func(s *story) {
			s.claims = append(s.claims, claim{"d", addr2, 9, s.at(0), s.at(1), s.at(90), s.at(14)})
		}, []kind{duplicate, untold}},
		{"two clients by the log", func(s *story) { s.events[3].kind = "pool.low" }, []kind{duplicate}},
		{"an event that is gone", func(s *story) { s.events = slices.Delete(s.events, 1, 2) }, []kind{gap}},
		{"a grant that is gone", func(s *story) { s.events[0].kind = "pool.low" }, []kind{mismatch, untold}},
		{"an end that nobody had", func(s *story) {
			s.events[1] = event{sequence: 2, kind: "lease.released", client: "a", address: addr2, at: s.at(3)}
		}, []kind{mismatch}},
		{"an end that is another's", func(s *story) { s.events[3].client = "a" }, []kind{duplicate, mismatch}},
		{"a log that lost its end", func(s *story) { s.again = s.events[:4] }, []kind{rewritten}},
		{"a log that says something else", func(s *story) {
			s.again = slices.Clone(s.events)
			s.again[1].kind = "pool.exhausted"
		}, []kind{rewritten}},
		{"a webhook that is missing", func(s *story) { s.arrived = slices.Delete(s.deliver(), 2, 3) }, []kind{lost}},
		{"webhooks in another order", func(s *story) { slices.Reverse(s.deliver()) }, []kind{disordered}},
		{"a repetition with another id", func(s *story) { s.deliver()[4].id = "new" }, []kind{altered}},
		{"a webhook of something else", func(s *story) { s.deliver()[5].address = addr1 }, []kind{altered}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := clean()
			tt.plant(s)
			var got []kind
			for _, f := range s.check() {
				got = append(got, f.kind)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, slices.Compact(got)); diff != "" {
				t.Errorf("faults found (-want +got):\n%s", diff)
			}
		})
	}
}

var (
	addr1 = netip.MustParseAddr("10.40.1.1")
	addr2 = netip.MustParseAddr("10.40.1.2")
	addr3 = netip.MustParseAddr("10.40.1.3")
)

// story is a run as the checks see it.
type story struct {
	begin   time.Time
	claims  []claim
	leases  map[netip.Addr]stored
	events  []event   // as read at first
	again   []event   // as read once more; nil: the same
	arrived []webhook // nil: those of the events
}

func (s *story) at(second int) time.Time { return s.begin.Add(time.Duration(second) * time.Second) }

// clean is a story without a fault: a leases and renews, b leases and releases, and c leases what b had.
func clean() *story {
	s := &story{begin: time.Unix(1_700_000_000, 0)}
	s.claims = []claim{
		{"a", addr1, 1, s.at(0), s.at(2), s.at(60), time.Time{}},
		{"b", addr2, 2, s.at(4), s.at(6), s.at(64), s.at(8)},
		{"c", addr2, 3, s.at(10), s.at(12), s.at(70), time.Time{}},
	}
	s.leases = map[netip.Addr]stored{addr1: {"a", true, s.at(60)}, addr2: {"c", true, s.at(70)}}
	s.events = []event{
		{sequence: 1, kind: "lease.granted", client: "a", address: addr1, at: s.at(1)},
		{sequence: 2, kind: "pool.low", at: s.at(5)},
		{sequence: 3, kind: "lease.granted", client: "b", address: addr2, at: s.at(5)},
		{sequence: 4, kind: "lease.released", client: "b", address: addr2, at: s.at(9)},
		{sequence: 5, kind: "lease.granted", client: "c", address: addr2, at: s.at(11)},
	}
	return s
}

// deliver sends the webhooks of the events, one of them twice.
func (s *story) deliver() []webhook {
	for _, e := range slices.Insert(slices.Clone(s.events), 4, s.events[3]) {
		s.arrived = append(s.arrived, webhook{fmt.Sprint("msg_", e.sequence), e})
	}
	return s.arrived
}

// check is what a run does in the end.
func (s *story) check() (fs []finding) {
	var log eventLog
	read := slices.Clone(s.events)
	fs = append(fs, log.merge(read, read[len(read)-1].sequence)...)
	if s.again != nil {
		fs = append(fs, log.merge(s.again, s.again[len(s.again)-1].sequence)...)
		log.events = read
	}
	h, contradictions := log.replay()
	fs = append(fs, contradictions...)
	fs = append(fs, checkTold(s.claims, h)...)
	fs = append(fs, checkSum(h, s.leases, s.at(20))...)
	fs = append(fs, checkOverlaps(s.claims)...)
	var relied []claim
	for _, c := range s.claims {
		if c.gaveBack.IsZero() {
			relied = append(relied, c)
		}
	}
	fs = append(fs, checkLeases(relied, s.leases)...)
	if s.arrived == nil {
		s.deliver()
	}
	return append(fs, checkWebhooks(s.arrived, read)...)
}
