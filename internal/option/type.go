package option

// Type says how a value is written and which bytes it becomes. In a list type
// several values follow each other without a separator on the wire.
type Type uint8

const (
	// Hex is raw bytes, written hex:0a0b. It is also the type of options the
	// table does not know and of those whose structure no operator writes.
	Hex Type = iota
	// Addr is one IPv4 address, 4 bytes.
	Addr
	// AddrList is one or more IPv4 addresses.
	AddrList
	// AddrPairList is one or more pairs of IPv4 addresses, each written
	// "10.0.0.0 10.20.0.1" (RFC 2132 §4.3, §5.8).
	AddrPairList
	// Uint8 is a decimal number, 1 byte.
	Uint8
	// Uint16 is a decimal number, 2 bytes.
	Uint16
	// Uint32 is a decimal number, 4 bytes.
	Uint32
	// Int32 is a decimal number with sign, 4 bytes.
	Int32
	// Seconds is a time span, 4 bytes counting seconds, written 300, 5m or
	// infinite (0xffffffff, RFC 2131 §3.3).
	Seconds
	// Uint8List is one or more 1-byte numbers.
	Uint8List
	// Uint16List is one or more 2-byte numbers.
	Uint16List
	// Bool is 1 byte: 1 or 0.
	Bool
	// String is text without terminating NUL (RFC 2132 §2).
	String
	// CountedStrings is one or more texts, each preceded by its length
	// (RFC 3004 §4).
	CountedStrings
	// WireName is one domain name in the label form of RFC 1035 §3.1.
	WireName
	// DomainList is one or more domain names in label form, compressed
	// (RFC 3397 §2).
	DomainList
	// SIPServers is a list of addresses or a list of domain names, told apart
	// by a first byte (RFC 3361 §3).
	SIPServers
	// Routes is one or more classless routes, each written
	// "10.0.0.0/8 via 10.20.0.1" (RFC 3442).
	Routes
	// SubOptions is code, length, value; nobody writes it, logs read it
	// (RFC 3046 §2).
	SubOptions
	// Flag has no value: its presence is the message.
	Flag
)

// describe is what an operator is told to write, and an example of it.
func (t Type) describe() (want, example string) {
	switch t {
	case Addr, AddrList:
		return "an IPv4 address", "10.20.0.1"
	case AddrPairList:
		return "a pair of IPv4 addresses", `"10.30.0.0 10.20.0.1"`
	case Uint8, Uint8List:
		return "a number from 0 to 255", "64"
	case Uint16, Uint16List:
		return "a number from 0 to 65535", "1500"
	case Uint32:
		return "a number from 0 to 4294967295", "3600"
	case Int32:
		return "a number from -2147483648 to 2147483647", "-3600"
	case Seconds:
		return "a time span", "5m, 300 or infinite"
	case Bool, Flag:
		return "true or false", "true"
	case String, CountedStrings:
		return "text", "example"
	case WireName, DomainList:
		return "a domain name", "lan.example.org"
	case SIPServers:
		return "only IPv4 addresses or only domain names", "sip.example.org"
	case Routes:
		return "a route", `"10.0.0.0/8 via 10.20.0.1"`
	}
	return "raw bytes", "hex:0a0b"
}

// list reports whether the type takes several values.
func (t Type) list() bool {
	switch t {
	case AddrList, AddrPairList, Uint8List, Uint16List, CountedStrings, DomainList, SIPServers, Routes:
		return true
	}
	return false
}
