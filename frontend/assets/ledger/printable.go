package ledger

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable returns at most n octets of s, in which everything that does not print is a question mark.
func printable(s string, n int) string {
	clean := func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}
	if s = strings.Map(clean, s); len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
