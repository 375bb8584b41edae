package packet

import (
	"net/netip"

	"rollcall/internal/option"
)

// Ports of DHCP (RFC 2131 §4.1).
const (
	ServerPort = 67
	ClientPort = 68
)

// Kind is the way a reply takes to its destination.
type Kind uint8

const (
	// Relay: UDP to the relay, routed by the kernel.
	Relay Kind = iota + 1
	// Unicast: UDP to a client that has its address and answers ARP, routed
	// by the kernel.
	Unicast
	// L2Unicast: a frame to the hardware address with the client's new
	// address as IP destination. ARP would find nobody.
	L2Unicast
	// L2Broadcast: a frame to ff:ff:ff:ff:ff:ff and 255.255.255.255.
	L2Broadcast
)

var kindText = [...]string{Relay: "relay", Unicast: "unicast", L2Unicast: "l2-unicast", L2Broadcast: "l2-broadcast"}

// String is a closed set of words, fit for a metric label.
func (k Kind) String() string {
	if int(k) < len(kindText) && kindText[k] != "" {
		return kindText[k]
	}
	return "none"
}

// Dest is where one reply goes.
type Dest struct {
	Kind Kind
	// IP is the destination address and port.
	IP netip.AddrPort
	// HW is the destination of the frame for the L2 kinds, otherwise zero.
	HW [6]byte
}

var (
	limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	broadcastHW      = [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// ReplyTo says where the reply r to the query q goes; src is where q came from.
// RFC 2131 §4.1:
//
//	If the 'giaddr' field in a DHCP message from a client is non-zero,
//	the server sends any return messages to the 'DHCP server' port on the
//	BOOTP relay agent whose address appears in 'giaddr'. If the 'giaddr'
//	field is zero and the 'ciaddr' field is nonzero, then the server
//	unicasts DHCPOFFER and DHCPACK messages to the address in 'ciaddr'.
//	If 'giaddr' is zero and 'ciaddr' is zero, and the broadcast bit is
//	set, then the server broadcasts DHCPOFFER and DHCPACK messages to
//	0xffffffff. If the broadcast bit is not set and 'giaddr' is zero and
//	'ciaddr' is zero, then the server unicasts DHCPOFFER and DHCPACK
//	messages to the client's hardware address and 'yiaddr' address.  In
//	all cases, when 'giaddr' is zero, the server broadcasts any DHCPNAK
//	messages to 0xffffffff.
//
// and "If unicasting is not possible, the message MAY be sent as an IP
// broadcast": it is not when the client has no Ethernet address, or that of a
// group, or when the reply gives it none to unicast to. It is not wanted where
// r.Broadcast says so. BOOTREPLYs go the same ways (RFC 1542 §4.1.2 and §5.4),
// and answers to a LEASEQUERY to giaddr (RFC 4388 §6.4.3).
//
// The port of a relay is 67, or the one it sent from where it says so in option
// 82 (RFC 8357). Queries to port 4011 go by [ReplyToProxy].
func ReplyTo(q *Message, r *Reply, src netip.AddrPort) Dest {
	switch {
	case !q.GIAddr.IsUnspecified():
		return Dest{Kind: Relay, IP: netip.AddrPortFrom(q.GIAddr, relayPort(q, src))}
	case r.Type == Nak || r.Broadcast:
		return toAll(ClientPort)
	case !q.CIAddr.IsUnspecified():
		return Dest{Kind: Unicast, IP: netip.AddrPortFrom(q.CIAddr, ClientPort)}
	case q.Broadcast() || !q.unicastable() || !r.YIAddr.Is4() || r.YIAddr.IsUnspecified():
		return toAll(ClientPort)
	}
	return Dest{Kind: L2Unicast, IP: netip.AddrPortFrom(r.YIAddr, ClientPort), HW: [6]byte(q.CHAddr[:6])}
}

// ReplyToProxy says where the reply r to a query on port 4011 goes: back to
// where the query came from, since UEFI listens on 4011 and iPXE on 68 and both
// have an address by then. What must be broadcast goes to the same port. A
// client that has no address yet is answered by the rules of [ReplyTo]. The
// reply itself must leave from port 4011.
func ReplyToProxy(q *Message, r *Reply, src netip.AddrPort) Dest {
	from := src.Addr().Unmap()
	switch {
	case !q.GIAddr.IsUnspecified():
		return Dest{Kind: Relay, IP: netip.AddrPortFrom(q.GIAddr, ServerPort)}
	case !from.Is4() || from.IsUnspecified() || martian(from) || src.Port() == 0:
		return ReplyTo(q, r, src)
	case r.Type == Nak || r.Broadcast:
		return toAll(src.Port())
	}
	return Dest{Kind: Unicast, IP: netip.AddrPortFrom(from, src.Port())}
}

func toAll(port uint16) Dest {
	return Dest{Kind: L2Broadcast, IP: netip.AddrPortFrom(limitedBroadcast, port), HW: broadcastHW}
}

// unicastable reports whether chaddr can be the destination of a frame to one
// machine: Ethernet, or token ring and the like behind a bridge (htype 6), and
// not the address of a group.
func (m *Message) unicastable() bool {
	const ieee802 = 6
	return (m.HType == hwEthernet || m.HType == ieee802) && m.HLen == 6 && m.CHAddr[0]&1 == 0 && m.CHAddr != [16]byte{}
}

// relayPort is the port a relay wants its answer on.
func relayPort(q *Message, src netip.AddrPort) uint16 {
	const relaySourcePort = 19 // sub-option of 82, RFC 8357
	info, _ := q.Option(option.RelayAgentInfo)
	if _, ok := option.SubOption(info, relaySourcePort); ok && src.Port() != 0 {
		return src.Port()
	}
	return ServerPort
}
