package option

import (
	"bytes"
	"strings"
)

// FQDN is the Client FQDN option (RFC 4702 §2).
type FQDN struct {
	Flags FQDNFlags
	// Name is the domain name without a final dot, as the client spelt it:
	// printable, but not checked to be a host name. It is empty when the client
	// leaves the choice to the server.
	Name string
	// Partial says that Name lacks the domain it belongs to (RFC 4702 §3.5).
	Partial bool
}

// FQDNFlags are the flag bits of the Client FQDN option (RFC 4702 §2.1).
type FQDNFlags uint8

const (
	// FQDNServerUpdates (S) asks the server to update the A record, or says
	// that it does.
	FQDNServerUpdates FQDNFlags = 1 << iota
	// FQDNOverride (O) says that the server did not follow the client's S.
	FQDNOverride
	// FQDNEncoded (E) says that the name is in label form, not ASCII.
	FQDNEncoded
	// FQDNNoUpdate (N) asks the server for no DNS update at all, or says that
	// it makes none.
	FQDNNoUpdate
)

// fqdnHeader is flags and the two result codes that nobody reads any more
// (RFC 4702 §2.2).
const fqdnHeader = 3

// fqdnResult fills both result codes in a server's answer (RFC 4702 §2.2).
const fqdnResult = 255

// ParseFQDN reads a value of [ClientFQDN]. ok is false for a value that is
// truncated or whose name is malformed: labels that run past the end or
// contain dots, spaces or control characters, compression, more than 255
// bytes. Such an option is to be ignored.
func ParseFQDN(b []byte) (f FQDN, ok bool) {
	var room [maxName]byte
	name, flags, partial, ok := AppendFQDN(room[:0], b)
	if !ok {
		return FQDN{}, false
	}
	return FQDN{Flags: flags, Name: string(name), Partial: partial}, true
}

// AppendFQDN is ParseFQDN with the name appended to dst, which 255 bytes of
// room save from being moved.
func AppendFQDN(dst, b []byte) (name []byte, flags FQDNFlags, partial, ok bool) {
	if len(b) < fqdnHeader {
		return dst, 0, false, false
	}
	flags, b = FQDNFlags(b[0]), b[fqdnHeader:]
	if flags&FQDNEncoded == 0 {
		name, partial, ok = appendASCII(dst, b)
	} else {
		name, partial, ok = appendLabels(dst, b)
	}
	return name, flags, partial, ok
}

// appendASCII reads the deprecated form. A name that has a dot is a complete
// one; some clients end the text with NUL or a dot.
func appendASCII(dst, b []byte) (name []byte, partial, ok bool) {
	b = bytes.TrimRight(b, "\x00")
	if len(b) > maxName {
		return dst, false, false
	}
	dotted := bytes.IndexByte(b, '.') >= 0
	b = bytes.TrimSuffix(b, []byte("."))
	if len(b) > 0 && !properDomain(b) {
		return dst, false, false
	}
	return append(dst, b...), !dotted, true
}

// appendLabels reads labels. A complete name ends with the label of length
// zero, a partial one does not (RFC 4702 §3.5).
func appendLabels(dst, b []byte) (name []byte, partial, ok bool) {
	if len(b) > maxName {
		return dst, false, false
	}
	name = dst
	for len(b) > 0 {
		n := int(b[0])
		if n == 0 {
			return name, false, len(b) == 1
		}
		if n > maxLabel || n >= len(b) || !properLabel(b[1:1+n]) {
			return dst, false, false
		}
		if len(name) > len(dst) {
			name = append(name, '.')
		}
		name = append(name, b[1:1+n]...)
		b = b[1+n:]
	}
	return name, true, true
}

// properLabel refuses what would be misread once labels are joined by dots or
// shown to people. Bytes above ASCII are left to whoever makes a host name.
func properLabel(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == '.' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0 && len(b) <= maxLabel
}

// AppendReply appends the value with which a server answers an option with
// the flags f when it makes no DNS updates: N set, S clear, O saying whether
// that overrides the client's S, the client's encoding, both result codes 255
// (RFC 4702 §2.1, §4). The name is written as complete if it has a dot or ends
// in one, else as partial; a name that does not fit the encoding is left out.
func (f FQDNFlags) AppendReply(b, name []byte) []byte {
	flags := FQDNNoUpdate | f&FQDNEncoded
	if f&FQDNServerUpdates != 0 {
		flags |= FQDNOverride
	}
	b = append(b, byte(flags), fqdnResult, fqdnResult)
	dotted := bytes.IndexByte(name, '.') >= 0
	name = bytes.TrimSuffix(name, []byte("."))
	if len(name)+2 > maxName || !properDomain(name) {
		return b
	}
	if flags&FQDNEncoded == 0 {
		return append(b, name...)
	}
	for more := true; more; {
		var label []byte
		label, name, more = bytes.Cut(name, []byte("."))
		b = append(append(b, byte(len(label))), label...)
	}
	if dotted {
		b = append(b, 0)
	}
	return b
}

func properDomain(name []byte) bool {
	for more := true; more; {
		var label []byte
		if label, name, more = bytes.Cut(name, []byte(".")); !properLabel(label) {
			return false
		}
	}
	return true
}

// textClientName writes host.lan flags=SE. ok is false for a malformed value.
func textClientName(b []byte) (text string, ok bool) {
	f, ok := ParseFQDN(b)
	if !ok {
		return "", false
	}
	name, ok := textString([]byte(f.Name))
	if !ok && f.Name != "" {
		return "", false
	}
	if !f.Partial {
		name += "." // what lacks the dot lacks its domain
	}
	return strings.TrimSpace(name + " flags=" + f.Flags.String()), true
}

// String is the letters of RFC 4702 for the bits that are set, or "none".
func (f FQDNFlags) String() string {
	var letters []byte
	for bit, letter := range []byte("SOEN") {
		if f&(1<<bit) != 0 {
			letters = append(letters, letter)
		}
	}
	if letters == nil {
		return "none"
	}
	return string(letters)
}
