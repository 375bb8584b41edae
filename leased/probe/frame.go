package probe

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"
)

const (
	etherHeader  = 14               // two addresses and the type
	targetOffset = etherHeader + 24 // ar$tpa of a frame for IPv4 over Ethernet (RFC 826)
	minFrame     = etherHeader + 8 + 2*6 + 2*4
)

// reason says why a received frame was dropped.
type reason string

const (
	reasonNone reason = ""
	// reasonShort: cut off, or lengths that overrun the frame.
	reasonShort reason = "short"
	// reasonForeign: not ARP for IPv4 over Ethernet.
	reasonForeign reason = "foreign"
	// reasonOperation: neither request nor reply.
	reasonOperation reason = "operation"
	// reasonSender: the sender has no address (a probe), or one no host can have.
	reasonSender reason = "sender"
)

var ignoredReasons = []reason{reasonShort, reasonForeign, reasonOperation, reasonSender}

// template is a probe in which only the target address is missing: RFC 5227
// §2.1.1 wants the sender address and the target hardware address to be zero.
type template [60]byte

func newTemplate(hw net.HardwareAddr) (t template, err error) {
	pkt, err := arp.NewPacket(arp.OperationRequest, hw, netip.IPv4Unspecified(),
		make(net.HardwareAddr, etherLen), netip.IPv4Unspecified())
	if err != nil {
		return t, fmt.Errorf("build probe: %w", err)
	}
	payload, err := pkt.MarshalBinary()
	if err != nil {
		return t, fmt.Errorf("build probe: %w", err)
	}
	frame, err := (&ethernet.Frame{
		Destination: ethernet.Broadcast,
		Source:      hw,
		EtherType:   ethernet.EtherTypeARP,
		Payload:     payload,
	}).MarshalBinary()
	if err != nil {
		return t, fmt.Errorf("build probe: %w", err)
	}
	copy(t[:], frame)
	return t, nil
}

// probe returns the frame that asks for a, which is IPv4. t is a copy, so
// goroutines may share the original.
func (t template) probe(a netip.Addr) []byte {
	ip := a.As4()
	copy(t[targetOffset:], ip[:])
	return t[:]
}

// decode returns the host that a frame shows to be there, or why it shows none.
func decode(frame []byte) (Host, reason) {
	if len(frame) < minFrame {
		return Host{}, reasonShort
	}
	body := frame[etherHeader:]
	// Lengths are checked before the packet is parsed: the parser believes them.
	if binary.BigEndian.Uint16(frame[12:]) != uint16(ethernet.EtherTypeARP) ||
		binary.BigEndian.Uint16(body[2:]) != uint16(ethernet.EtherTypeIPv4) ||
		body[4] != etherLen || body[5] != net.IPv4len {
		return Host{}, reasonForeign
	}
	var pkt arp.Packet
	if err := pkt.UnmarshalBinary(body); err != nil {
		return Host{}, reasonShort
	}
	if pkt.Operation != arp.OperationRequest && pkt.Operation != arp.OperationReply {
		return Host{}, reasonOperation
	}
	if ip := pkt.SenderIP; ip.IsUnspecified() || ip.IsMulticast() || ip.IsLoopback() {
		return Host{}, reasonSender
	}
	if hw := pkt.SenderHardwareAddr; hw[0]&1 != 0 || [etherLen]byte(hw) == [etherLen]byte{} {
		return Host{}, reasonSender
	}
	return Host{Addr: pkt.SenderIP, HW: pkt.SenderHardwareAddr}, reasonNone
}
