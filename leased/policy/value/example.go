package value

import (
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
)

// wrongType says what an option takes.
func wrongType(d *option.Def, v starlark.Value) error {
	return fmt.Errorf("option %s is of type %s, and takes no %s; write for example %s", d.Name, d.Type, v.Type(), example(d))
}

// example is something that would do.
func example(d *option.Def) string {
	switch d.Type {
	case option.Opaque, option.String:
		return `"example"`
	case option.Addr:
		return `"10.20.0.1"`
	case option.AddrList:
		return `["10.20.0.1"]`
	case option.AddrPairList:
		return `["10.30.0.0 10.20.0.1"]`
	case option.AddrGroups:
		return `["10.20.0.1 10.20.0.2"]`
	case option.Addr6:
		return `"2001:db8::1"`
	case option.Uint8, option.Int8:
		return "64"
	case option.Uint16, option.Int16:
		return "1500"
	case option.Uint32, option.Int32:
		return "3600"
	case option.Seconds:
		return `300 or "5m"`
	case option.Uint8List, option.Uint16List, option.Uint32List:
		return "[1, 2]"
	case option.Bool, option.Flag:
		return "True"
	case option.CountedStrings:
		return `["example"]`
	case option.URIs:
		return `["https://example.org/boot"]`
	case option.WireName:
		return `"lan.example.org"`
	case option.NameList, option.DomainList:
		return `["lan.example.org"]`
	case option.SIPServers:
		return `["sip.example.org"]`
	case option.Routes:
		return `["10.0.0.0/8 via 10.20.0.1"]`
	case option.Resolvers:
		return `["1 dns.example.org 10.20.0.2 alpn=dot"]`
	case option.SubOptions:
		return `{1: "text", 2: b"\x0a\x0b"}`
	case option.VendorOptions:
		return `{3561: {1: "text"}}`
	case option.VendorClasses:
		return `{3561: "text"}`
	}
	return `b"\x0a\x0b" or "hex:0a0b"`
}
