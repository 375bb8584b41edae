package conformance_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// width is how many octets a bare number takes in an option; one where nothing is said.
var width = map[int]int{
	2: 4, 13: 2, 22: 2, 24: 4, 26: 2, 35: 4, 38: 4, 51: 4, 57: 2, 58: 4, 59: 4, 91: 4, 92: 4, 93: 2, 108: 4, 152: 4, 153: 4, 154: 4,
}

// words splits a line at blanks. Quotes and braces keep theirs.
func words(line string) (list []string) {
	var word strings.Builder
	quoted, depth := false, 0
	for _, r := range line {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '{':
			depth++
		case r == '}':
			depth--
		case (r == ' ' || r == '\n' || r == '\t') && depth == 0:
			if word.Len() > 0 {
				list = append(list, word.String())
			}
			word.Reset()
			continue
		}
		word.WriteRune(r)
	}
	if word.Len() > 0 {
		list = append(list, word.String())
	}
	return list
}

// octets is the value that a text stands for in an option.
func octets(code int, text string) ([]byte, error) {
	kind, rest, marked := strings.Cut(text, ":")
	switch {
	case text == "":
		return []byte{}, nil
	case strings.HasPrefix(text, "'"):
		return []byte(strings.Trim(text, "'")), nil
	case strings.HasPrefix(text, "z'"):
		return append([]byte(strings.Trim(text[1:], "'")), 0), nil
	case strings.HasPrefix(text, "{"):
		return subOptions(strings.Trim(text, "{}"))
	case marked && kind == "hex":
		return hex.DecodeString(rest)
	case marked && kind == "u8":
		return numbers(rest, 1)
	case marked && kind == "u16":
		return numbers(rest, 2)
	case marked && kind == "u32":
		return numbers(rest, 4)
	case strings.Contains(text, "x") && !strings.HasPrefix(text, "0x"):
		octet, times, _ := strings.Cut(text, "x")
		b, err := hex.DecodeString(octet)
		n, err2 := strconv.Atoi(times)
		if err != nil || err2 != nil {
			return nil, fmt.Errorf("%q is no octet and how often", text)
		}
		return []byte(strings.Repeat(string(b), n)), nil
	case strings.Contains(text, "."):
		return addresses(text)
	}
	return numbers(text, max(width[code], 1))
}

func subOptions(text string) (b []byte, err error) {
	for _, w := range words(text) {
		if w == "end" {
			b = append(b, 255)
			continue
		}
		code, value, _ := strings.Cut(w, "=")
		n, err := strconv.Atoi(code)
		if err != nil {
			return nil, err
		}
		v, err := octets(0, value)
		if err != nil {
			return nil, err
		}
		b = append(append(b, byte(n), byte(len(v))), v...)
	}
	return b, nil
}

func addresses(text string) (b []byte, err error) {
	for _, part := range strings.Split(text, ",") {
		a, err := netip.ParseAddr(part)
		if err != nil {
			return nil, err
		}
		b = append(b, a.AsSlice()...)
	}
	return b, nil
}

func numbers(text string, width int) (b []byte, err error) {
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.ParseUint(part, 0, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", part)
		}
		b = append(b, binary.BigEndian.AppendUint32(nil, uint32(n))[4-width:]...)
	}
	return b, nil
}

// written is an option's value for people: in hexadecimal, and what else it may mean.
func written(b []byte) string {
	s := "hex:" + hex.EncodeToString(b)
	if len(b) > 60 {
		s = fmt.Sprintf("%s... (%d octets)", s[:60], len(b))
	}
	if len(b) == 4 {
		s += fmt.Sprintf(" (%s, %d)", netip.AddrFrom4([4]byte(b)), binary.BigEndian.Uint32(b))
	} else if len(b) > 0 && !strings.ContainsFunc(string(b), func(r rune) bool { return r < ' ' || r > '~' }) {
		s += fmt.Sprintf(" (%q)", b)
	}
	return s
}
