package option

// Type says how a value is written and which bytes it becomes. In a list type
// several values follow each other without a separator on the wire.
type Type uint8

const (
	// Hex is raw bytes, written hex:0a0b. It is also the type of options the
	// table does not know and of those whose structure no operator writes.
	Hex Type = iota
	// Opaque is raw bytes that may be text: what is not written hex:0a0b is
	// taken as it stands. It is the type of sub-options without a definition.
	Opaque
	// Addr is one IPv4 address, 4 bytes.
	Addr
	// AddrList is one or more IPv4 addresses.
	AddrList
	// AddrPairList is one or more pairs of IPv4 addresses, each written
	// "10.0.0.0 10.20.0.1" (RFC 2132 §4.3, §5.8).
	AddrPairList
	// AddrGroups is one or more servers, each with one or more IPv4 addresses
	// written with spaces between them (RFC 7291 §4).
	AddrGroups
	// Addr6 is one IPv6 address, 16 bytes.
	Addr6
	// Uint8 is a decimal number, 1 byte.
	Uint8
	// Uint16 is a decimal number, 2 bytes.
	Uint16
	// Uint32 is a decimal number, 4 bytes.
	Uint32
	// Int8 is a decimal number with sign, 1 byte.
	Int8
	// Int16 is a decimal number with sign, 2 bytes.
	Int16
	// Int32 is a decimal number with sign, 4 bytes.
	Int32
	// Seconds is a time span, 4 bytes counting seconds, written 300, 5m, 1d12h or
	// infinite (0xffffffff, RFC 2131 §3.3).
	Seconds
	// Uint8List is one or more 1-byte numbers.
	Uint8List
	// Uint16List is one or more 2-byte numbers.
	Uint16List
	// Uint32List is one or more 4-byte numbers.
	Uint32List
	// Bool is 1 byte: 1 or 0.
	Bool
	// String is text without terminating NUL (RFC 2132 §2).
	String
	// CountedStrings is one or more texts, each preceded by its length
	// (RFC 3004 §4).
	CountedStrings
	// URIs is one or more URIs, each preceded by its length in two octets
	// (RFC 8572 §8.3).
	URIs
	// WireName is one domain name in the label form of RFC 1035 §3.1.
	WireName
	// NameList is one or more domain names in label form, each in full.
	NameList
	// DomainList is one or more domain names in label form, compressed
	// (RFC 3397 §2).
	DomainList
	// SIPServers is a list of addresses or a list of domain names, told apart
	// by a first byte (RFC 3361 §3).
	SIPServers
	// Routes is one or more classless routes, each written
	// "10.0.0.0/8 via 10.20.0.1" (RFC 3442).
	Routes
	// Resolvers is one or more designated resolvers for encrypted DNS (RFC 9463
	// §5), each written "1 dns.example 10.20.0.2 alpn=dot".
	Resolvers
	// Record is several fields of fixed types, written in order with spaces
	// between them.
	Record
	// SubOptions is code, length, value, repeated (RFC 2132 §8.4, RFC 3046
	// §2.0). It is written as a mapping; see [Def.EncodeMapping].
	SubOptions
	// VendorOptions is sub-options divided by enterprise number (RFC 3925 §4),
	// written as a mapping of mappings.
	VendorOptions
	// VendorClasses is text divided by enterprise number (RFC 3925 §3),
	// written as a mapping.
	VendorClasses
	// ClientName is flags, result codes and a domain name (RFC 4702 §2). Clients
	// write it; see [ParseFQDN].
	ClientName
	// Flag has no value: its presence is the message.
	Flag
)

