package option

import (
	"encoding/binary"
	"encoding/hex"
	"math"
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
		return join(b, 4, 1, func(b []byte) string { return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10) })
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
	case String:
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
		return textSubOptions(b)
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

// textCounted reads RFC 3004; iPXE and others send the bare text instead.
func textCounted(b []byte) (string, bool) {
	var sb strings.Builder
	for rest := b; len(rest) > 0; {
		n := int(rest[0])
		if n == 0 || n >= len(rest) {
			return textString(b)
		}
		s, ok := textString(rest[1 : 1+n])
		if !ok {
			return textString(b)
		}
		if sb.Len() > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(s)
		rest = rest[1+n:]
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

// relaySubOptions names the sub-options of 82 that operators meet.
var relaySubOptions = [...]string{
	1: "circuit-id", 2: "remote-id", 5: "link-selection", 6: "subscriber-id",
	11: "server-id-override", 12: "relay-id", 19: "relay-port",
}

// textSubOptions reads code, length, value: circuit-id=eth0/1 remote-id=hex:….
func textSubOptions(b []byte) (string, bool) {
	var sb strings.Builder
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return "", false
		}
		code, value := int(b[0]), b[2:2+int(b[1])]
		b = b[2+int(b[1]):]
		if sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		if code < len(relaySubOptions) && relaySubOptions[code] != "" {
			sb.WriteString(relaySubOptions[code])
		} else {
			sb.WriteString(strconv.Itoa(code))
		}
		sb.WriteByte('=')
		switch s, ok := textString(value); {
		case (code == 5 || code == 11) && len(value) == 4:
			sb.WriteString(addrAt(value))
		case ok && !strings.ContainsRune(s, ' '):
			sb.WriteString(s)
		default:
			sb.WriteString("hex:" + hex.EncodeToString(value))
		}
	}
	return sb.String(), sb.Len() > 0
}
