package packet

import (
	"encoding/binary"
	"net/netip"

	"rollcall/internal/option"
)

// MaxBulkSize is the largest message of a bulk leasequery connection: its
// length is told in two bytes (RFC 6926 §6.1).
const MaxBulkSize = 0xffff

// ParseBulk is Parse for a message that came over a bulk leasequery connection.
// Its Type may be anything: which of them are served is not decided here. The
// header may be as empty as a query by something else than chaddr leaves it.
func (m *Message) ParseBulk(b []byte) Reason { return m.parseOther(b, bootRequest) }

// parseOther reads a message that is not a client's to this server, and so is
// held to less: op says which way it goes, and its type and addresses may be
// anything.
func (m *Message) parseOther(b []byte, op byte) Reason {
	m.reset()
	if len(b) < atOptions {
		*m = Message{}
		return ReasonShort
	}
	m.readHeader(b)
	if len(b) > MaxBulkSize { // a datagram is shorter anyway
		return ReasonLong
	}
	m.buf = b
	reason := m.readOther(b, op)
	if reason != OK {
		m.reset()
	}
	return reason
}

func (m *Message) readOther(b []byte, op byte) Reason {
	if m.Op != op {
		return ReasonOp
	}
	if binary.BigEndian.Uint32(b[atCookie:]) != cookie {
		return ReasonCookie
	}
	if int(m.HLen) > len(m.CHAddr) {
		return ReasonHLen
	}
	if reason := m.index(b); reason != OK {
		return reason
	}
	value, _ := m.Option(option.MessageType)
	if len(value) != 1 {
		return ReasonMessageType
	}
	m.Type = MessageType(value[0])
	return OK
}

// BulkReply is a message of the answer to a bulk leasequery.
type BulkReply struct {
	Type   MessageType // LeaseActive, LeaseUnassigned or LeaseQueryDone
	XID    uint32      // of the query
	CIAddr netip.Addr  // the address it is about, if any
	HType  uint8       // of whom it is about
	CHAddr []byte      // at most 16 bytes; none: nobody
	// Options go out in this order, after 53.
	Options option.List
}

// AppendBulkReply appends the message to dst, without the two bytes of its
// length. Values over 255 bytes go out in parts (RFC 3396). There is no padding:
// no ROM and no old relay is at the other end. What would make it larger than
// [MaxBulkSize] is left out.
func AppendBulkReply(dst []byte, r *BulkReply) []byte {
	start := len(dst)
	dst = append(dst, emptyHeader[:]...)
	h := dst[start:]
	h[0], h[1] = bootReply, r.HType
	h[2] = uint8(copy(h[atCHAddr:atCHAddr+16], r.CHAddr))
	binary.BigEndian.PutUint32(h[4:], r.XID)
	putAddr(h[12:], r.CIAddr)
	binary.BigEndian.PutUint32(h[atCookie:], cookie)
	dst = append(dst, byte(option.MessageType), 1, byte(r.Type))
	for c, value := range r.Options.All() {
		if len(dst)-start+size(value)+endSize <= MaxBulkSize {
			dst = appendOption(dst, c, value)
		}
	}
	return append(dst, byte(option.End))
}
