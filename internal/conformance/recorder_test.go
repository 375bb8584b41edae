package conformance_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// conversations are the messages of every case, as an input of the fuzzer; and some of composed ones.
func conversations(f *testing.F) (seeds [][]byte) {
	for _, rec := range recordings(f) {
		seeds = append(seeds, rec.input)
	}
	c := func(b ...byte) []byte { return append([]byte{1, 0, byte(len(b))}, b...) }
	far := func(b ...byte) []byte { return append([]byte{5, 0, byte(len(b))}, b...) }
	roll := func(b ...byte) []byte { return append([]byte{0xe2, 0, byte(len(b))}, b...) }
	port := func(b ...byte) []byte { return append([]byte{0x21, 0, byte(len(b))}, b...) }
	firmware := []byte{60, 9, 'P', 'X', 'E', 'C', 'l', 'i', 'e', 'n', 't', 93, 2, 0, 7}
	boots := func(b ...byte) []byte { return append(append(b, make([]byte, 8-len(b))...), firmware...) }
	item := append(boots(3, 4, 17), 43, 6, 71, 4, 0, 1, 0, 0)
	wait := []byte{3, 0, 16}
	wait = append(wait, make([]byte, 16)...)
	return append(seeds,
		slices.Concat(c(3, 4, 0, 1, 9), roll(1, 4), c(3, 4, 1), roll(1, 0x80), c(3, 4, 1), roll(1, 5), c(3, 4, 1), c(0, 5), wait, c(0, 5)),
		slices.Concat(c(3, 4, 0, 1, 9), roll(2, 4), c(3, 4, 1), c(3, 4, 0, 2, 9), c(3, 5, 0, 1, 9), roll(2, 0x44), c(3, 4, 2)),
		slices.Concat(c(0, 4), c(3, 4, 0, 1, 9), c(0, 5, 0, 1), c(3, 5, 0, 1, 9), c(3, 4, 1), wait, c(3, 5, 1), c(7, 4, 1), c(0, 5, 0, 1)),
		slices.Concat(c(0, 1), c(3, 4, 0, 3, 9), c(3, 1, 0, 3, 9), c(6, 1, 0, 3, 9), c(0, 1), wait, wait, c(0, 1)),
		slices.Concat(far(0, 0x13), far(3, 0x13, 0, 16, 20), far(3, 0x13, 16), far(0, 0x14), c(9, 0x13, 0, 0, 0, 15)),
		slices.Concat(c(0, 4, 0, 0, 0, 0, 0, 1, 80, 0), c(0, 5, 0, 0, 0, 0, 0, 1, 80, 0), c(10, 6), c(10, 6), wait, c(10, 7), c(8, 4, 1)),
		slices.Concat(c(boots(0, 4)...), c(boots(3, 4, 0, 1, 9)...), port(boots(3, 4, 1)...), c(boots(0, 4, 0, 0, 0, 24)...),
			port(item...), far(item...)),
		slices.Concat(c(0, 0x14), c(3, 0x14, 0, 1, 9), c(0, 0x34), c(3, 0x34, 0, 2, 9), c(0, 0x54), c(3, 0x54, 0, 4, 9), c(0, 4)),
	)
}

// recorder plays a case on the rules and keeps what was sent: as it was, and as an input of the fuzzer.
type recorder struct {
	server
	name     string
	payloads [][]byte
	input    []byte
}

// recordings are those of all cases.
func recordings(t testing.TB) (all []*recorder) {
	groups, err := table()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if len(c.Refused) > 0 || c.playable("rules") != "" {
				continue
			}
			rec := &recorder{name: c.Name}
			c.play(func(c *kase, file []byte) (server, error) { // whether it went well is for TestRules
				s, err := startRules(c, file)
				rec.server = s
				return rec, err
			})
			all = append(all, rec)
		}
	}
	return all
}

func (r *recorder) exchange(q *query, silent bool) (*reply, error) {
	r.payloads = append(r.payloads, q.payload)
	if len(q.payload) < 1<<15 {
		kind := byte(0)
		if q.link == "eth2" {
			kind |= 4
		}
		if q.dst.Addr() != everybody.Addr() {
			kind |= 8
		}
		if q.dst.Port() == 4011 {
			kind |= 32
		}
		r.input = append(binary.BigEndian.AppendUint16(append(r.input, kind), uint16(len(q.payload))), q.payload...)
	}
	return r.server.exchange(q, silent)
}

func (r *recorder) advance(d time.Duration) error {
	n := min(int(d/(7*time.Second))+1, 600)
	r.input = append(binary.BigEndian.AppendUint16(append(r.input, 3), uint16(n)), make([]byte, n)...)
	return r.server.advance(d)
}
