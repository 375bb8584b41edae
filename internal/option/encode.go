package option

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// Encode turns values as written in the configuration into the bytes of the
// option. A scalar type takes one value; a list type takes several, and
// also several separated by commas in one value.
//
// No values, or one empty value, give nil: send nothing. A value written
// hex:0a0b (digits may be grouped by colons, dashes or spaces) is taken as raw
// bytes whatever the type; it must be the only value. "hex:" is an option of
// length zero. What the server itself goes by must have its length, and what
// makes UEFI firmware drop the whole message when it is empty has one.
//
// A value that does not fit gives a [*ValueError].
func (d Def) Encode(values []string) ([]byte, error) {
	if len(values) == 0 || len(values) == 1 && strings.TrimSpace(values[0]) == "" {
		return nil, nil
	}
	if digits, ok := strings.CutPrefix(values[0], "hex:"); ok && len(values) == 1 {
		return d.encodeHex(values[0], digits)
	}
	switch {
	case d.Type.list():
		return d.encodeList(values)
	case d.Type == Record:
		values = []string{strings.Join(values, " ")} // a list of the fields will do
	case d.Mapped():
		entries, ok := d.parseMapping(strings.Join(values, " "))
		if !ok {
			return nil, d.reject(values[0])
		}
		return d.EncodeMapping(entries)
	}
	if len(values) > 1 {
		return nil, d.rejectf(values[1], "is one value too many: the option takes one")
	}
	b, err := d.encodeOne(nil, values[0])
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (d Def) encodeHex(value, digits string) ([]byte, error) {
	digits = strings.NewReplacer(":", "", "-", "", " ", "").Replace(digits)
	b, err := hex.DecodeString(digits)
	if err != nil {
		return nil, &ValueError{Option: d.Name, Value: value, Problem: "is not an even number of hexadecimal digits", Example: "hex:0a0b"}
	}
	if len(b) > math.MaxUint16 {
		return nil, &ValueError{Option: d.Name, Value: value[:16] + "...", Problem: "is longer than any message", Example: "hex:0a0b"}
	}
	if d.filled && len(b) == 0 {
		return nil, &ValueError{
			Option: d.Name, Value: value, Problem: "is empty, and machines drop messages with an empty one", Example: `""`,
		}
	}
	if d.exact > 0 && len(b) != d.exact {
		_, example := d.Type.describe()
		return nil, &ValueError{Option: d.Name, Value: value, Problem: fmt.Sprintf("is not %d bytes long", d.exact), Example: example}
	}
	return b, nil
}

func (d Def) encodeList(values []string) ([]byte, error) {
	items := values
	if !d.Type.commas() {
		items = nil
		for _, v := range values {
			for item := range strings.SplitSeq(v, ",") {
				items = append(items, strings.TrimSpace(item))
			}
		}
	}
	switch d.Type {
	case DomainList:
		return d.encodeDomains(items)
	case SIPServers:
		return d.encodeSIPServers(items)
	}
	var b []byte
	for _, item := range items {
		var err error
		if b, err = d.encodeOne(b, item); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// encodeOne appends one value of a scalar type, or one item of a list type.
func (d Def) encodeOne(b []byte, v string) ([]byte, error) {
	switch d.Type {
	case Addr, AddrList:
		return d.appendAddr(b, v, v)
	case AddrPairList:
		return d.appendPair(b, v)
	case AddrGroups:
		return d.appendGroup(b, v)
	case Addr6:
		return d.appendAddr6(b, v)
	case Uint8, Uint8List:
		n, err := d.number(v, math.MaxUint8)
		return append(b, byte(n)), err
	case Uint16, Uint16List:
		n, err := d.number(v, math.MaxUint16)
		return binary.BigEndian.AppendUint16(b, uint16(n)), err
	case Uint32, Uint32List:
		n, err := d.number(v, math.MaxUint32)
		return binary.BigEndian.AppendUint32(b, n), err
	case Int8:
		n, err := d.signed(v, 8)
		return append(b, byte(n)), err
	case Int16:
		n, err := d.signed(v, 16)
		return binary.BigEndian.AppendUint16(b, uint16(n)), err
	case Int32:
		n, err := d.signed(v, 32)
		return binary.BigEndian.AppendUint32(b, uint32(n)), err
	case Seconds:
		n, err := d.seconds(v)
		return binary.BigEndian.AppendUint32(b, n), err
	case Bool:
		on, err := d.truth(v)
		if on {
			return append(b, 1), err
		}
		return append(b, 0), err
	case Flag:
		on, err := d.truth(v)
		if !on || err != nil {
			return nil, err
		}
		return []byte{}, nil
	case String, Opaque:
		return d.appendString(b, v)
	case CountedStrings:
		return d.appendCounted(b, v)
	case URIs:
		return d.appendURI(b, v)
	case WireName, NameList:
		return d.appendName(b, v, nil)
	case Routes:
		return d.appendRoute(b, v)
	case Resolvers:
		return d.appendResolver(b, v)
	case Record:
		return d.appendRecord(b, v)
	}
	return nil, d.reject(v) // raw bytes are not written like this
}
