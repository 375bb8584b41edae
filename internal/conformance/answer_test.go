package conformance_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

// reply is a message of the server, and where it went.
type reply struct {
	payload  []byte
	src, dst netip.AddrPort
	hw       []byte // destination of the frame; nil where the kernel chooses it
	tags     []uint16
	reason   string // why the server said NAK or nothing, where the runner knows
	streamed bool   // over TCP, where nothing is padded
}

// answer is a reply as a client reads it.
type answer struct {
	*reply
	kind    string
	options map[byte][]byte // parts joined
	order   []byte          // codes as they first appear: main field, file, sname
	main    int             // how many of order are in the main field
	mend    int             // where the main field's end option is
}

func (a *answer) addr(at int) netip.Addr { return netip.AddrFrom4([4]byte(a.payload[at:])) }
func (a *answer) u16(at int) int         { return int(binary.BigEndian.Uint16(a.payload[at:])) }
func (a *answer) yiaddr() netip.Addr     { return a.addr(16) }

// text is a header field up to its first zero.
func (a *answer) text(from, to int) string {
	s, _, _ := strings.Cut(string(a.payload[from:to]), "\x00")
	return s
}

// read takes a reply apart, strictly. What it finds wrong is the error.
func read(r *reply) (*answer, error) {
	a := &answer{reply: r, options: map[byte][]byte{}}
	b := r.payload
	if least := map[bool]int{false: 300, true: 241}[r.streamed]; len(b) < least {
		return nil, fmt.Errorf("%d octets, less than %d", len(b), least)
	}
	if bytes.Equal(b[236:], make([]byte, len(b)-236)) { // to a client that knows no options
		a.kind, a.mend = "bootreply", 239
		return a, nil
	}
	if !bytes.Equal(b[236:240], []byte{99, 130, 83, 99}) {
		return nil, fmt.Errorf("magic cookie is %x", b[236:240])
	}
	main, err := a.field(b[240:])
	if err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	a.mend, a.main = 240+main, len(a.order)
	if slices.ContainsFunc(b[a.mend+1:], func(o byte) bool { return o != 0 }) {
		return nil, fmt.Errorf("something other than padding follows the end option")
	}
	overload := byte(0)
	if v, ok := a.options[52]; ok {
		if len(v) != 1 || v[0] < 1 || v[0] > 3 {
			return nil, fmt.Errorf("option 52 is %x", v)
		}
		overload = v[0]
	}
	for _, f := range []struct {
		bit      byte
		from, to int
		name     string
	}{{1, 108, 236, "file"}, {2, 44, 108, "sname"}} {
		if overload&f.bit == 0 {
			continue
		}
		if _, err := a.field(b[f.from:f.to]); err != nil {
			return nil, fmt.Errorf("options in %s: %w", f.name, err)
		}
	}
	a.kind = "bootreply"
	if v, ok := a.options[53]; ok {
		if len(v) != 1 {
			return nil, fmt.Errorf("message type is %x", v)
		}
		for word, n := range types {
			if n == int(v[0]) && n != 0 {
				a.kind = word
			}
		}
	}
	return a, a.compare(overload)
}

// field reads the options of one field and returns where its end option is.
func (a *answer) field(b []byte) (end int, err error) {
	last, open := -1, false // the option before, and whether a further part may follow
	for i := 0; i < len(b); {
		code := b[i]
		switch {
		case code == 0:
			i, last = i+1, -1
			continue
		case code == 255:
			return i, nil
		case i+1 >= len(b) || i+2+int(b[i+1]) > len(b):
			return 0, fmt.Errorf("option %d runs over the end", code)
		}
		value := b[i+2 : i+2+int(b[i+1])]
		if _, there := a.options[code]; !there {
			a.order = append(a.order, code)
			a.options[code] = []byte{}
		} else if last != int(code) || !open {
			return 0, fmt.Errorf("option %d is there twice", code)
		}
		a.options[code] = append(a.options[code], value...)
		last, open = int(code), len(value) == 255 || code == 82 || code == 61 // which go back in the parts they came in
		i += 2 + len(value)
	}
	return 0, fmt.Errorf("no end option")
}

// compare holds what was read against insomniacslk/dhcp, which knows no overload.
func (a *answer) compare(overload byte) error {
	theirs, err := dhcpv4.FromBytes(a.payload)
	if err != nil {
		return fmt.Errorf("insomniacslk/dhcp does not read it: %w", err)
	}
	if got := netip.AddrFrom4([4]byte(theirs.YourIPAddr.To4())); got != a.yiaddr() {
		return fmt.Errorf("yiaddr is %v, insomniacslk/dhcp reads %v", a.yiaddr(), got)
	}
	if overload != 0 {
		return nil
	}
	for code, v := range theirs.Options {
		if !bytes.Equal(v, a.options[code]) {
			return fmt.Errorf("option %d is %x, insomniacslk/dhcp reads %x", code, a.options[code], v)
		}
	}
	if len(theirs.Options) != len(a.options) {
		return fmt.Errorf("%d options, insomniacslk/dhcp reads %d", len(a.options), len(theirs.Options))
	}
	return nil
}

