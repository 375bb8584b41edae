package option

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// appendRoute appends a classless route: the width of the prefix, as many
// octets of it as are significant, and the router (RFC 3442, "Classless Route
// Option Format"). Router 0.0.0.0 means that the destination is on the link.
func (d Def) appendRoute(b []byte, v string) ([]byte, error) {
	dest, router, ok := cutTwo(v)
	if !ok {
		return nil, d.reject(v)
	}
	prefix, err := netip.ParsePrefix(dest)
	if err != nil || !prefix.Addr().Is4() {
		return nil, d.reject(v)
	}
	if prefix != prefix.Masked() {
		return nil, d.rejectf(v, "has host bits set in its destination; %s has not", prefix.Masked())
	}
	four := prefix.Addr().As4()
	b = append(b, byte(prefix.Bits()))
	b = append(b, four[:octets(prefix.Bits())]...)
	return d.appendAddr(b, router, v)
}

// octets is how many octets of a destination are significant.
func octets(bits int) int { return (bits + 7) / 8 }

// textRoutes is the inverse of appendRoute. ok is false for malformed bytes.
func textRoutes(b []byte) (text string, ok bool) {
	var sb strings.Builder
	for len(b) > 0 {
		bits := int(b[0])
		n := octets(bits)
		if bits > 32 || len(b) < 1+n+4 {
			return "", false
		}
		var four [4]byte
		copy(four[:], b[1:1+n])
		if sb.Len() > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(netip.PrefixFrom(netip.AddrFrom4(four), bits).String())
		sb.WriteString(" via ")
		sb.WriteString(addrAt(b[1+n:]))
		b = b[1+n+4:]
	}
	return sb.String(), true
}

// addrAt formats the IPv4 address in the first four bytes.
func addrAt(b []byte) string {
	var four [4]byte
	binary.BigEndian.PutUint32(four[:], binary.BigEndian.Uint32(b))
	return netip.AddrFrom4(four).String()
}
