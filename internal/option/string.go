package option

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendString appends text as it stands.
func (d Def) appendString(b []byte, v string) ([]byte, error) {
	if strings.IndexByte(v, 0) >= 0 {
		// RFC 2132 §2: no trailing NUL, and none is of use elsewhere.
		return nil, d.rejectf(v, "contains a NUL byte")
	}
	if len(v) > math.MaxUint16 {
		return nil, d.rejectf(v[:16]+"...", "is longer than any message")
	}
	return append(b, v...), nil
}

// appendCounted appends text after its length in one octet (RFC 3004 §4: at
// least one octet of text).
func (d Def) appendCounted(b []byte, v string) ([]byte, error) {
	if v == "" || len(v) > math.MaxUint8 {
		return nil, d.rejectf(v, "is not 1 to 255 bytes of text")
	}
	return d.appendString(append(b, byte(len(v))), v)
}

// appendURI appends text after its length in two octets (RFC 8572 §8.3).
func (d Def) appendURI(b []byte, v string) ([]byte, error) {
	if v == "" || len(v) > math.MaxUint16-2 {
		return nil, d.rejectf(v[:min(len(v), 16)], "is not a URI of acceptable length")
	}
	return d.appendString(binary.BigEndian.AppendUint16(b, uint16(len(v))), v)
}

// textString takes text without the terminating NULs that some clients send
// against RFC 2132 §2. ok is false for what would not come back as the same
// text.
func textString(b []byte) (text string, ok bool) {
	s := strings.TrimRight(string(b), "\x00")
	if strings.TrimSpace(s) == "" || !utf8.ValidString(s) || strings.HasPrefix(s, "hex:") {
		return "", false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return "", false
		}
	}
	return s, true
}

// userClasses reads a whole value of [CountedStrings]; see [UserClasses].
func userClasses(b []byte) (items []string, ok bool) {
	for class := range UserClasses(b) {
		s, ok := textString(class)
		if !ok {
			return nil, false
		}
		items = append(items, s)
	}
	return items, len(items) > 0
}

// uris is the inverse of appendURI for a whole value.
func uris(b []byte) (items []string, ok bool) {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			return nil, false
		}
		end := 2 + int(binary.BigEndian.Uint16(b))
		s, ok := textString(b[2:end])
		if !ok {
			return nil, false
		}
		items = append(items, s)
		b = b[end:]
	}
	return items, len(items) > 0
}
