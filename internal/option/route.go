package option

import "net/netip"

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

// routes is the inverse of appendRoute for a whole value. ok is false for
// malformed bytes.
func routes(b []byte) (items []string, ok bool) {
	for len(b) > 0 {
		bits := int(b[0])
		n := octets(bits)
		if bits > 32 || len(b) < 1+n+4 {
			return nil, false
		}
		var four [4]byte
		copy(four[:], b[1:1+n])
		items = append(items, netip.PrefixFrom(netip.AddrFrom4(four), bits).String()+" via "+textAddr(b[1+n:]))
		b = b[1+n+4:]
	}
	return items, len(items) > 0
}
