package firmware_test

import (
	"net/netip"
	"slices"
	"testing"

	"rollcall/internal/conformance/firmware"
)

// The machine, the server, another server, and everybody.
var (
	own   = netip.MustParseAddr("10.0.0.77")
	srv   = netip.MustParseAddr("10.0.0.1")
	other = netip.MustParseAddr("10.0.0.2")
	all   = netip.MustParseAddr("255.255.255.255")
	none  = netip.IPv4Unspecified()
)

// change is made to a message that is right otherwise.
type change func(b []byte) []byte

// asks is a message of the machine.
func asks(kind byte, changes ...change) []byte {
	b := make([]byte, 240)
	b[0], b[1], b[2] = 1, 1, 6
	copy(b[4:], "xid!")
	copy(b[28:], "\x02\x00\x00\x00\x00\x42")
	copy(b[236:], "\x63\x82\x53\x63")
	b = append(b, 53, 1, kind)
	for _, c := range changes {
		b = c(b)
	}
	return append(b, 255)
}

// answers is a reply of the server to it, with the address of the machine in yiaddr.
func answers(kind byte, changes ...change) []byte {
	list := append([]change{func(b []byte) []byte { b[0] = 2; return b }, yiaddr(own), siaddr(srv), opt(54, string(srv.AsSlice()))}, changes...)
	b := asks(kind, list...)
	for len(b) < 300 {
		b = append(b, 0)
	}
	return b
}

func at(offset int, value string) change {
	return func(b []byte) []byte { copy(b[offset:], value); return b }
}

func yiaddr(a netip.Addr) change { return at(16, string(a.AsSlice())) }
func siaddr(a netip.Addr) change { return at(20, string(a.AsSlice())) }
func ciaddr(a netip.Addr) change { return at(12, string(a.AsSlice())) }
func file(name string) change    { return at(108, name) }
func broadcast() change          { return at(10, "\x80") }

// opt adds an option, or puts another value into one that is there; opt(code, "-") takes it out.
func opt(code byte, value string) change {
	return func(b []byte) []byte {
		for i := 240; i < len(b); i += 2 + int(b[i+1]) {
			if b[i] == code {
				b = slices.Delete(b, i, i+2+int(b[i+1]))
				break
			}
		}
		if value == "-" {
			return b
		}
		return append(append(b, code, byte(len(value))), value...)
	}
}

// raw adds octets to the options.
func raw(octets string) change { return func(b []byte) []byte { return append(b, octets...) } }

func discover(changes ...change) firmware.Datagram {
	return firmware.Datagram{
		Src: netip.AddrPortFrom(none, 68), Dst: netip.AddrPortFrom(all, 67), Payload: asks(1, append([]change{broadcast()}, changes...)...),
	}
}

func request(changes ...change) firmware.Datagram {
	list := append([]change{broadcast(), opt(50, string(own.AsSlice())), opt(54, string(srv.AsSlice()))}, changes...)
	return firmware.Datagram{Src: netip.AddrPortFrom(none, 68), Dst: netip.AddrPortFrom(all, 67), Payload: asks(3, list...)}
}

// asksPort is a request to port 4011, from the machine's port of that number.
func asksPort(from uint16, changes ...change) firmware.Datagram {
	return firmware.Datagram{
		Src: netip.AddrPortFrom(own, from), Dst: netip.AddrPortFrom(srv, 4011), Payload: asks(3, append([]change{ciaddr(own)}, changes...)...),
	}
}

// fromPort is an answer from port 4011.
func fromPort(to uint16, changes ...change) firmware.Datagram {
	return firmware.Datagram{
		Src: netip.AddrPortFrom(srv, 4011), Dst: netip.AddrPortFrom(own, to),
		Payload: answers(5, append([]change{yiaddr(none), ciaddr(own), opt(60, "PXEClient")}, changes...)...),
	}
}

func offer(changes ...change) firmware.Datagram { return toAll(answers(2, changes...)) }
func ack(changes ...change) firmware.Datagram   { return toAll(answers(5, changes...)) }

// proxyOffer is one of a proxy beside the server.
func proxyOffer(changes ...change) firmware.Datagram {
	list := append([]change{yiaddr(none), siaddr(other), opt(54, string(other.AsSlice())), opt(60, "PXEClient")}, changes...)
	return offer(list...)
}

func toAll(b []byte) firmware.Datagram {
	return firmware.Datagram{Src: netip.AddrPortFrom(srv, 67), Dst: netip.AddrPortFrom(all, 68), Payload: b}
}

// ports has a datagram come from another port, and go to another one; 0 leaves it.
func ports(d firmware.Datagram, from, to uint16) firmware.Datagram {
	if from != 0 {
		d.Src = netip.AddrPortFrom(d.Src.Addr(), from)
	}
	if to != 0 {
		d.Dst = netip.AddrPortFrom(d.Dst.Addr(), to)
	}
	return d
}

// unicast sends a datagram to the machine's address.
func unicast(d firmware.Datagram) firmware.Datagram {
	d.Dst = netip.AddrPortFrom(own, d.Dst.Port())
	return d
}

// line is what happens in a conversation: the machine sends, or hears. refused: it throws away what it hears.
type line struct {
	sends, hears *firmware.Datagram
	refused      bool
}

func sends(d firmware.Datagram) line   { return line{sends: &d} }
func hears(d firmware.Datagram) line   { return line{hears: &d} }
func refuses(d firmware.Datagram) line { return line{hears: &d, refused: true} }

// conversation is what a machine does in the end.
type conversation struct {
	name  string
	lines []line
	want  string
}

// play holds every conversation with a new machine.
func play(t *testing.T, model string, all []conversation) {
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			m, err := firmware.New(model)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range c.lines {
				if l.sends != nil {
					m.Sends(*l.sends)
					continue
				}
				if why := m.Hears(*l.hears); (why != "") != l.refused {
					t.Errorf("line %d: refused for %q, want refused %v", i+1, why, l.refused)
				}
			}
			if got := m.Next(); got.String() != c.want {
				t.Errorf("it would %s (%s), want %s", got, got.Why, c.want)
			}
		})
	}
}
