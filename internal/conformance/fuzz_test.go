package conformance_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcall/leased/engine"
)

// FuzzServer sends whatever it likes to a server on which everything is switched on, and holds the answers to what is true
// of all of them (universal), and to the promises made by those before (model).
//
// The input is a list of records: an octet that says what to do, one or two for the length, and so many octets. The low
// bits of the first octet choose: a message as it stands, one composed of a few octets (so that the fuzzer finds
// conversations and not only messages), a change of the roll, or time.
func FuzzServer(f *testing.F) {
	for _, seed := range conversations(f) {
		f.Add(seed)
	}
	fuzzServer(f, &kase{Name: "fuzz/server"})
}

// FuzzPolicy is FuzzServer with a policy that does all that one may.
func FuzzPolicy(f *testing.F) {
	for _, seed := range conversations(f) {
		f.Add(seed)
	}
	script, err := os.ReadFile(filepath.Join("testdata", "config", "everything.star"))
	if err != nil {
		f.Fatal(err)
	}
	fuzzServer(f, &kase{Name: "fuzz/policy", change: change{Policy: scripts{string(script)}}})
}

func fuzzServer(f *testing.F, everything *kase) {
	everything.Config = "everything"
	everything.Links = map[string][]string{"eth1": {"192.168.50.12/28", "192.168.51.12/28"}, "eth2": {"10.0.0.12/28"}}
	file, err := everything.configuration()
	if err != nil {
		f.Fatal(err)
	}
	p, asked, err := everything.rulesOf(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		s, err := newRules(everything, p)
		if err != nil {
			t.Fatal(err)
		}
		s.policy, s.explains = asked, true
		m := newModel(s, p)
		for range 100 {
			kind, body, rest, ok := record(input)
			if !ok {
				break
			}
			input = rest
			if kind&3 == 3 {
				d := time.Duration(min(len(body), 64)) * 7 * time.Second
				if err := s.advance(d); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if kind&0xe3 == 0xe2 {
				operate(s, body)
				if err := s.state.Check(); err != nil {
					t.Fatal(err)
				}
				continue
			}
			q := message(kind, body)
			m.observe(q)
			r, err := s.exchange(q, false)
			if err != nil {
				t.Fatalf("%x: %v", q.payload, err)
			}
			for _, wrong := range m.judge(q, r) {
				t.Errorf("%x\nfrom %v to %v on %s: %s", q.payload, q.src, q.dst, q.link, wrong)
			}
			if t.Failed() {
				return
			}
		}
	})
}

// operate puts a machine on the roll, or takes one off. What cannot be done is refused, and changes nothing.
func operate(s *rules, body []byte) {
	if len(body) < 2 {
		return
	}
	address := spoken[int(body[0])%len(spoken)]
	mac := []byte{2, 0, 0, 0, 0, body[1] & 15}
	subnet := s.state.Plan().SubnetOf(engine.IPOf(netip.MustParseAddr(address)))
	switch {
	case body[1]&0x80 != 0 || subnet == nil:
		_ = s.unreserve(address)
	default:
		of := ""
		if body[1]&0x40 != 0 {
			of = address
			address = spoken[int(body[0]+1)%len(spoken)]
		}
		_ = s.enrol(engine.Reservation{Kind: engine.ByHardware, Value: string(mac), Subnet: subnet.Ref,
			IP: engine.IPOf(netip.MustParseAddr(address))}, of)
	}
}

// record splits the first record off an input.
func record(input []byte) (kind byte, body, rest []byte, ok bool) {
	if len(input) < 3 {
		return 0, nil, nil, false
	}
	kind, n := input[0], int(binary.BigEndian.Uint16(input[1:]))
	rest = input[3:]
	n = min(n, len(rest))
	return kind, rest[:n], rest[n:], true
}

// Addresses that composed messages speak of, by index; the rest is none.
var spoken = []string{
	"0.0.0.0", "192.168.50.1", "192.168.50.2", "192.168.50.3", "192.168.50.4", "192.168.50.5", "192.168.50.7", "192.168.50.8",
	"192.168.50.10", "192.168.50.12", "192.168.50.15", "192.168.51.0", "192.168.51.1", "192.168.51.3", "192.168.51.12",
	"10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.9", "10.0.0.12", "10.20.0.1", "192.168.50.254", "172.16.0.1", "255.255.255.255", "10.0.1.1", "10.0.1.4",
}

var typesSpoken = []byte{1, 1, 1, 3, 3, 3, 4, 7, 8, 10, 0}

// message makes the message of a record.
func message(kind byte, body []byte) *query {
	q := &query{payload: bytes.Clone(body), link: "eth1", src: nobody, dst: everybody, frame: map[string]string{}}
	if kind&3 != 0 {
		q.payload = composed(body)
	}
	server := netip.MustParseAddr("192.168.50.12")
	if kind&4 != 0 {
		q.link, server = "eth2", netip.MustParseAddr("10.0.0.12")
	}
	var giaddr netip.Addr
	if len(q.payload) >= 28 {
		giaddr = netip.AddrFrom4([4]byte(q.payload[24:]))
	}
	switch {
	case giaddr.IsValid() && !giaddr.IsUnspecified():
		q.src, q.dst = netip.AddrPortFrom(giaddr, 67), netip.AddrPortFrom(server, 67)
		if kind&16 != 0 {
			q.src = netip.AddrPortFrom(giaddr, 1067)
		}
	case kind&8 != 0:
		q.dst = netip.AddrPortFrom(server, 67)
	}
	if kind&32 != 0 {
		q.dst = netip.AddrPortFrom(q.dst.Addr(), 4011)
	}
	return q
}

// composed makes a message of a few octets: type, client, ciaddr, 50, 54, giaddr, flags, xid, and options as they are.
func composed(b []byte) []byte {
	at := func(i int) byte {
		if i < len(b) {
			return b[i]
		}
		return 0
	}
	h := make([]byte, 240)
	h[0], h[1], h[2] = 1, 1, 6
	h[7] = at(7)
	h[10] = at(6) & 0x80
	h[28], h[33] = 2, at(1)&15
	address := func(n byte) []byte { return netip.MustParseAddr(spoken[int(n)%len(spoken)]).AsSlice() }
	copy(h[12:], address(at(2)))
	copy(h[24:], address(at(5)))
	copy(h[236:], []byte{99, 130, 83, 99})
	if t := typesSpoken[int(at(0))%len(typesSpoken)]; t != 0 {
		h = append(h, 53, 1, t)
	}
	if at(3)%byte(len(spoken)) != 0 {
		h = append(append(h, 50, 4), address(at(3))...)
	}
	if at(4)%byte(len(spoken)) != 0 {
		h = append(append(h, 54, 4), address(at(4))...)
	}
	if c := at(1) >> 4; c&1 != 0 { // a client-id of its own, of three that there are
		h = append(h, 61, 2, 0, 0xc0+c>>1&3)
	}
	if len(b) > 8 {
		h = append(h, b[8:]...)
	}
	return append(h, 255)
}
