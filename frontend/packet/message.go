package packet

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"rollcall/internal/option"
)

// Layout of a message (RFC 2131 §2, Figure 1).
const (
	atSIAddr  = 20
	atCHAddr  = 28
	atSName   = 44
	atFile    = 108
	atCookie  = 236
	atOptions = 240

	snameSize   = atFile - atSName
	fileSize    = atCookie - atFile
	cookie      = 0x63825363
	bootRequest = 1
	bootReply   = 2
	broadcast   = 0x8000 // the B bit of flags

	hwEthernet = 1 // htype, RFC 1700
)

// maxJoined bounds the sum of all values that arrive in parts (RFC 3396). A
// full Ethernet frame of them fits; only a fragmented datagram holds more.
const maxJoined = 1500

// Message is a view of one message of a client. The zero Message is ready for
// Parse and is meant to be reused. A view is valid until the next Parse, as
// long as the buffer it was parsed from is not written to.
type Message struct {
	Op    uint8  // 1, BOOTREQUEST
	HType uint8  // ARP hardware type, 1 for Ethernet
	HLen  uint8  // length of the hardware address, 0 to 16
	Hops  uint8  // relays on the way
	XID   uint32 // transaction, chosen by the client
	Secs  uint16 // seconds since the client began
	Flags uint16 // 0x8000 is the broadcast bit

	CIAddr netip.Addr // the client's own, where it can answer ARP
	YIAddr netip.Addr // meaningless from a client
	SIAddr netip.Addr // meaningless from a client
	GIAddr netip.Addr // the first relay's, 0.0.0.0 without one

	// CHAddr is the hardware address. Bytes past HLen are zero, whatever the
	// client sent there.
	CHAddr [16]byte

	// Type is option 53: Discover, Request, Decline, Release, Inform or
	// LeaseQuery; BOOTP without it.
	Type MessageType

	// NoEnd: a field of options has no end option, against RFC 2131 §4.1.
	NoEnd bool

	buf    []byte           // the caller's
	fields [3]field         // where options lie; those not in use are empty
	spans  [256]span        // by option code
	order  [256]option.Code // codes in order of first appearance
	codes  int              // how many of order
	joined [maxJoined]byte  // values that came in parts
}

// span is where the value of an option lies: in buf when it came in one part,
// otherwise in joined. No parts means no such option.
type span struct{ off, len, parts uint16 }

// Option returns the value of an option, joined if it came in parts (RFC 3396).
// It shares memory with the buffer or the message. An option of length zero is
// found with an empty value.
func (m *Message) Option(c option.Code) ([]byte, bool) {
	s := m.spans[c]
	if s.parts == 0 {
		return nil, false
	}
	from := m.buf
	if s.parts > 1 {
		from = m.joined[:]
	}
	end := int(s.off) + int(s.len)
	return from[s.off:end:end], true
}

// AppendOptions appends all options in order of their first appearance (main
// field, file, sname), without padding, end and overload, to dst.
func (m *Message) AppendOptions(dst option.List) option.List {
	for _, c := range m.order[:m.codes] {
		if c == option.Overload {
			continue
		}
		value, _ := m.Option(c)
		dst = dst.Append(c, value)
	}
	return dst
}

// ServerName is the field sname without its padding: what is before the first
// zero byte, the whole field if it has none. It shares memory with the buffer,
// and is empty where the field holds options (RFC 2132 §9.3).
func (m *Message) ServerName() []byte { return m.text(atSName, snameSize) }

// File is the field file likewise.
func (m *Message) File() []byte { return m.text(atFile, fileSize) }

func (m *Message) text(at, size int) []byte {
	if m.buf == nil || m.buf[at] == 0 || m.fields[1].from == at || m.fields[2].from == at {
		return nil
	}
	text := m.buf[at : at+size : at+size]
	if end := bytes.IndexByte(text, 0); end > 0 {
		text = text[:end]
	}
	return text
}

// Broadcast reports whether the client asks for answers by broadcast because it
// cannot receive unicast before it has an address (RFC 2131 §4.1).
func (m *Message) Broadcast() bool { return m.Flags&broadcast != 0 }

// HardwareAddr is the HLen significant bytes of CHAddr; it shares their memory.
func (m *Message) HardwareAddr() []byte { return m.CHAddr[:min(int(m.HLen), len(m.CHAddr))] }

// readHeader copies the fixed fields. b holds at least the header.
func (m *Message) readHeader(b []byte) {
	m.Op, m.HType, m.HLen, m.Hops = b[0], b[1], b[2], b[3]
	m.XID = binary.BigEndian.Uint32(b[4:])
	m.Secs = binary.BigEndian.Uint16(b[8:])
	m.Flags = binary.BigEndian.Uint16(b[10:])
	m.CIAddr = netip.AddrFrom4([4]byte(b[12:]))
	m.YIAddr = netip.AddrFrom4([4]byte(b[16:]))
	m.SIAddr = netip.AddrFrom4([4]byte(b[atSIAddr:]))
	m.GIAddr = netip.AddrFrom4([4]byte(b[24:]))
	m.CHAddr = [16]byte(b[atCHAddr:])
	clear(m.CHAddr[len(m.HardwareAddr()):])
}
