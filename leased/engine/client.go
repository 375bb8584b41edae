package engine

import (
	"rollcall/internal/hwaddr"
)

// HW is a hardware address with its type (RFC 2131 §2: htype, hlen, chaddr). It is comparable, so it can be a map key.
type HW struct {
	// Type is the hardware type, 1 for Ethernet.
	Type uint8
	// Len is the number of octets used, 0 to 16.
	Len uint8
	// Octets holds the address; those past Len are 0.
	Octets [16]byte
}

// HWOf returns the hardware address with the given type and octets; octets past the sixteenth are ignored.
func HWOf(htype uint8, octets []byte) HW {
	h := HW{Type: htype}
	h.Len = uint8(copy(h.Octets[:], octets))
	return h
}

// Bytes returns the octets in use. They are a copy.
func (h HW) Bytes() []byte { return append([]byte(nil), h.Octets[:h.Len]...) }

// IsZero reports whether there is no address: no octets, or only zeros.
func (h HW) IsZero() bool { return h.Octets == [16]byte{} }

// Is reports whether h has these octets, whatever its type.
func (h HW) Is(octets []byte) bool { return string(h.Octets[:h.Len]) == string(octets) }

// String returns lower-case octets with colons.
func (h HW) String() string { return hwaddr.Format(h.Octets[:h.Len]) }

// appendText appends what String returns.
func (h HW) appendText(b []byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range h.Octets[:h.Len] {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return b
}

// What tells one client from another (RFC 2131 §4.2) is the client identifier (option 61) if it sends one and the subnet honours it,
// else hardware type and address. An identity begins with an octet that says which, so the two can never be equal.
const (
	identityClientID = 'c'
	identityHardware = 'h'
)

// duid returns the DUID inside a client identifier of RFC 4361 §6.1 (type 255, 4 octets IAID, DUID), or nil.
func duid(clientID []byte) []byte {
	const header = 1 + 4
	if len(clientID) <= header || clientID[0] != 255 {
		return nil
	}
	return clientID[header:]
}
