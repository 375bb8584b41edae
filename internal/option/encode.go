package option

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Encode turns values as written in the configuration into the bytes of the
// option. A scalar type takes one value; a list type takes several, and
// also several separated by commas in one value.
//
// No values, or one empty value, give nil: send nothing. A value written
// hex:0a0b (digits may be grouped by colons, dashes or spaces) is taken as raw
// bytes whatever the type; it must be the only value. "hex:" is an option of
// length zero.
//
// A value that does not fit gives a [*ValueError].
func (d Def) Encode(values []string) ([]byte, error) {
	if len(values) == 0 || len(values) == 1 && strings.TrimSpace(values[0]) == "" {
		return nil, nil
	}
	if digits, ok := strings.CutPrefix(values[0], "hex:"); ok && len(values) == 1 {
		return d.encodeHex(values[0], digits)
	}
	if d.Type.list() {
		return d.encodeList(values)
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
	return b, nil
}

func (d Def) encodeList(values []string) ([]byte, error) {
	items := values
	if d.Type != CountedStrings { // a text may hold a comma
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
	case Addr6:
		addr, err := netip.ParseAddr(v)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return nil, d.reject(v)
		}
		sixteen := addr.As16()
		return append(b, sixteen[:]...), nil
	case String, Opaque:
		if strings.IndexByte(v, 0) >= 0 {
			// RFC 2132 §2: no trailing NUL, and none is of use elsewhere.
			return nil, d.rejectf(v, "contains a NUL byte")
		}
		if len(v) > math.MaxUint16 {
			return nil, d.rejectf(v[:16]+"...", "is longer than any message")
		}
		return append(b, v...), nil
	case CountedStrings:
		// RFC 3004 §4: each text has at least one octet and a one-octet length.
		if v == "" || len(v) > math.MaxUint8 {
			return nil, d.rejectf(v, "is not 1 to 255 bytes of text")
		}
		return append(append(b, byte(len(v))), v...), nil
	case WireName:
		return d.appendName(b, v, nil)
	case Routes:
		return d.appendRoute(b, v)
	}
	return nil, d.reject(v) // raw bytes and mappings are not written like this
}

// appendAddr appends the address a, which stands in the value v.
func (d Def) appendAddr(b []byte, a, v string) ([]byte, error) {
	addr, err := netip.ParseAddr(a)
	if err != nil || !addr.Is4() {
		return nil, d.reject(v)
	}
	four := addr.As4()
	return append(b, four[:]...), nil
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

func (d Def) number(v string, largest uint32) (uint32, error) {
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil || n > uint64(largest) {
		return 0, d.reject(v)
	}
	if n < uint64(d.min) {
		return 0, d.rejectf(v, "is below %d, the smallest value RFC 2132 allows", d.min)
	}
	return uint32(n), nil
}

func (d Def) signed(v string, bits int) (int64, error) {
	n, err := strconv.ParseInt(v, 10, bits)
	if err != nil {
		return 0, d.reject(v)
	}
	return n, nil
}

func (d Def) seconds(v string) (uint32, error) {
	if v == "infinite" {
		return math.MaxUint32, nil
	}
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return uint32(n), nil
	}
	span, err := time.ParseDuration(v)
	if err != nil || span < 0 || span/time.Second >= math.MaxUint32 {
		return 0, d.reject(v)
	}
	if span%time.Second != 0 {
		return 0, d.rejectf(v, "is not a whole number of seconds")
	}
	return uint32(span / time.Second), nil
}

func (d Def) truth(v string) (bool, error) {
	switch v {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, d.reject(v)
}
