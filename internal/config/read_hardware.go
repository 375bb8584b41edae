package config

import (
	"fmt"
	"strings"

	"rollcall/internal/hwaddr"
)

// parseHardwarePattern reads a hardware address with wildcards in any notation and returns it in that of package hwaddr.
func parseHardwarePattern(s string) (Pattern, *problem) {
	if a, err := hwaddr.Parse(s); err == nil {
		return Pattern{Glob: a.String()}, nil
	}
	bad := &problem{fmt.Sprintf("%q is not a hardware address with wildcards", s), "write it like de:ad:be:* (DE-AD-BE-* and deadbe* are fine too)"}
	text := strings.ReplaceAll(strings.ToLower(s), "-", ":")
	if !strings.Contains(text, ":") {
		text = strings.ReplaceAll(text, ".", "")
		if strings.ContainsAny(strings.TrimSuffix(text, "*"), "*?") {
			return Pattern{}, bad // it does not say where the colons go
		}
		text = withColons(text)
	}
	groups := strings.Split(text, ":")
	if len(groups) > hwaddr.MaxLen {
		return Pattern{}, bad
	}
	for i, g := range groups {
		if g == "" || strings.Trim(g, "0123456789abcdef*?") != "" {
			return Pattern{}, bad
		}
		for literal := range strings.FieldsFuncSeq(g, func(c rune) bool { return c == '*' || c == '?' }) {
			if len(literal) > 2 {
				return Pattern{}, bad
			}
		}
		if len(g) == 1 && g != "*" && g != "?" {
			groups[i] = "0" + g
		}
	}
	text = strings.Join(groups, ":")
	if !strings.ContainsAny(text, "*?") {
		return Pattern{}, &problem{fmt.Sprintf("%q is not a whole hardware address", s), "write " + text + ":* for all that begin so"}
	}
	return Pattern{Glob: text}, nil
}

// withColons puts the colons into an address without separators, which may end in a wildcard.
func withColons(s string) string {
	digits, more := strings.CutSuffix(s, "*")
	var groups []string
	for ; len(digits) > 2; digits = digits[2:] {
		groups = append(groups, digits[:2])
	}
	switch {
	case more && len(digits) == 2:
		groups = append(groups, digits, "*")
	case more:
		groups = append(groups, digits+"*")
	default:
		groups = append(groups, digits)
	}
	return strings.Join(groups, ":")
}
