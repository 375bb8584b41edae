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
// A missing end option is tolerated and noted (old clients and relays leave it
// out); what is after one is not read. Options in the file and sname fields are read when
// option 52 says so (RFC 2132 §9.3); a value of it other than 1 to 3 is ignored.
//
// A message without option 53 is one of BOOTP. Its vendor area may be blank, as
// clients older than RFC 1497 leave it; then it has no options.
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
	m.codes, m.buf, m.Type, m.NoEnd = 0, nil, 0, false
}

func (m *Message) parse(b []byte) Reason {
	if m.Op != bootRequest {
		return ReasonOp
	}
	if !m.vendorArea() {
		if !blank(b[atCookie:]) {
			return ReasonCookie
		}
		b = b[:atOptions]
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
	if m.HLen == 6 && [6]byte(m.CHAddr[:]) == broadcastHW {
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
	if m.Type == LeaseQuery { // about any client by any key; whoever asks is giaddr (RFC 4388 §6.3)
		if m.GIAddr.IsUnspecified() {
			return ReasonNoRelay
		}
		return OK
	}
	if m.HType == 0 {
		return ReasonHType
	}
	if m.CHAddr == [16]byte{} && m.spans[option.ClientID].len < minClientID {
		return ReasonNoIdentity
	}
	return OK
}

// vendorArea reports whether the magic cookie introduces options.
func (m *Message) vendorArea() bool { return binary.BigEndian.Uint32(m.buf[atCookie:]) == cookie }

func blank(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
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
		return OK // BOOTP, as reset has left it
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
