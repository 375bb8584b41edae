package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/option"
)

// patternKeys are the keys that look at text or bytes, in the order in which criteria are listed, with the reader of a pattern.
var patternKeys = []struct {
	key   MatchKey
	parse func(string) (Pattern, *problem)
}{
	{MatchVendorClass, parseTextPattern}, {MatchUserClass, parseTextPattern},
	{MatchHardware, parseHardwarePattern},
	{MatchClientID, parseBytesPattern}, {MatchDUID, parseDUIDPattern},
	{MatchCircuitID, parseBytesPattern}, {MatchRemoteID, parseBytesPattern}, {MatchSubscriberID, parseBytesPattern},
	{MatchLink, parseLinkPattern},
}

// readMatch reads the conditions of a class.
func readMatch(v value) []Criterion {
	m := v.mapping()
	var list []Criterion
	add := func(key MatchKey, fill func(c *Criterion, given value)) {
		if given := m.get(string(key)); given.present() {
			c := Criterion{Key: key, Pos: given.pos}
			fill(&c, given)
			list = append(list, c)
		}
	}
	for _, k := range patternKeys {
		add(k.key, func(c *Criterion, given value) { c.Any = readAny(given, Pattern{}, k.parse) })
	}
	add(MatchArch, func(c *Criterion, given value) { c.Archs = readArchs(given) })
	add(MatchGiaddr, func(c *Criterion, given value) { c.Prefixes = readAny(given, netip.Prefix{}, parseAllowed) })
	add(MatchRequested, func(c *Criterion, given value) {
		c.Requested = readAny(given, 0, func(s string) (option.Code, *problem) { return v.doc.parseCode(s) })
	})
	add(MatchKnown, func(c *Criterion, given value) { c.Known = given.bool(false) })
	list = append(list, readOptionMatches(m.get(string(MatchOption)))...)
	m.done()
	return list
}

// readAny reads one value, or a list of which any counts.
func readAny[T any](v value, none T, parse func(string) (T, *problem)) []T {
	items := v.items()
	if len(items) == 0 && v.doc.keys == nil && v.plain() {
		v.fail("write what it has to match, or remove the key", "there is nothing to match")
	}
	var list []T
	for _, item := range items {
		list = append(list, read(item, none, parse))
	}
	return list
}

// readOptionMatches reads the conditions on options by name: a value, a list of values, or true, which any value matches.
func readOptionMatches(v value) []Criterion {
	m := v.mapping()
	var list []Criterion
	for _, name := range m.byPlace() {
		at := m.entries[name].pos
		def, ok := v.doc.optionNamed(name, at)
		if !ok {
			continue
		}
		c, given := Criterion{Key: MatchOption, Option: def, Pos: at}, m.get(name)
		switch n := given.node; {
		case n.Kind != yaml.ScalarNode || n.Style != 0 || n.Value != "true" && n.Value != "false":
			c.Any = readAny(given, Pattern{}, func(s string) (Pattern, *problem) { return parseOptionPattern(def, s) })
		case n.Value == "false" && def.Type != option.Bool:
			given.fail("write true, which is any value, or what the value looks like", "that an option is missing is no condition")
		case n.Value == "false":
			c.Any = []Pattern{{Glob: "false"}}
		}
		list = append(list, c)
	}
	return list
}

// parseTextPattern reads a glob, or bytes as hex:0a0b or hex:0a0b*.
func parseTextPattern(s string) (Pattern, *problem) {
	const example = "write text such as Aastra*, or bytes such as hex:0a0b*"
	switch digits, isHex := strings.CutPrefix(s, "hex:"); {
	case s == "":
		return Pattern{}, &problem{"the pattern is empty", example + "; * is any value"}
	case len(s) > maxPattern:
		return Pattern{}, &problem{fmt.Sprintf("the pattern has %d characters; %d is the most", len(s), maxPattern), example}
	case isHex:
		return parseHexPattern(digits, example)
	}
	return Pattern{Glob: s}, nil
}

// parseOptionPattern reads what parseTextPattern does, as the value of an option.
func parseOptionPattern(def option.Def, s string) (Pattern, *problem) {
	p, fault := parseTextPattern(s)
	if fault == nil && def.Type == option.Hex && p.Bytes == nil && s != "*" {
		return Pattern{}, &problem{fmt.Sprintf("%q is text, and %s is bytes to rollcall", s, def.Name), "write hex:0a0b, or hex:0a0b* for what begins so"}
	}
	return p, fault
}

// maxPattern bounds what every message is held against.
const maxPattern = 255

func parseHexPattern(s, example string) (Pattern, *problem) {
	digits, more := strings.CutSuffix(s, "*")
	b, err := unhex(digits)
	if err != nil {
		return Pattern{}, &problem{fmt.Sprintf("%q is not an even number of hexadecimal digits", digits), example}
	}
	return Pattern{Bytes: b, More: more}, nil
}

// parseBytesPattern reads what parseTextPattern does, and bytes with colons.
func parseBytesPattern(s string) (Pattern, *problem) {
	literal, more := strings.CutSuffix(s, "*")
	groups, cut := strings.CutSuffix(literal, ":")
	if fault := looksHex(literal); fault != nil {
		return Pattern{}, fault
	}
	if b, err := unhex(groups); err == nil && (isByteGroups(groups) || cut && len(groups) == 2) && (more || !cut) {
		return Pattern{Bytes: b, More: more}, nil
	}
	return parseTextPattern(s)
}

// parseDUIDPattern reads bytes only: there is no text in a DUID.
func parseDUIDPattern(s string) (Pattern, *problem) {
	p, fault := parseBytesPattern(s)
	if fault == nil && p.Bytes == nil {
		return Pattern{}, &problem{fmt.Sprintf("%q is not a DUID", s), "write its bytes, as in 00:03:00:01:08:00:27:2c:49:4b, or how it begins, as in 00:03:*"}
	}
	return p, fault
}

// maxLink is the length of the longest name of a link: an interface, and two VIDs.
const maxLink = 15 + 2*len(".4094")

// parseLinkPattern reads the name of a link with wildcards.
func parseLinkPattern(s string) (Pattern, *problem) {
	if s == "" || len(s) > maxLink || strings.ContainsAny(s, "/: ") {
		return Pattern{}, &problem{fmt.Sprintf("%q cannot be the name of a link", s), "write a name such as eth1, eth* or eth1.100"}
	}
	return Pattern{Glob: s}, nil
}

// readArchs reads kinds of firmware by name, each of which is several architectures (option 93, RFC 4578 §2.1), and architectures by
// number, decimal or as in 0x07.
func readArchs(v value) []uint16 {
	var list []uint16
	for _, codes := range readAny(v, nil, parseArchs) {
		list = append(list, codes...)
	}
	return list
}

func parseArchs(s string) ([]uint16, *problem) {
	digits, base := s, 10
	if h, ok := strings.CutPrefix(s, "0x"); ok {
		digits, base = h, 16
	}
	if n, err := strconv.ParseUint(digits, base, 16); err == nil {
		return []uint16{uint16(n)}, nil
	}
	if s == "" || s[0] >= '0' && s[0] <= '9' || s[0] == '-' {
		return nil, &problem{fmt.Sprintf("%q is not the number of an architecture", s), "write a name such as uefi-x64, or a number from 0 to 65535"}
	}
	f, p := parseFirmware(s)
	return f.Codes(), p
}
