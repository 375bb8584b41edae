package link

import (
	"encoding/binary"
	"net/netip"
)

// Lengths of the headers in bytes.
const (
	etherLen = 14
	ipLen    = 20 // without options, RFC 791 §3.1
	udpLen   = 8  // RFC 768
	headLen  = etherLen + ipLen + udpLen

	maxHeadLen = headLen + maxTags*tagLen
)

// dissect reads an Ethernet frame that carries IPv4, from the given offset, and
// UDP into r. A frame may be longer than its IP length: Ethernet pads to 60
// bytes.
func dissect(frame []byte, at int, r *Received) Drop {
	if len(frame) < at+ipLen+udpLen {
		return DropTruncated
	}
	ip := frame[at:]
	ihl := int(ip[0]&0x0f) * 4
	if ip[0]>>4 != 4 || ihl < ipLen || ip[9] != protocolUDP {
		return DropIPHeader
	}
	total := int(binary.BigEndian.Uint16(ip[2:]))
	if total > len(ip) || total < ihl+udpLen {
		return DropTruncated
	}
	if checksum(0, ip[:ihl]) != 0xffff {
		return DropIPHeader
	}
	udp := ip[ihl:total]
	n := int(binary.BigEndian.Uint16(udp[4:]))
	if n < udpLen {
		return DropUDPLength
	}
	if n > len(udp) {
		return DropTruncated
	}
	copy(r.SrcHW[:], frame[6:12])
	r.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[12:16])), binary.BigEndian.Uint16(udp[0:]))
	r.Dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[16:20])), binary.BigEndian.Uint16(udp[2:]))
	r.Payload = udp[udpLen:n:n]
	return DropNone
}

// putHead writes the Ethernet, IPv4 and UDP headers for s.Payload into b and
// returns their length. TTL is 64, fragmentation is off (the receiver has no IP
// stack to reassemble with) and the UDP checksum is complete: some boot ROMs
// refuse a zero one, and hardware offload does not apply to a packet socket.
func putHead(b *[maxHeadLen]byte, s *Send, srcHW [6]byte) int {
	copy(b[0:6], s.HW[:])
	copy(b[6:12], srcHW[:])
	at := etherLen
	for i := 0; i < maxTags && s.Tags[i].TPID != 0; i++ {
		binary.BigEndian.PutUint16(b[at-2:], s.Tags[i].TPID)
		binary.BigEndian.PutUint16(b[at:], s.Tags[i].TCI)
		at += tagLen
	}
	binary.BigEndian.PutUint16(b[at-2:], etherTypeIPv4)

	ip, udp := b[at:at+ipLen], b[at+ipLen:at+ipLen+udpLen]
	src, dst := s.Src.Addr().As4(), s.Dst.Addr().As4()
	length := udpLen + len(s.Payload)
	ip[0], ip[1] = 0x45, 0
	binary.BigEndian.PutUint16(ip[2:], uint16(ipLen+length))
	binary.BigEndian.PutUint32(ip[4:], 0x4000) // identification 0, DF
	ip[8], ip[9] = 64, protocolUDP
	ip[10], ip[11] = 0, 0
	copy(ip[12:16], src[:])
	copy(ip[16:20], dst[:])
	binary.BigEndian.PutUint16(ip[10:], ^checksum(0, ip))

	binary.BigEndian.PutUint16(udp[0:], s.Src.Port())
	binary.BigEndian.PutUint16(udp[2:], s.Dst.Port())
	binary.BigEndian.PutUint16(udp[4:], uint16(length))
	udp[6], udp[7] = 0, 0
	sum := uint32(protocolUDP) + uint32(length) // the pseudo header, RFC 768
	sum += uint32(checksum(0, ip[12:20])) + uint32(checksum(0, udp[:udpLen]))
	c := ^checksum(sum, s.Payload)
	if c == 0 {
		c = 0xffff // zero means "none"
	}
	binary.BigEndian.PutUint16(udp[6:], c)
	return at + ipLen + udpLen
}

// checksum returns the ones' complement sum of b on top of sum (RFC 1071), not
// complemented. Over a header that holds its own valid checksum it is 0xffff.
func checksum(sum uint32, b []byte) uint16 {
	s := uint64(sum)
	for len(b) >= 8 {
		v := binary.BigEndian.Uint64(b)
		s += v>>32 + v&0xffffffff
		b = b[8:]
	}
	for len(b) >= 2 {
		s += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
