package hwaddr

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// MaxLen is the size in bytes of the chaddr field (RFC 2131 §2), so no hardware address is longer.
const MaxLen = 16

// Addr is an Ethernet (EUI-48) hardware address. It is comparable and so may key a map.
type Addr [6]byte

// String returns the one output notation, such as "08:00:27:2c:49:4b".
func (a Addr) String() string { return Format(a[:]) }

// Parse reads an Ethernet address in any common notation: 08:00:27:2c:49:4b, 08-00-27-2C-49-4B, 08 00 27 2c 49 4b (in these
// three a leading zero may be missing, as in 8:0:27:2c:49:4b), 0800.272c.494b, 0800:272c:494b, 080027-2c494b and 0800272c494b.
// Case does not matter, and neither does white space at the ends. Notations may not be mixed, because a mixture is more
// likely a slip than a habit.
//
// The error quotes the input, says what is wrong with it and lists what is accepted.
func Parse(s string) (Addr, error) {
	var a Addr
	digits, problem := normalise(strings.TrimSpace(s))
	if problem == "" {
		if _, err := hex.Decode(a[:], digits); err == nil {
			return a, nil
		}
		problem = "it has something other than hexadecimal digits"
	}
	return Addr{}, fmt.Errorf("hardware address %s: %s; write it like 08:00:27:2c:49:4b "+
		"(08-00-27-2C-49-4B, 0800.272c.494b, 0800272c494b, 8:0:27:2c:49:4b and 08 00 27 2c 49 4b are accepted too)", quote(s), problem)
}

// normalise turns any accepted notation into twelve bytes that should be hexadecimal digits, or says why it cannot.
func normalise(s string) (digits []byte, problem string) {
	if s == "" {
		return nil, "it is empty"
	}
	sep := strings.IndexAny(s, ":-. ")
	if sep < 0 {
		if len(s) != 12 {
			return nil, fmt.Sprintf("it has %d digits, not 12", len(s))
		}
		return []byte(s), ""
	}
	if strings.Trim(s, ":-. ") == "" {
		return nil, "it has no digits"
	}
	if strings.Count(s, s[sep:sep+1]) > 5 {
		return nil, "it has more than six groups"
	}
	groups := strings.Split(s, s[sep:sep+1])
	for _, g := range groups {
		if i := strings.IndexAny(g, ":-. "); i >= 0 {
			return nil, fmt.Sprintf("it mixes the separators %q and %q", s[sep], g[i])
		}
	}
	width := 12 / len(groups)
	switch {
	case len(groups) == 6 && s[sep] != '.':
	case len(groups) == 3 && (s[sep] == '.' || s[sep] == ':' || s[sep] == '-'):
	case len(groups) == 2 && (s[sep] == '-' || s[sep] == ':'):
	default:
		return nil, fmt.Sprintf("it has %d groups separated by %q", len(groups), s[sep])
	}
	for i, g := range groups {
		if width == 2 && len(g) == 1 {
			g = "0" + g
		}
		if len(g) != width {
			return nil, fmt.Sprintf("group %d has %d digits, not %d", i+1, len(g), width)
		}
		digits = append(digits, g...)
	}
	return digits, ""
}

// quote shows hostile or mistaken input without letting it flood an error message or a terminal.
func quote(s string) string {
	const limit = 40
	if len(s) > limit {
		return fmt.Sprintf("%q…", s[:limit])
	}
	return fmt.Sprintf("%q", s)
}

// Format writes a hardware address of any type as lower-case hexadecimal with colons; no bytes give "". Bytes beyond
// [MaxLen] cannot come from a DHCP header and are left out.
func Format(b []byte) string {
	const digits = "0123456789abcdef"
	b = b[:min(len(b), MaxLen)]
	if len(b) == 0 {
		return ""
	}
	var buf [MaxLen * 3]byte
	out := buf[:0]
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&0xf], ':')
	}
	return string(out[:len(out)-1])
}

// Randomised reports whether b is an Ethernet address that its owner made up rather than bought: the locally administered bit
// is set and the group bit is not (IEEE 802 §8.4). Phones that hide their identity use such addresses, and so do virtual
// machines. Addresses of other lengths are never randomised, as the bits mean nothing there.
func Randomised(b []byte) bool {
	const group, local = 0x01, 0x02
	return len(b) == len(Addr{}) && b[0]&(group|local) == local
}
