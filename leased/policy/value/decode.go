package value

import (
	"encoding/binary"
	"net/netip"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
)

// decode makes a value of the octets of an option, as its type has it: addresses and text as strings, numbers, truth, lists of these;
// what else there is as the text that the configuration takes. Octets that do not fit the type are the text "hex:…", in a list where the
// type is one.
func (c *Context) decode(d *option.Def, b []byte) starlark.Value {
	switch d.Type {
	case option.Addr:
		if len(b) == 4 {
			return c.addr4(b)
		}
	case option.AddrList:
		if len(b) > 0 && len(b)%4 == 0 {
			return each(b, 4, c.addr4)
		}
	case option.Uint8, option.Uint16, option.Uint32, option.Int8, option.Int16, option.Int32, option.Seconds:
		if len(b) == width(d.Type) {
			return number(d.Type, b)
		}
	case option.Uint8List, option.Uint16List, option.Uint32List:
		if n := width(d.Type); len(b) > 0 && len(b)%n == 0 {
			return each(b, n, func(b []byte) starlark.Value { return number(d.Type, b) })
		}
	case option.Bool:
		if len(b) == 1 && b[0] <= 1 {
			return starlark.Bool(b[0] == 1)
		}
	case option.Flag:
		if len(b) == 0 {
			return starlark.True
		}
	}
	values := d.Values(b)
	if takesList(d.Type) {
		items := make([]starlark.Value, len(values))
		for i, v := range values {
			items[i] = starlark.String(v)
		}
		return list(items)
	}
	return c.texts.ofString(values[0])
}

// takesList reports whether options of the type hold several values.
func takesList(t option.Type) bool {
	switch t {
	case option.AddrList, option.AddrPairList, option.AddrGroups, option.Uint8List, option.Uint16List, option.Uint32List,
		option.CountedStrings, option.URIs, option.NameList, option.DomainList, option.SIPServers, option.Routes, option.Resolvers:
		return true
	}
	return false
}

// each makes a list of items of n octets.
func each(b []byte, n int, item func([]byte) starlark.Value) starlark.Value {
	items := make([]starlark.Value, 0, len(b)/n)
	for ; len(b) > 0; b = b[n:] {
		items = append(items, item(b[:n]))
	}
	return list(items)
}

func (c *Context) addr4(b []byte) starlark.Value {
	var buf [len("255.255.255.255")]byte
	return c.texts.of(netip.AddrFrom4([4]byte(b)).AppendTo(buf[:0]))
}

// width is how many octets a number takes.
func width(t option.Type) int {
	switch t {
	case option.Uint8, option.Int8, option.Uint8List:
		return 1
	case option.Uint16, option.Int16, option.Uint16List:
		return 2
	}
	return 4
}

func number(t option.Type, b []byte) starlark.Value {
	switch t {
	case option.Int8:
		return starlark.MakeInt(int(int8(b[0])))
	case option.Int16:
		return starlark.MakeInt(int(int16(binary.BigEndian.Uint16(b))))
	case option.Int32:
		return starlark.MakeInt(int(int32(binary.BigEndian.Uint32(b))))
	case option.Uint8, option.Uint8List:
		return starlark.MakeInt(int(b[0]))
	case option.Uint16, option.Uint16List:
		return starlark.MakeInt(int(binary.BigEndian.Uint16(b)))
	}
	return starlark.MakeUint64(uint64(binary.BigEndian.Uint32(b)))
}
