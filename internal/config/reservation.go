package config

import "net/netip"

// Reservation binds a machine to a subnet and, usually, to an address in it.
type Reservation struct {
	// Identifier is what the machine is recognised by. It is unique within a shared network.
	Identifier Identifier
	// Subnet is the subnet's name, or name/serial: a [Subnet.Ref] of the same file.
	Subnet string
	// Address is in that subnet, and reserved once. Invalid: the machine is known, and is given an address from a pool.
	Address netip.Addr
	// Hostname is sent to the machine (option 12). Empty: none.
	Hostname string
	// Netboot is whether it boots from the network.
	Netboot Netboot
	// Level is what is said for this machine only.
	Level
	// Classes are those that the machine is a member of whether it matches or not.
	Classes []string
	// Extra is for the registration system; the server has no use for it. At most [MaxExtra] keys, which have from 1 to
	// [MaxExtraBytes] bytes; values have up to as many.
	Extra map[string]string
	// Pos is where the identifier is given.
	Pos Pos
}

// What a reservation may carry for the registration system.
const (
	MaxExtra      = 32  // keys
	MaxExtraBytes = 255 // of a key or a value
)

// Identifier recognises a machine.
type Identifier struct {
	Kind IdentifierKind
	// Value is compared byte by byte. For hardware addresses these are the 6 bytes of an Ethernet address (htype 1).
	Value []byte
}

// IdentifierKind says where in a message an identifier stands.
type IdentifierKind string

// The kinds of identifiers, named as in the file. A machine that matches several reservations gets the first in this order.
const (
	ByHardware  IdentifierKind = "mac"        // chaddr of htype 1
	ByClientID  IdentifierKind = "client_id"  // option 61, type byte included (RFC 2132 §9.14)
	ByDUID      IdentifierKind = "duid"       // DUID inside option 61 of type 255 (RFC 4361 §6.1)
	ByCircuitID IdentifierKind = "circuit_id" // option 82 suboption 1 (RFC 3046 §3.1)
	ByRemoteID  IdentifierKind = "remote_id"  // option 82 suboption 2 (RFC 3046 §3.2)
)