// String is the answer on one line, for people.
func (a *answer) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s yiaddr=%v", a.kind, a.yiaddr())
	for _, f := range []struct {
		name string
		at   int
	}{{"ciaddr", 12}, {"siaddr", 20}, {"giaddr", 24}} {
		if x := a.addr(f.at); !x.IsUnspecified() {
			fmt.Fprintf(&b, " %s=%v", f.name, x)
		}
	}
	if f := a.u16(10); f != 0 {
		fmt.Fprintf(&b, " flags=%#04x", f)
	}
	for _, code := range a.order {
		fmt.Fprintf(&b, " %d=%s", code, written(a.options[code]))
	}
	fmt.Fprintf(&b, " size=%d to=%v", len(a.payload), a.dst)
	return b.String()
}

// universal is what is true of every answer, whatever the case.
func universal(q *query, a *answer) (wrong []string) {
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	b, asked := a.payload, q.payload
	same := func(name string, from, to int) {
		if !bytes.Equal(b[from:to], asked[from:to]) {
			bad("%s is %x, the client sent %x (RFC 2131 Table 3)", name, b[from:to], asked[from:to])
		}
	}
	if b[0] != 2 {
		bad("op is %d, not 2", b[0])
	}
	same("xid", 4, 8)
	same("giaddr", 24, 28)
	if a.u16(8) != 0 {
		bad("secs is %d, not 0", a.u16(8))
	}
	if a.u16(10)&0x7fff != 0 {
		bad("flags are %#04x: the reserved bits must be 0 (RFC 2131 §2)", a.u16(10))
	}
	if limit := sizeLimit(q); len(b) > limit && !a.streamed {
		bad("%d octets, the client takes %d (RFC 2132 §9.10)", len(b), limit)
	}
	for _, code := range []byte{50, 55, 57} {
		if _, ok := a.options[code]; ok {
			bad("option %d must not be in an answer (RFC 2131 Table 3)", code)
		}
	}
	if i := slices.Index(a.order, 82); i >= 0 && i != a.main-1 {
		bad("option 82 is not the last of the options field (RFC 3046 §2.2)")
	}
	if strings.HasPrefix(a.kind, "lease") {
		return wrong // answers to a relay's own question name other machines
	}
	same("htype, hlen", 1, 3)
	same("chaddr", 28, 28+min(int(asked[2]), 16))
	if slices.ContainsFunc(b[28+min(int(asked[2]), 16):44], func(o byte) bool { return o != 0 }) {
		bad("chaddr has more than hlen octets: %x", b[28:44])
	}
	if a.kind == "bootreply" {
		if bare, knows := len(a.order) == 0 && a.mend < 240, bytes.Equal(asked[236:min(240, len(asked))], []byte{99, 130, 83, 99}); bare == knows {
			bad("magic cookie %x to a client that sent %x", b[236:240], asked[236:min(240, len(asked))])
		}
		return wrong
	}
	if len(a.order) == 0 || a.order[0] != 53 {
		bad("the message type is not the first option")
	}
	if len(a.options[54]) != 4 {
		bad("option 54 is %s", written(a.options[54]))
	}
	if i, j := slices.Index(a.order, 1), slices.Index(a.order, 3); i > j && j >= 0 {
		bad("router before subnet mask (RFC 2132 §3.3)")
	}
	if a.kind == "nak" {
		for _, code := range a.order {
			if !slices.Contains([]byte{53, 54, 56, 60, 61, 82}, code) {
				bad("option %d must not be in a NAK (RFC 2131 Table 3)", code)
			}
		}
		if bytes.ContainsFunc(b[12:24], func(r rune) bool { return r != 0 }) {
			bad("a NAK names an address")
		}
	}
	return wrong
}

// sizeLimit is the largest message the client said it takes.
func sizeLimit(q *query) int {
	const headers = 28
	options, limit := q.parsed(), 576
	switch v := options[57]; {
	case len(options[53]) == 0: // BOOTP: as much as it sent (RFC 1542 §2.1)
		limit = max(300, len(q.payload)) + headers
	case len(v) == 2:
		limit = max(576, int(binary.BigEndian.Uint16(v)))
	}
	return min(limit, 1500) - headers
}

// parsed are the options of a query as insomniacslk/dhcp reads them.
func (q *query) parsed() map[byte][]byte {
	m, err := dhcpv4.FromBytes(append(bytes.Clone(q.payload), 255))
	if err != nil {
		return nil
	}
	return m.Options
}
