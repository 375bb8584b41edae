package link

import (
	"fmt"
	"net/netip"
)

// Mode says how a link reads and writes.
type Mode uint8

// The modes of a link. The zero Mode is ModeRaw.
const (
	ModeRaw  Mode = iota // AF_PACKET, needs CAP_NET_RAW
	ModeUDP              // UDP sockets only
	ModeAuto             // raw, or udp where raw is not permitted or not possible
)

// String returns the name of m as the configuration spells it.
func (m Mode) String() string {
	switch m {
	case ModeRaw:
		return "raw"
	case ModeUDP:
		return "udp"
	case ModeAuto:
		return "auto"
	}
	return fmt.Sprintf("mode(%d)", uint8(m))
}

// Ports of servers and clients.
const (
	ServerPort uint16 = 67   // RFC 2131 §4.1
	ClientPort uint16 = 68   // RFC 2131 §4.1
	PXEPort    uint16 = 4011 // PXE 2.1 §2.2.3
)

// DefaultReceiveBuffer is the receive buffer of a link in bytes where its
// Config names none: some 3,000 packets, half a second of a heavy storm.
const DefaultReceiveBuffer = 4 << 20

// Config says which interface to open, and how.
type Config struct {
	// Interface is the name of the interface; it need not exist yet.
	Interface string
	Mode      Mode
	// Ports are the UDP ports served. Empty means 67 alone.
	Ports []uint16
	// VLANs are served besides untagged frames; replies carry the tags of what
	// they answer. With two tags the outer one counts. Raw links only.
	VLANs []VLANs
	// Tags, if any, are put on every reply instead, also on those to untagged
	// frames. Raw links only.
	Tags Tags
	// ReceiveBuffer is in bytes; 0 means DefaultReceiveBuffer. Without
	// CAP_NET_ADMIN the kernel caps it at net.core.rmem_max.
	ReceiveBuffer int
}

// Info is an interface as the kernel knows it.
type Info struct {
	Name  string
	Index int
	// HW is the hardware address; zero where the link has none of six bytes.
	HW [6]byte
	// Addrs are the IPv4 addresses with their prefixes, in kernel order.
	Addrs []netip.Prefix
	// Up is the administrative state (IFF_UP), not the carrier.
	Up bool
	// Ethernet tells whether frames have an Ethernet header.
	Ethernet bool
}

// Received is one datagram. Payload points into the arena of the conn and is
// valid until the next ReadBatch.
type Received struct {
	Payload []byte
	// Src and Dst are the IPv4 endpoints. Dst.Port tells which service was
	// asked, Dst.Addr whether it was broadcast. Where Dst.Port is ClientPort
	// nobody asked: it is what another server told a client.
	Src, Dst netip.AddrPort
	// SrcHW is the sender on the link (a relay's or router's, where there is
	// one); zero on udp links.
	SrcHW [6]byte
	// VLAN tells the tagged segment it came from, as [Tags.VLAN] does.
	VLAN uint32
	// Tags are those that a reply carries.
	Tags Tags
	// Drop is not DropNone where the datagram is unfit; Payload is then nil.
	Drop Drop
}

// Send is one reply to send.
type Send struct {
	Payload []byte
	// Src is the server's endpoint. An unspecified address lets the kernel
	// choose, which a link-layer send has no kernel to do for it.
	Src, Dst netip.AddrPort
	// HW is the destination on the link, used where L2 is set; all ones is
	// broadcast.
	HW [6]byte
	// L2 asks for a frame to HW, without routes or ARP. A udp link sends it to
	// 255.255.255.255 instead.
	L2 bool
	// Tags go into the frame; where there are any, L2 must be set: the kernel's
	// UDP knows no tags.
	Tags Tags
	// Err is set by WriteBatch: nil, or why this one could not be sent.
	Err error
}

// Stats are counters of a conn since it was opened.
type Stats struct {
	// KernelDrops are datagrams the kernel lost because the receive buffer
	// was full.
	KernelDrops uint64
}

// Conn is an open link.
type Conn interface {
	// ReadBatch waits for at least one datagram and fills dst from its start.
	// After Close it returns an error matching net.ErrClosed.
	ReadBatch(dst []Received) (int, error)
	// WriteBatch sends all of batch and returns how many were sent, setting
	// Err on the others. It keeps no reference to a payload. The error is not
	// nil only where the conn is of no further use.
	WriteBatch(batch []Send) (int, error)
	// Stats returns the counters; after Close, as they were then.
	Stats() (Stats, error)
	Close() error
}
