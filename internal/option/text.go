package option

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Text renders a value for people. Values of lists are separated by ", ". It
// never fails: bytes that do not fit the type, among them text with control
// characters, are shown as hex:…, which [Def.Encode] takes back.
func (d Def) Text(b []byte) string {
	if s, ok := d.text(b); ok {
		return s
	}
	return "hex:" + hex.EncodeToString(b)
}

// text reports false for bytes that do not fit the type.
func (d Def) text(b []byte) (string, bool) {
	switch d.Type {
	case Addr:
		return join(b, 4, 1, addrAt)
	case AddrList:
		return join(b, 4, 0, addrAt)
	case AddrPairList:
		return join(b, 8, 0, func(b []byte) string { return addrAt(b) + " " + addrAt(b[4:]) })
	case Uint8:
		return join(b, 1, 1, textUint8)
	case Uint8List:
		return join(b, 1, 0, textUint8)
	case Uint16:
		return join(b, 2, 1, textUint16)
	case Uint16List:
		return join(b, 2, 0, textUint16)
	case Uint32:
		return join(b, 4, 1, textUint32)
	case Uint32List:
		return join(b, 4, 0, textUint32)
	case Int8:
		return join(b, 1, 1, func(b []byte) string { return strconv.Itoa(int(int8(b[0]))) })
	case Int16:
		return join(b, 2, 1, func(b []byte) string { return strconv.Itoa(int(int16(binary.BigEndian.Uint16(b)))) })
	case Int32:
		return join(b, 4, 1, func(b []byte) string { return strconv.Itoa(int(int32(binary.BigEndian.Uint32(b)))) })
	case Seconds:
		return join(b, 4, 1, textSeconds)
	case Bool:
		if len(b) != 1 || b[0] > 1 {
			return "", false
		}
		return strconv.FormatBool(b[0] == 1), true
	case Flag:
		return "true", len(b) == 0
	case Addr6:
		return join(b, 16, 1, func(b []byte) string { return netip.AddrFrom16([16]byte(b[:16])).String() })
	case String, Opaque:
		return textString(b)
	case CountedStrings:
		return textCounted(b)
	case WireName, DomainList:
		names, ok := textNames(b)
		if d.Type == WireName && len(names) != 1 {
			return "", false
		}
		return strings.Join(names, ", "), ok
	case SIPServers:
		return textSIPServers(b)
	case Routes:
		text, ok := textRoutes(b)
		return text, ok && len(b) > 0
	case SubOptions:
		return d.textSubOptions(space{of: d.Code}, b)
	case VendorOptions:
		return d.textVendorOptions(b)
	case VendorClasses:
		return textVendorClasses(b)
	}
	return "", false
}

// join formats items of a fixed size. count is how many there must be, 0 for
// one or more.
func join(b []byte, size, count int, item func([]byte) string) (string, bool) {
	if len(b) == 0 || len(b)%size != 0 || count != 0 && len(b) != count*size {
		return "", false
	}
	var sb strings.Builder
	for ; len(b) > 0; b = b[size:] {
		if sb.Len() > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(item(b))
	}
	return sb.String(), true
}

func textUint8(b []byte) string { return strconv.Itoa(int(b[0])) }

func textUint16(b []byte) string { return strconv.Itoa(int(binary.BigEndian.Uint16(b))) }

func textUint32(b []byte) string { return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10) }

// textSeconds shortens 2m0s to 2m and 8h0m0s to 8h.
func textSeconds(b []byte) string {
	n := binary.BigEndian.Uint32(b)
	if n == math.MaxUint32 {
		return "infinite"
	}
	s := (time.Duration(n) * time.Second).String()
	if t, ok := strings.CutSuffix(s, "m0s"); ok {
		s = t + "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}

// textString takes text without the terminating NULs that some clients send
// against RFC 2132 §2.
func textString(b []byte) (string, bool) {
	s := strings.TrimRight(string(b), "\x00")
	if s == "" || !utf8.ValidString(s) || strings.HasPrefix(s, "hex:") {
		return "", false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return "", false
		}
	}
	return s, true
}

// textCounted reads user classes; see [UserClasses].
func textCounted(b []byte) (string, bool) {
	var sb strings.Builder
	for class := range UserClasses(b) {
		s, ok := textString(class)
		if !ok {
			return "", false
		}
		if sb.Len() > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(s)
	}
	return sb.String(), sb.Len() > 0
}

func textSIPServers(b []byte) (string, bool) {
	switch {
	case len(b) < 2:
		return "", false
	case b[0] == 1:
		return join(b[1:], 4, 0, addrAt)
	case b[0] == 0:
		names, ok := textNames(b[1:])
		return strings.Join(names, ", "), ok
	}
	return "", false
}
