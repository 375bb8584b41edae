//go:build netns

package e2e_test

import (
	"encoding/binary"
	"net"
)

const (
	etherTypeIPv4 = 0x0800
	protocolUDP   = 17
	serverPort    = 67
	clientPort    = 68

	etherLen, ipLen, udpLen = 14, 20, 8
)

var broadcastHW = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// broadcastFrame is the frame of a client without an address: from its hardware address, 0.0.0.0 and port 68, to everybody.
func broadcastFrame(payload []byte) []byte {
	source := net.HardwareAddr{0x52, 0x54, 0, 0xff, 0xff, 0xff}
	if len(payload) >= 34 {
		source = payload[28:34] // chaddr
	}
	f := make([]byte, etherLen+ipLen+udpLen, etherLen+ipLen+udpLen+len(payload))
	copy(f[0:6], broadcastHW)
	copy(f[6:12], source)
	binary.BigEndian.PutUint16(f[12:], etherTypeIPv4)

	ip := f[etherLen:]
	ip[0] = 0x45
	binary.BigEndian.PutUint16(ip[2:], uint16(ipLen+udpLen+len(payload)))
	ip[8], ip[9] = 64, protocolUDP
	copy(ip[16:20], net.IPv4bcast.To4())
	binary.BigEndian.PutUint16(ip[10:], checksum(ip[:ipLen]))

	udp := ip[ipLen:] // checksum 0: not computed (RFC 768)
	binary.BigEndian.PutUint16(udp[0:], clientPort)
	binary.BigEndian.PutUint16(udp[2:], serverPort)
	binary.BigEndian.PutUint16(udp[4:], uint16(udpLen+len(payload)))
	return append(f, payload...)
}

// payloadTo returns what a frame carries to a UDP port.
func payloadTo(f []byte, port uint16) ([]byte, bool) {
	if len(f) < etherLen+ipLen+udpLen || f[etherLen+9] != protocolUDP {
		return nil, false
	}
	udp := f[etherLen+int(f[etherLen]&0xf)*4:]
	if len(udp) < udpLen || binary.BigEndian.Uint16(udp[2:]) != port {
		return nil, false
	}
	n := int(binary.BigEndian.Uint16(udp[4:]))
	if n < udpLen || n > len(udp) {
		return nil, false
	}
	return udp[udpLen:n], true
}

// checksum is the Internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
