package option

import (
	"net/netip"
	"strings"
)

// appendAddr appends the IPv4 address a, which stands in the value v.
func (d Def) appendAddr(b []byte, a, v string) ([]byte, error) {
	addr, err := netip.ParseAddr(a)
	if err != nil || !addr.Is4() {
		return nil, d.reject(v)
	}
	four := addr.As4()
	return append(b, four[:]...), nil
}

func (d Def) appendAddr6(b []byte, v string) ([]byte, error) {
	addr, err := netip.ParseAddr(v)
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return nil, d.reject(v)
	}
	sixteen := addr.As16()
	return append(b, sixteen[:]...), nil
}

func (d Def) appendPair(b []byte, v string) ([]byte, error) {
	first, second, ok := cutTwo(v)
	if !ok {
		return nil, d.reject(v)
	}
	if d.Code == StaticRoute && first == "0.0.0.0" {
		// RFC 2132 §5.8: "The default route (0.0.0.0) is an illegal destination".
		return nil, d.rejectf(v, "is a default route, which belongs in routers")
	}
	b, err := d.appendAddr(b, first, v)
	if err != nil {
		return nil, err
	}
	return d.appendAddr(b, second, v)
}

// cutTwo splits "A B" and "A via B".
func cutTwo(v string) (first, second string, ok bool) {
	f := strings.Fields(v)
	if len(f) == 3 && f[1] == "via" {
		return f[0], f[2], true
	}
	if len(f) != 2 {
		return "", "", false
	}
	return f[0], f[1], true
}

// appendGroup appends one server of [AddrGroups]: how many bytes its addresses
// take, and the addresses (RFC 7291 §4).
func (d Def) appendGroup(b []byte, v string) ([]byte, error) {
	addrs := strings.Fields(v)
	if len(addrs) == 0 {
		return nil, d.reject(v)
	}
	if len(addrs) > 255/4 {
		return nil, d.rejectf(v, "has more addresses than one server can have")
	}
	b = append(b, byte(4*len(addrs)))
	for _, a := range addrs {
		var err error
		if b, err = d.appendAddr(b, a, v); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// groups is the inverse of appendGroup for a whole value.
func groups(b []byte) (items []string, ok bool) {
	for len(b) > 0 {
		end := 1 + int(b[0])
		if end > len(b) {
			return nil, false
		}
		addrs, ok := fixed(b[1:end], 4, 0, textAddr)
		if !ok {
			return nil, false
		}
		items = append(items, strings.Join(addrs, " "))
		b = b[end:]
	}
	return items, len(items) > 0
}

// textAddr formats the IPv4 address in the first four bytes.
func textAddr(b []byte) string { return netip.AddrFrom4([4]byte(b)).String() }

// textAddr6 formats the IPv6 address in the first 16 bytes.
func textAddr6(b []byte) string { return netip.AddrFrom16([16]byte(b)).String() }
