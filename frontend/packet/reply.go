package packet

import (
	"encoding/binary"
	"net/netip"

	"rollcall/internal/option"
)

// Sizes of messages, without IP and UDP header.
const (
	// MinSize is the least size of a reply: BOOTP's (RFC 951 §3). Old relays
	// and boot ROMs discard less.
	MinSize = 300
	// DefaultMaxSize is the largest reply to a client that names no limit.
	// Every client takes an IP datagram of 576 bytes (RFC 2131 §2).
	DefaultMaxSize = 576 - ipUDPHeaders
	// MaxSize is the largest reply whatever the client allows: an unfragmented
	// Ethernet frame, since clients that boot cannot reassemble.
	MaxSize = 1500 - ipUDPHeaders

	ipUDPHeaders = 20 + 8
)

// Reply is what AppendReply encodes besides what it takes from the query.
// Zero addresses are written as 0.0.0.0.
type Reply struct {
	// Type is Offer, Ack or Nak to a client, BOOTP for a BOOTREPLY; to a
	// LeaseQuery LeaseUnassigned, LeaseUnknown or LeaseActive.
	Type MessageType

	CIAddr netip.Addr // the query's in an Ack or BOOTREPLY, the one asked about in answers to LeaseQuery
	YIAddr netip.Addr // the client's address; zero in an Ack to Inform and from proxyDHCP
	SIAddr netip.Addr // the next boot server

	ServerName string // sname, at most 63 bytes
	File       string // file, at most 127 bytes

	// Options go out in this order. What the encoder writes itself is
	// ignored here: 52, 53, 61, 82. In answers to LeaseQuery, which return
	// nothing, 61 and 82 are taken from here.
	Options option.List
	// OmitClientID: 61 does not return to the client (against RFC 6842).
	OmitClientID bool
	// Broadcast: for all of the link, and says so, whatever the client asked
	// for.
	Broadcast bool
	// Boot: firmware boots by it; see [AppendReply].
	Boot bool

	// HType and HardwareAddr say in answers to LeaseQuery whose lease it is;
	// ignored in others.
	HType        uint8
	HardwareAddr []byte
}

// aboutLease reports whether r answers a LeaseQuery (RFC 4388 §6.4).
func (r *Reply) aboutLease() bool {
	return r.Type == LeaseActive || r.Type == LeaseUnassigned || r.Type == LeaseUnknown
}

// AppendReply appends the reply to q to dst. It is built from nothing (RFC 2131
// Table 3): op 2; htype, hlen, xid, the broadcast bit, giaddr and chaddr of q;
// hops and secs 0. Option 53 comes first, then r.Options in their order, then
// client-id (RFC 6842) and last the relay agent information (RFC 3046), both as
// they came. Values over 255 bytes go out in parts (RFC 3396). The result is
// padded with zeros to [MinSize].
//
// The broadcast bit is set also where r.Broadcast says so, and in a reply
// without an address for the client that goes through a relay, which could
// unicast it nowhere, or to firmware, some of which takes what proxyDHCP offers
// by broadcast only. A Nak carries options 53, 54, 56, 61 and 82 and no address
// but giaddr; its bit is set when it goes through a relay (RFC 2131 §4.3.2).
//
// A BOOTREPLY has no option 53 and does not return the client-id. It is no
// longer than the query or [MinSize], and its options stay in the vendor area;
// that is blank if the query's was (RFC 951 §3, RFC 1542 §2.1).
//
// The reply is never larger than the client allows with option 57; that counts
// the IP datagram, 28 bytes more than the message, which is the reading all
// clients survive. When the options of an Offer or Ack do not fit, they extend
// into the file and sname fields if r does not use them (RFC 2132 §9.3). What
// still does not fit is left out, later options first to give way, then 82 and
// 61; 53, 54, 51, 1, 80 and 108 always fit. dropped counts what was left out, a
// too long ServerName or File included.
//
// It is otherwise for firmware, which r.Boot or the query tells: no option
// extends into file and sname. 3, 43, 60, 66, 67 and 97 are as those that always
// fit, unless they are empty or too long for one part, or too long together;
// then 66 gives way, then 43 and 60 together. Of the others those give way first
// that the client did not ask for, then 119 and 121.
func AppendReply(dst []byte, q *Message, r *Reply) (out []byte, dropped int) {
	e := encoder{start: len(dst)}
	e.out = append(dst, emptyHeader[:]...)
	e.writeHeader(q, r)
	e.writeOptions(q, r)
	if short := MinSize - (len(e.out) - e.start); short > 0 {
		e.out = append(e.out, emptyHeader[:short]...)
	}
	return e.out, e.dropped
}

