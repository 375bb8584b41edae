package capture

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/gopacket/gopacket/layers"
)

// EtherTypes.
const (
	typeIPv4 = 0x0800
	typeCTag = 0x8100 // IEEE 802.1Q
	typeSTag = 0x88a8 // IEEE 802.1ad
	typeQinQ = 0x9100 // stacked tags from before 802.1ad
)

// Bare IP as some BSDs number it.
const (
	linkRawBSD     layers.LinkType = 12
	linkRawOpenBSD layers.LinkType = 14
)

const (
	ipLen, udpLen, tagLen = 20, 8, 4
	protocolUDP           = 17
)

// ports are those of DHCP.
var ports = []uint16{67, 68, 4011}

// dissect reads a frame.
func (d *Datagram) dissect(link layers.LinkType, b []byte) Skip {
	kind, rest, skip := network(link, b)
	if skip != skipNone {
		return skip
	}
	for tags := 0; kind == typeCTag || kind == typeSTag || kind == typeQinQ; {
		if len(rest) < tagLen {
			return SkipTruncated
		}
		vid := uint32(binary.BigEndian.Uint16(rest) & 0x0fff)
		kind, rest = binary.BigEndian.Uint16(rest[2:]), rest[tagLen:]
		if vid == 0 { // a priority and no VLAN (IEEE 802.1Q §6.9)
			continue
		}
		if tags == 2 {
			return SkipTags
		}
		d.VLAN |= vid << (16 * tags)
		tags++
	}
	if kind != typeIPv4 {
		return skipOther
	}
	return d.datagram(rest)
}

// network takes the header of the link off and returns the EtherType of what is in it.
func network(link layers.LinkType, b []byte) (kind uint16, rest []byte, skip Skip) {
	head, at := 0, -1
	switch link {
	case layers.LinkTypeEthernet:
		head, at = 14, 12
	case layers.LinkTypeLinuxSLL:
		head, at = 16, 14
	case layers.LinkTypeLinuxSLL2:
		head, at = 20, 0
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		head = 4
	case layers.LinkTypeRaw, layers.LinkTypeIPv4, linkRawBSD, linkRawOpenBSD:
	default:
		return 0, nil, SkipLinkType
	}
	if len(b) < head {
		return 0, nil, SkipTruncated
	}
	if at < 0 { // bare IP tells its version itself
		if rest = b[head:]; len(rest) == 0 || rest[0]>>4 != 4 {
			return 0, nil, skipOther
		}
		return typeIPv4, rest, skipNone
	}
	return binary.BigEndian.Uint16(b[at:]), b[head:], skipNone
}

// datagram reads an IPv4 packet. The frame may be longer than that: Ethernet pads to 60 octets.
func (d *Datagram) datagram(ip []byte) Skip {
	if len(ip) < ipLen {
		return SkipTruncated
	}
	if ip[9] != protocolUDP {
		return skipOther
	}
	head, total := int(ip[0]&0x0f)*4, int(binary.BigEndian.Uint16(ip[2:]))
	if ip[0]>>4 != 4 || head < ipLen || total < head+udpLen {
		return SkipIPHeader
	}
	if offset := binary.BigEndian.Uint16(ip[6:]); offset&0x3fff != 0 { // more fragments, or not the first
		if offset&0x1fff == 0 && len(ip) >= head+4 && !ofDHCP(ip[head:]) {
			return skipOther
		}
		return SkipFragment
	}
	if len(ip) < head+udpLen {
		return SkipTruncated
	}
	if !ofDHCP(ip[head:]) {
		return skipOther
	}
	if total > len(ip) {
		return SkipTruncated
	}
	udp := ip[head:total]
	n := int(binary.BigEndian.Uint16(udp[4:]))
	if n < udpLen || n > len(udp) {
		return SkipUDPLength
	}
	d.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[12:16])), binary.BigEndian.Uint16(udp))
	d.Dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[16:20])), binary.BigEndian.Uint16(udp[2:]))
	d.Payload = udp[udpLen:n:n]
	return skipNone
}

// ofDHCP reports whether a UDP header of at least 4 octets has a port of DHCP.
func ofDHCP(udp []byte) bool {
	return slices.Contains(ports, binary.BigEndian.Uint16(udp)) || slices.Contains(ports, binary.BigEndian.Uint16(udp[2:]))
}
