//go:build netns

package conformance_test

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
)

// frame is the Ethernet frame of a query, with the faults that the case wants.
func frame(q *query, from, server net.HardwareAddr) []byte {
	to := server
	if q.dst.Addr() == everybody.Addr() {
		to = broadcastHW
	}
	f := append(append([]byte{}, to...), from...)
	f = append(f, tagsOf(q.frame)...)
	f = binary.BigEndian.AppendUint16(f, etherIPv4)
	f = append(f, datagram(q)...)
	if n, err := strconv.Atoi(q.frame["cutframe"]); err == nil {
		f = f[:min(n, len(f))]
	}
	for len(f) < 60 && q.frame["cutframe"] == "" {
		f = append(f, 0)
	}
	return f
}

// tagsOf are 802.1Q tags, outer first. Of two the outer one is a service tag.
func tagsOf(faults map[string]string) (b []byte) {
	text, there := faults["vlan"]
	if !there {
		return nil
	}
	vids := strings.Split(text, ",")
	for i, vid := range vids {
		n, _ := strconv.Atoi(vid)
		kind := uint16(etherVLAN)
		if i == 0 && len(vids) > 1 {
			kind = etherQinQ
		}
		b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, kind), uint16(n))
	}
	return b
}

// datagram is the IP datagram of a query (RFC 791, RFC 768).
func datagram(q *query) []byte {
	length := 8 + len(q.payload)
	src, dst := q.src.Addr().As4(), q.dst.Addr().As4()
	ip := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, unix.IPPROTO_UDP, 0, 0}
	ip = append(append(ip, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(ip[2:], uint16(20+length))
	if q.frame["fragment"] != "" {
		binary.BigEndian.PutUint16(ip[6:], 0x2000) // more to come
	}
	sum := ^onesSum(ip)
	if q.frame["ipsum"] == "bad" {
		sum++
	}
	binary.BigEndian.PutUint16(ip[10:], sum)

	udp := binary.BigEndian.AppendUint16(nil, q.src.Port())
	udp = binary.BigEndian.AppendUint16(udp, q.dst.Port())
	udp = binary.BigEndian.AppendUint16(udp, uint16(length))
	udp = append(udp, 0, 0)
	pseudo := append(append([]byte{}, ip[12:20]...), 0, unix.IPPROTO_UDP, byte(length>>8), byte(length))
	check := ^onesSum(append(append(pseudo, udp...), q.payload...))
	switch q.frame["udpsum"] {
	case "0":
		check = 0
	case "bad":
		check++
	}
	binary.BigEndian.PutUint16(udp[6:], check)
	if n, err := strconv.Atoi(q.frame["udplen"]); err == nil {
		binary.BigEndian.PutUint16(udp[4:], uint16(n))
	}
	return append(append(ip, udp...), q.payload...)
}

// onesSum is the ones' complement sum (RFC 1071).
func onesSum(b []byte) uint16 {
	var sum uint32
	for len(b) > 1 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// undress takes a frame of the server apart and returns the reply in it, or what is wrong with the frame. A frame that is
// not a datagram of DHCP is nil.
func undress(f []byte, tags []uint16) (r *reply, wrong string) {
	if len(f) < 14 {
		return nil, ""
	}
	kind := binary.BigEndian.Uint16(f[12:])
	body := f[14:]
	for kind == etherVLAN || kind == etherQinQ {
		tags = append(tags, binary.BigEndian.Uint16(body)&0xfff)
		kind, body = binary.BigEndian.Uint16(body[2:]), body[4:]
	}
	if kind != etherIPv4 || len(body) < 28 || body[9] != unix.IPPROTO_UDP {
		return nil, ""
	}
	head := int(body[0]&15) * 4
	total := int(binary.BigEndian.Uint16(body[2:]))
	if total > len(body) || head < 20 || total < head+8 {
		return nil, "IP header lies about its length"
	}
	if onesSum(body[:head]) != 0xffff {
		return nil, "IP header checksum is wrong"
	}
	udp := body[head:total]
	src := netip.AddrPortFrom(netip.AddrFrom4([4]byte(body[12:])), binary.BigEndian.Uint16(udp))
	dst := netip.AddrPortFrom(netip.AddrFrom4([4]byte(body[16:])), binary.BigEndian.Uint16(udp[2:]))
	if src.Port() != 67 && src.Port() != 4011 {
		return nil, ""
	}
	n := int(binary.BigEndian.Uint16(udp[4:]))
	if n != len(udp) {
		return nil, "UDP length is not that of IP"
	}
	if total > 1500 {
		return nil, "larger than the link"
	}
	return &reply{
		payload: bytes.Clone(udp[8:n]), src: src, dst: dst, hw: bytes.Clone(f[:6]), tags: tags,
	}, ""
}
