package option

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
)

// Limits of RFC 1035 §2.3.4, and the largest offset a compression pointer can
// hold (§4.1.4).
const (
	maxLabel   = 63
	maxName    = 255
	maxPointer = 0x3fff
)

// maxJumps is how many pointers a name may go through. Writers point straight
// at the suffix; chains only cost the reader time.
const maxJumps = 16

// encodeDomains writes names in label form, each suffix once: RFC 3397 §2
// compresses names within the option because the space is so small.
func (d Def) encodeDomains(names []string) ([]byte, error) {
	var b []byte
	var err error
	seen := make(map[string]int)
	for _, name := range names {
		if b, err = d.appendName(b, name, seen); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// appendName appends one name in label form. Suffixes found in seen, which
// maps a suffix to its offset in b, become pointers; nil seen writes the name
// in full.
func (d Def) appendName(b []byte, name string, seen map[string]int) ([]byte, error) {
	rest := strings.TrimSuffix(name, ".")
	if rest == "" || len(rest)+2 > maxName {
		return nil, d.reject(name)
	}
	for rest != "" {
		if at, ok := seen[rest]; ok {
			return append(b, 0xc0|byte(at>>8), byte(at)), nil
		}
		if seen != nil && len(b) <= maxPointer {
			seen[rest] = len(b)
		}
		label, after, dotted := strings.Cut(rest, ".")
		if label == "" || dotted && after == "" || len(label) > maxLabel || !printableASCII(label) {
			return nil, d.reject(name)
		}
		b = append(append(b, byte(len(label))), label...)
		rest = after
	}
	return append(b, 0), nil
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// plainLabel reports whether a label can be shown in a list of names: nothing in
// it would divide it when it is written again.
func plainLabel(b []byte) bool {
	return printableASCII(string(b)) && !bytes.ContainsAny(b, ".,")
}

// wireNames reads names in label form. ok is false for malformed bytes.
// Compression is followed only backwards and a few times, so that the work is
// bounded by the length of b.
func wireNames(b []byte) (names []string, ok bool) {
	for at := 0; at < len(b); {
		name, next, ok := nameAt(b, at)
		if !ok {
			return nil, false
		}
		names = append(names, name)
		at = next
	}
	return names, len(names) > 0
}

// nameAt reads the name at an offset and says where the one after it starts.
func nameAt(b []byte, at int) (name string, next int, ok bool) {
	var sb strings.Builder
	lowest := at // pointers must point before this
	jumps := 0
	for at < len(b) {
		n := int(b[at])
		switch {
		case n == 0:
			if next == 0 {
				next = at + 1
			}
			return sb.String(), next, sb.Len() > 0
		case n <= maxLabel:
			if at+1+n > len(b) || sb.Len()+n+1 > maxName || !plainLabel(b[at+1:at+1+n]) {
				return "", 0, false
			}
			if sb.Len() > 0 {
				sb.WriteByte('.')
			}
			sb.Write(b[at+1 : at+1+n])
			at += 1 + n
		case n >= 0xc0:
			if at+1 >= len(b) {
				return "", 0, false
			}
			if next == 0 {
				next = at + 2
			}
			at = (n&0x3f)<<8 | int(b[at+1])
			if jumps++; at >= lowest || jumps > maxJumps {
				return "", 0, false
			}
			lowest = at
		default: // 0x40 and 0x80 are reserved
			return "", 0, false
		}
	}
	return "", 0, false
}

// encodeSIPServers writes the encoding byte of RFC 3361 §3: 0 for names, 1 for
// addresses. The option cannot mix the two.
func (d Def) encodeSIPServers(items []string) ([]byte, error) {
	if !isAddr(items[0]) {
		names := []byte{0}
		for _, name := range items {
			if isAddr(strings.TrimSuffix(name, ".")) {
				return nil, d.rejectf(name, "is an address among domain names")
			}
			// Compression is left out: the names are of different domains,
			// so RFC 3361 §3.1 itself expects little of it.
			var err error
			if names, err = d.appendName(names, name, nil); err != nil {
				return nil, err
			}
		}
		return names, nil
	}
	addrs := []byte{1}
	for _, a := range items {
		var err error
		if addrs, err = d.appendAddr(addrs, a, a); err != nil {
			return nil, err
		}
	}
	return addrs, nil
}

// sipServers is the inverse of encodeSIPServers.
func sipServers(b []byte) (items []string, ok bool) {
	switch {
	case len(b) < 2:
		return nil, false
	case b[0] == 1:
		return fixed(b[1:], 4, 0, textAddr)
	case b[0] == 0:
		items, ok := wireNames(b[1:])
		return items, ok && !slices.ContainsFunc(items, isAddr) // a name that would be taken for an address
	}
	return nil, false
}

func isAddr(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
