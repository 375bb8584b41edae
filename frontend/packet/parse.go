package packet

import (
	"encoding/binary"
	"net/netip"

	"rollcall/internal/option"
)

// minClientID is the least length of a client-id: a type and one byte
// (RFC 2132 §9.14). A shorter one identifies nobody.
const minClientID = 2

// Parse makes m a view of the message in b and returns [OK], or says why the
// message is to be dropped. Then m has no options; its header fields are set,
// for the log, unless the reason is [ReasonShort].
//
// A missing end option is tolerated (old clients and relays leave it out), as
// is everything after it. Options in the file and sname fields are read when
// option 52 says so (RFC 2132 §9.3); a value of it other than 1 to 3 is ignored.
func (m *Message) Parse(b []byte) Reason {
	m.reset()
	if len(b) < atOptions {
		*m = Message{}
		return ReasonShort
	}
	m.readHeader(b)
	if len(b) > 0xffff {
		return ReasonLong
	}
	m.buf = b
	reason := m.parse(b)
	if reason != OK {
		m.reset()
	}
	return reason
}

// reset forgets the options of the message before. It costs as much as that
// message had options.
func (m *Message) reset() {
	for _, c := range m.order[:m.codes] {
		m.spans[c] = span{}
	}
	m.codes, m.buf, m.Type = 0, nil, 0
}

func (m *Message) parse(b []byte) Reason {
	if m.Op != bootRequest {
		return ReasonOp
	}
	if binary.BigEndian.Uint32(b[atCookie:]) != cookie {
		return ReasonCookie
	}
	if m.HType == 0 {
		return ReasonHType
	}
	if !m.lengthFits() {
		return ReasonHLen
	}
	if martian(m.GIAddr) {
		return ReasonGIAddr
	}
	if martian(m.CIAddr) {
		return ReasonCIAddr
	}
	if m.HType == hwEthernet && m.HLen == 6 && m.CHAddr[0]&1 != 0 { // the group bit
		return ReasonCHAddr
	}
	if reason := m.index(b); reason != OK {
		return reason
	}
	if reason := m.readType(); reason != OK {
		return reason
	}
	// RFC 2132 §9.1 and §9.7: both are exactly one address.
	for _, c := range [...]option.Code{option.RequestedAddress, option.ServerID} {
		if s := m.spans[c]; s.parts > 0 && s.len != 4 {
			return ReasonOptionLength
		}
	}
	if m.CHAddr == [16]byte{} && m.spans[option.ClientID].len < minClientID {
		return ReasonNoIdentity
	}
	return OK
}

// lengthFits reports whether hlen is possible for htype. Ethernet has 6 bytes;
// 16 when UEFI sends the machine's GUID instead (PXE 2.1, SendGUID of EDK2);
// 0 as RFC 4390 has it, when the client-id says who it is.
func (m *Message) lengthFits() bool {
	if m.HType == hwEthernet {
		return m.HLen == 6 || m.HLen == 16 || m.HLen == 0
	}
	return int(m.HLen) <= len(m.CHAddr)
}

func (m *Message) readType() Reason {
	value, ok := m.Option(option.MessageType)
	if !ok {
		return ReasonNoMessageType
	}
	if len(value) != 1 { // or sent twice: joined it has two bytes
		return ReasonMessageType
	}
	if reason := MessageType(value[0]).check(); reason != OK {
		return reason
	}
	m.Type = MessageType(value[0])
	return OK
}

// martian reports an address that no host may answer from or be answered at:
// "this network" (except 0.0.0.0, which means none), loopback, multicast,
// reserved and broadcast (RFC 1122 §3.2.1.3). Sending there would loop or
// amplify.
func martian(a netip.Addr) bool {
	first := a.As4()[0]
	return first == 127 || first >= 224 || first == 0 && !a.IsUnspecified()
}
