package engine

import (
	"encoding/binary"
	"net/netip"
)

// IP is an IPv4 address as an integer, 10.0.0.1 being 0x0a000001, and 0 for none. Pools count and compare addresses for
// every packet; an integer of 4 octets makes that cheap and a million leases small.
type IP uint32

// IPOf returns the integer form of a, or 0 if a is no IPv4 address.
func IPOf(a netip.Addr) IP {
	if a = a.Unmap(); !a.Is4() {
		return 0
	}
	b := a.As4()
	return IP(binary.BigEndian.Uint32(b[:]))
}

// Addr returns the address, or the zero Addr for 0.
func (ip IP) Addr() netip.Addr {
	if ip == 0 {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

// String returns dotted decimal, or "" for 0.
func (ip IP) String() string {
	if ip == 0 {
		return ""
	}
	return ip.Addr().String()
}

// appendText appends dotted decimal. ip is not 0.
func (ip IP) appendText(b []byte) []byte { return ip.Addr().AppendTo(b) }

// mask returns the subnet mask of a prefix length.
func mask(bits int) IP {
	if bits == 0 {
		return 0
	}
	return ^IP(0) << (32 - bits)
}
