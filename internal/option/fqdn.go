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
	if len(b) < fqdnHeader {
		return FQDN{}, false
	}
	f.Flags = FQDNFlags(b[0])
	if f.Flags&FQDNEncoded == 0 {
		return f.parseASCII(b[fqdnHeader:])
	}
	return f.parseLabels(b[fqdnHeader:])
}

// parseASCII reads the deprecated form. A name that has a dot is a complete
// one; some clients end the text with NUL or a dot.
func (f FQDN) parseASCII(b []byte) (FQDN, bool) {
	b = bytes.TrimRight(b, "\x00")
	if len(b) > maxName {
		return FQDN{}, false
	}
	dotted := bytes.IndexByte(b, '.') >= 0
	b = bytes.TrimSuffix(b, []byte("."))
	for label := range bytes.SplitSeq(b, []byte(".")) {
		if len(b) > 0 && !properLabel(label) {
			return FQDN{}, false
		}
	}
	f.Name, f.Partial = string(b), !dotted
	return f, true
}

// parseLabels reads labels. A complete name ends with the label of length
// zero, a partial one does not (RFC 4702 §3.5).
func (f FQDN) parseLabels(b []byte) (FQDN, bool) {
	if len(b) > maxName {
		return FQDN{}, false
	}
	name := make([]byte, 0, maxName)
	f.Partial = true
	for len(b) > 0 {
		n := int(b[0])
		if n == 0 {
			f.Partial = false
			if len(b) > 1 {
				return FQDN{}, false
			}
			break
		}
		if n > maxLabel || n >= len(b) || !properLabel(b[1:1+n]) {
			return FQDN{}, false
		}
		if len(name) > 0 {
			name = append(name, '.')
		}
		name = append(name, b[1:1+n]...)
		b = b[1+n:]
	}
	f.Name = string(name)
	return f, true
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

// AppendReply appends the value with which a server answers the client's
// option when it makes no DNS updates: N set, S clear, O saying whether that
// overrides the client's S, the client's encoding, both result codes 255
// (RFC 4702 §2.1, §4). The name is written as complete if it has a dot or ends
// in one, else as partial; a name that does not fit the encoding is left out.
func (f FQDN) AppendReply(b []byte, name string) []byte {
	flags := FQDNNoUpdate | f.Flags&FQDNEncoded
	if f.Flags&FQDNServerUpdates != 0 {
		flags |= FQDNOverride
	}
	b = append(b, byte(flags), fqdnResult, fqdnResult)
	dotted := strings.Contains(name, ".")
	name = strings.TrimSuffix(name, ".")
	if len(name)+2 > maxName || !properDomain(name) {
		return b
	}
	if flags&FQDNEncoded == 0 {
		return append(b, name...)
	}
	for label := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	if dotted {
		b = append(b, 0)
	}
	return b
}

func properDomain(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if !properLabel([]byte(label)) {
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