// emptyHeader is header and cookie without content, and padding.
var emptyHeader [atOptions]byte

// encoder holds the state of one AppendReply.
type encoder struct {
	out     []byte
	start   int // where the message begins in out
	dropped int

	left  rooms // for options without reservation
	file  space // the file field, if it is free
	sname space // the sname field, if it is free
}

func (e *encoder) writeHeader(q *Message, r *Reply) {
	h := e.out[e.start:]
	h[0], h[1], h[2] = bootReply, q.HType, q.HLen
	chaddr := q.HardwareAddr()
	if r.aboutLease() {
		chaddr = r.HardwareAddr[:min(len(r.HardwareAddr), len(q.CHAddr))]
		h[1], h[2] = r.HType, byte(len(chaddr))
	}
	binary.BigEndian.PutUint32(h[4:], q.XID)
	flags := q.Flags & broadcast // the other bits must be zero, §2
	relayed := !q.GIAddr.IsUnspecified()
	if r.Broadcast || r.Type == Nak && relayed || nowhere(r) && (relayed || boots(q, r)) {
		flags |= broadcast
	}
	binary.BigEndian.PutUint16(h[10:], flags)
	putAddr(h[24:], q.GIAddr)
	copy(h[atCHAddr:], chaddr)
	binary.BigEndian.PutUint32(h[atCookie:], cookie)
	if r.Type == Nak {
		return
	}
	putAddr(h[12:], r.CIAddr)
	putAddr(h[16:], r.YIAddr)
	putAddr(h[atSIAddr:], r.SIAddr)
	// One byte stays for the NUL that ends the text.
	e.file = e.writeText(atFile, fileSize, r.File)
	e.sname = e.writeText(atSName, snameSize, r.ServerName)
}

// nowhere reports whether a reply to a client says no address that it has or
// gets, although its type has room for one.
func nowhere(r *Reply) bool {
	return r.Type != Nak && !r.aboutLease() && !set(r.CIAddr) && !set(r.YIAddr)
}

func set(a netip.Addr) bool { return a.IsValid() && !a.IsUnspecified() }

// writeText fills a header field with text, or returns it as free for options.
func (e *encoder) writeText(at, size int, text string) (free space) {
	at += e.start
	switch {
	case text == "":
		return space{at, at, at + size}
	case len(text) >= size:
		e.dropped++
		return space{at, at, at + size}
	}
	copy(e.out[at:at+size], text)
	return space{}
}

// putAddr writes an IPv4 address; anything else stays 0.0.0.0.
func putAddr(b []byte, a netip.Addr) {
	if a = a.Unmap(); a.Is4() {
		four := a.As4()
		copy(b, four[:])
	}
}

// limit is the largest message the client takes.
func limit(q *Message, r *Reply) int {
	if r.Type == BOOTP {
		return min(max(len(q.buf), MinSize), MaxSize)
	}
	value, _ := q.Option(option.MaxMessageSize)
	if len(value) != 2 {
		return DefaultMaxSize
	}
	// RFC 2132 §9.10: the least legal value is 576.
	return min(max(int(binary.BigEndian.Uint16(value))-ipUDPHeaders, DefaultMaxSize), MaxSize)
}
