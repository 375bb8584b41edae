package bootname

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
)

// Machine is what placeholders stand for. What is zero is not known, and its placeholder becomes "unknown".
type Machine struct {
	// Hardware is chaddr, of at most 16 octets; {mac} is it in lower case with dashes, as in 52-54-00-12-34-56, {mac:colon} with
	// colons, {mac:plain} with nothing between.
	Hardware []byte
	// IP is the machine's own address, {ip}; Server that of its boot server (siaddr), {server}.
	IP, Server netip.Addr
	// UUID is option 97 with its type octet (RFC 4578 §2.3), {uuid} its text: see [UUID].
	UUID []byte
	// Arch is the kind of its firmware, such as uefi-x64: {arch}.
	Arch string
	// Hostname may have a domain; {hostname} is its first label.
	Hostname string
	// Subnet is where the machine is, as name or name/serial; {subnet} is that with a dash for the slash.
	Subnet string
	// HTTP is where the frontend that the machine talks to serves files by HTTP: {http} is http://10.20.0.1:8080.
	HTTP netip.AddrPort
}

// placeholder is a name in braces, and the longest text that it becomes.
type placeholder struct {
	name    string
	longest int
	append  func(dst []byte, m *Machine) []byte
}

var placeholders = []placeholder{
	{"mac", len("00-") * 16, func(dst []byte, m *Machine) []byte { return appendHardware(dst, m, "-") }},
	{"mac:colon", len("00:") * 16, func(dst []byte, m *Machine) []byte { return appendHardware(dst, m, ":") }},
	{"mac:plain", len("00") * 16, func(dst []byte, m *Machine) []byte { return appendHardware(dst, m, "") }},
	{"ip", len("255.255.255.255"), func(dst []byte, m *Machine) []byte { return appendAddr(dst, m.IP) }},
	{"server", len("255.255.255.255"), func(dst []byte, m *Machine) []byte { return appendAddr(dst, m.Server) }},
	{"uuid", 36, func(dst []byte, m *Machine) []byte { return append(dst, UUID(m.UUID)...) }},
	{"arch", 24, func(dst []byte, m *Machine) []byte { return appendPlain(dst, m.Arch, 24) }},
	{"hostname", 63, func(dst []byte, m *Machine) []byte {
		label, _, _ := strings.Cut(m.Hostname, ".")
		return appendPlain(dst, label, 63)
	}},
	{"subnet", 74, func(dst []byte, m *Machine) []byte { return appendPlain(dst, m.Subnet, 74) }},
	{frontend, len("http://255.255.255.255:65535"), func(dst []byte, m *Machine) []byte {
		if !m.HTTP.IsValid() || m.HTTP.Port() == 0 {
			return dst
		}
		return m.HTTP.AppendTo(append(dst, "http://"...))
	}},
}

// frontend is the placeholder that begins a URL; it can stand nowhere else.
const frontend = "http"

// unknown stands for what is not known of a machine.
const unknown = "unknown"

// Placeholders returns the names of the placeholders, without braces.
func Placeholders() []string {
	names := make([]string, len(placeholders))
	for i, p := range placeholders {
		names[i] = p.name
	}
	return names
}

// Expand returns the name with what is known of the machine in the place of its placeholders. A text that has none is returned as it is.
func Expand(name string, m *Machine) string {
	if strings.IndexByte(name, '{') < 0 {
		return name
	}
	dst := make([]byte, 0, len(name)+64)
	for part := range pieces(name) {
		if part.placeholder == nil {
			dst = append(dst, part.text...)
			continue
		}
		before := len(dst)
		if dst = part.placeholder.append(dst, m); len(dst) == before {
			dst = append(dst, unknown...)
		}
	}
	return string(dst)
}

func appendHardware(dst []byte, m *Machine, between string) []byte {
	for i := range m.Hardware {
		if i > 0 {
			dst = append(dst, between...)
		}
		dst = hex.AppendEncode(dst, m.Hardware[i:i+1])
	}
	return dst
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	if !a.IsValid() || a.IsUnspecified() {
		return dst
	}
	return a.AppendTo(dst)
}

// appendPlain appends what may come from the machine itself: a dash for whatever could lead to another directory or mean something
// in a URL.
func appendPlain(dst []byte, s string, longest int) []byte {
	for i, c := range []byte(s[:min(len(s), longest)]) {
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && c != '-' && c != '_' && (c != '.' || i == 0) {
			c = '-'
		}
		dst = append(dst, c)
	}
	return dst
}

// UUID returns the text of option 97 as firmware shows it, which keeps the first three groups with their octets the other way round;
// "" for what is no UUID of type 0, and for one of zeros alone, which machines send that have none.
func UUID(b []byte) string {
	if len(b) != 17 || b[0] != 0 || !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) {
		return ""
	}
	const order = "\x04\x03\x02\x01-\x06\x05-\x08\x07-\x09\x0a-\x0b\x0c\x0d\x0e\x0f\x10"
	text := make([]byte, 0, 36)
	for _, at := range []byte(order) {
		if at == '-' {
			text = append(text, '-')
			continue
		}
		text = hex.AppendEncode(text, b[at:at+1])
	}
	return string(text)
}
