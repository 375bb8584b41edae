package config

import (
	"fmt"
	"strconv"
	"strings"
)

// parseName reads the name of a frontend, class, subnet, shared network or webhook endpoint.
func parseName(s string) (string, *problem) {
	for _, c := range s {
		if !isAlnum(c) && !strings.ContainsRune(".-_", c) {
			return "", &problem{fmt.Sprintf("%q contains %q", s, c), "use letters, digits, dots, dashes and underscores"}
		}
	}
	if s == "" || len(s) > 63 {
		return "", &problem{fmt.Sprintf("a name has 1 to 63 characters, this one %d", len(s)), "use another name"}
	}
	return s, nil
}

// parseInterface reads the name of a network interface as Linux has them (dev_valid_name in net/core/dev.c).
func parseInterface(s string) (string, *problem) {
	if s == "" || len(s) > 15 || s == "." || s == ".." || strings.ContainsAny(s, "/: ") {
		return "", &problem{fmt.Sprintf("%q cannot be the name of an interface", s), "write a name of 1 to 15 characters such as eth1"}
	}
	return s, nil
}

// parseLink reads the name of a link: an interface, or a tagged segment of one, such as eth1.100, or eth1.100.7 for VLAN 7 inside
// VLAN 100.
func parseLink(s string) (string, *problem) {
	base := s
	for range 2 {
		i := strings.LastIndexByte(base, '.')
		if i < 0 {
			break
		}
		if vid, err := strconv.Atoi(base[i+1:]); err != nil || vid < 1 || vid > 4094 || base[i+1] == '0' {
			break
		}
		base = base[:i]
	}
	if _, p := parseInterface(base); p != nil {
		_, p = parseInterface(s)
		return s, p
	}
	return s, nil
}

// parseHostname reads a host name, with or without domain (RFC 1123 §2.1, RFC 1035 §2.3.4).
func parseHostname(s string) (string, *problem) {
	if why := hostnameFault(s); why != "" {
		return "", &problem{fmt.Sprintf("%q is not a host name: %s", s, why), "use labels of letters, digits and inner dashes"}
	}
	return s, nil
}

// parseHostPattern reads a host name in which {ip} stands for the address.
func parseHostPattern(s string) (string, *problem) {
	// The longest address there is stands in for all of them.
	filled := strings.ReplaceAll(s, "{ip}", "255-255-255-255")
	if i := strings.IndexAny(filled, "{}"); i >= 0 {
		return "", &problem{fmt.Sprintf("%q has a placeholder other than {ip}", s), "write {ip} where the address goes, as in guest-{ip}"}
	}
	if why := hostnameFault(filled); why != "" {
		return "", &problem{fmt.Sprintf("%q does not make a host name: %s", s, why), "use labels of letters, digits and inner dashes, as in guest-{ip}"}
	}
	return s, nil
}

func hostnameFault(s string) string {
	if s == "" || len(s) > 253 {
		return fmt.Sprintf("it has %d characters, not 1 to 253", len(s))
	}
	for label := range strings.SplitSeq(s, ".") {
		switch {
		case label == "":
			return "it has an empty label"
		case len(label) > 63:
			return "it has a label of more than 63 characters"
		case label[0] == '-' || label[len(label)-1] == '-':
			return "a label begins or ends with a dash"
		}
		for _, c := range label {
			if !isAlnum(c) && c != '-' {
				return fmt.Sprintf("it contains %q", c)
			}
		}
	}
	return ""
}

func isAlnum(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