// types describes each type: its name, what an operator is told to write, and
// an example of it.
var types = [...]struct {
	name, want, example string
	// list says that the type takes several values.
	list bool
	// builtin says that own definitions cannot use the type.
	builtin bool
}{
	Hex:            {name: "hex", want: "raw bytes", example: "hex:0a0b"},
	Opaque:         {name: "opaque", want: "text or raw bytes", example: "hex:0a0b"},
	Addr:           {name: "address", want: "an IPv4 address", example: "10.20.0.1"},
	AddrList:       {name: "addresses", want: "an IPv4 address", example: "10.20.0.1", list: true},
	AddrPairList:   {name: "address-pairs", want: "a pair of IPv4 addresses", example: `"10.30.0.0 10.20.0.1"`, list: true},
	AddrGroups:     {name: "address-groups", want: "IPv4 addresses", example: `"10.20.0.1 10.20.0.2"`, list: true, builtin: true},
	Addr6:          {name: "ipv6-address", want: "an IPv6 address", example: "2001:db8::1"},
	Uint8:          {name: "uint8", want: "a number from 0 to 255", example: "64"},
	Uint16:         {name: "uint16", want: "a number from 0 to 65535", example: "1500"},
	Uint32:         {name: "uint32", want: "a number from 0 to 4294967295", example: "3600"},
	Int8:           {name: "int8", want: "a number from -128 to 127", example: "-1"},
	Int16:          {name: "int16", want: "a number from -32768 to 32767", example: "-1"},
	Int32:          {name: "int32", want: "a number from -2147483648 to 2147483647", example: "-3600"},
	Seconds:        {name: "seconds", want: "a time span", example: "5m, 300 or infinite"},
	Uint8List:      {name: "uint8-list", want: "a number from 0 to 255", example: "64", list: true},
	Uint16List:     {name: "uint16-list", want: "a number from 0 to 65535", example: "1500", list: true},
	Uint32List:     {name: "uint32-list", want: "a number from 0 to 4294967295", example: "3600", list: true},
	Bool:           {name: "bool", want: "true or false", example: "true"},
	String:         {name: "string", want: "text", example: "example"},
	CountedStrings: {name: "counted-strings", want: "text", example: "example", list: true},
	URIs:           {name: "uris", want: "a URI", example: "https://example.org/boot", list: true, builtin: true},
	WireName:       {name: "domain-name", want: "a domain name", example: "lan.example.org"},
	NameList:       {name: "domain-names", want: "a domain name", example: "lan.example.org", list: true},
	DomainList:     {name: "domain-search", want: "a domain name", example: "lan.example.org", list: true},
	SIPServers:     {name: "sip-servers", want: "only IPv4 addresses or only domain names", example: "sip.example.org", list: true, builtin: true},
	Routes:         {name: "routes", want: "a route", example: `"10.0.0.0/8 via 10.20.0.1"`, list: true},
	Resolvers:      {name: "resolvers", want: "a priority, a name, addresses and parameters", example: `"1 dns.example.org 10.20.0.2 alpn=dot"`, list: true, builtin: true},
	Record:         {name: "record", want: "the fields of the option", example: "hex:0a0b", builtin: true},
	SubOptions:     {name: "sub-options", want: "a mapping of sub-options", example: "{1: text, 2: hex:0a0b}"},
	VendorOptions:  {name: "vendor-options", want: "a mapping of enterprise numbers", example: "{3561: {1: text}}", builtin: true},
	VendorClasses:  {name: "vendor-classes", want: "a mapping of enterprise numbers", example: "{3561: text}", builtin: true},
	ClientName:     {name: "client-name", want: "raw bytes", example: "hex:0a0b", builtin: true},
	Flag:           {name: "flag", want: "true or false", example: "true"},
}

// ParseType finds the type an own definition names.
func ParseType(name string) (Type, bool) {
	for t, row := range types {
		if row.name == name && !row.builtin {
			return Type(t), true
		}
	}
	return 0, false
}

// TypeNames are the names that [ParseType] knows.
func TypeNames() []string {
	var names []string
	for _, row := range types {
		if !row.builtin {
			names = append(names, row.name)
		}
	}
	return names
}

// String is the name of the type, as in an own definition.
func (t Type) String() string { return types[t].name }

// describe is what an operator is told to write, and an example of it.
func (t Type) describe() (want, example string) { return types[t].want, types[t].example }

// list reports whether the type takes several values.
func (t Type) list() bool { return types[t].list }

// commas reports whether a single value of the list type may hold a comma.
func (t Type) commas() bool { return t == CountedStrings || t == URIs || t == Resolvers }

// one is 1 for a type that takes one value and 0 for a list.
func (t Type) one() int {
	if t.list() {
		return 0
	}
	return 1
}

// size is how many bytes one value of a fixed-size type takes.
func (t Type) size() int {
	switch t {
	case Uint8, Int8, Uint8List, Bool:
		return 1
	case Uint16, Int16, Uint16List:
		return 2
	case Addr, AddrList, Uint32, Int32, Uint32List, Seconds:
		return 4
	case Addr6:
		return 16
	}
	return 0
}
