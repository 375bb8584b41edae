package option

import (
	"encoding/hex"
	"strings"
)

// Text renders a value for people: its [Def.Values] with ", " between them.
func (d Def) Text(b []byte) string { return strings.Join(d.Values(b), ", ") }

// Values renders a value as the texts an operator would write for it. It never
// fails: bytes that do not fit the type, among them text with control
// characters, are shown as hex:…. [Def.Encode] takes the result back, except
// for what only clients write ([Def.Reserved]) and for values that are legal
// on the wire but not in a configuration, such as a default route in 33.
func (d Def) Values(b []byte) []string {
	if values, ok := d.values(b); ok {
		return values
	}
	return []string{"hex:" + hex.EncodeToString(b)}
}

// values reports false for bytes that do not fit the type.
func (d Def) values(b []byte) ([]string, bool) {
	switch d.Type {
	case Addr, AddrList:
		return fixed(b, 4, d.Type.one(), textAddr)
	case AddrPairList:
		return fixed(b, 8, 0, func(b []byte) string { return textAddr(b) + " " + textAddr(b[4:]) })
	case AddrGroups:
		return groups(b)
	case Addr6:
		return fixed(b, 16, 1, textAddr6)
	case Uint8, Uint16, Uint32, Int8, Int16, Int32, Seconds, Uint8List, Uint16List, Uint32List:
		return fixed(b, d.Type.size(), d.Type.one(), func(b []byte) string { return textNumber(d.Type, b) })
	case Bool:
		if len(b) != 1 || b[0] > 1 {
			return nil, false
		}
		return fixed(b, 1, 1, textBool)
	case Flag:
		return []string{"true"}, len(b) == 0
	case String, Opaque:
		return single(textString(b))
	case CountedStrings:
		return userClasses(b)
	case URIs:
		return uris(b)
	case WireName:
		names, ok := wireNames(b)
		return names, ok && len(names) == 1
	case NameList, DomainList:
		return wireNames(b)
	case SIPServers:
		return sipServers(b)
	case Routes:
		return routes(b)
	case Resolvers:
		return resolvers(b)
	case Record:
		return single(d.textRecord(b))
	case SubOptions:
		return single(d.textSubOptions(space{of: d.Code}, b))
	case VendorOptions:
		return single(d.textVendorOptions(b))
	case VendorClasses:
		return single(textVendorClasses(b))
	case ClientName:
		return single(textClientName(b))
	}
	return nil, false
}

// single is the values of a type that takes one.
func single(s string, ok bool) ([]string, bool) { return []string{s}, ok }

// fixed formats items of a fixed size. count is how many there must be, 0 for
// one or more.
func fixed(b []byte, size, count int, item func([]byte) string) ([]string, bool) {
	if len(b) == 0 || len(b)%size != 0 || count != 0 && len(b) != count*size {
		return nil, false
	}
	items := make([]string, 0, len(b)/size)
	for ; len(b) > 0; b = b[size:] {
		items = append(items, item(b[:size]))
	}
	return items, true
}

func textBool(b []byte) string {
	if b[0] == 1 {
		return "true"
	}
	return "false"
}
