package option

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// A designated resolver (RFC 9463 §5) is written
//
//	PRIORITY NAME [ADDRESS ... [KEY=VALUE ...]]
//
// with the keys of service parameters that RFC 9460 and RFC 9461 name: "1
// dns.example 10.20.0.2 alpn=dot,h2 port=853 dohpath=/q{?dns}". Parameters
// without a name here are written key65280=hex:0a0b. They stand in the order
// of their keys, as on the wire.

// Keys of service parameters. Addresses have a field of their own, so that the
// hints of RFC 9460 must not appear (RFC 9463 §3.1).
const (
	paramALPN          = 1
	paramNoDefaultALPN = 2
	paramPort          = 3
	paramDoHPath       = 7
)

var paramNames = map[int]string{paramALPN: "alpn", paramNoDefaultALPN: "no-default-alpn", paramPort: "port", paramDoHPath: "dohpath"}

func (d Def) appendResolver(b []byte, v string) ([]byte, error) {
	words := strings.Fields(v)
	if len(words) < 2 {
		return nil, d.reject(v)
	}
	priority, err := strconv.ParseUint(words[0], 10, 16)
	if err != nil || priority == 0 {
		return nil, d.rejectf(v, "has %q where a priority from 1 to 65535 belongs", words[0])
	}
	name, err := d.appendName(nil, words[1], nil)
	if err != nil {
		return nil, d.rejectf(v, "has %q where a domain name belongs", words[1])
	}
	one := binary.BigEndian.AppendUint16(nil, uint16(priority))
	one = append(append(one, byte(len(name))), name...)
	if words = words[2:]; len(words) > 0 { // else the name stands alone
		if one, err = d.appendResolverDetails(one, v, words); err != nil {
			return nil, err
		}
	}
	if len(one) > math.MaxUint16 {
		return nil, d.rejectf(v[:16]+"...", "is longer than any message")
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(one))), one...), nil
}

// appendResolverDetails appends addresses and parameters.
func (d Def) appendResolverDetails(b []byte, v string, words []string) ([]byte, error) {
	var addrs []byte
	for len(words) > 0 && !strings.Contains(words[0], "=") && words[0] != paramNames[paramNoDefaultALPN] {
		var err error
		if addrs, err = d.appendAddr(addrs, words[0], v); err != nil {
			return nil, d.rejectf(v, "has %q where an IPv4 address or KEY=VALUE belongs", words[0])
		}
		words = words[1:]
	}
	if len(addrs) == 0 || len(addrs) > math.MaxUint8 {
		return nil, d.rejectf(v, "has %d addresses; a resolver has 1 to 63", len(addrs)/4)
	}
	b = append(append(b, byte(len(addrs))), addrs...)
	before := -1
	for _, word := range words {
		key, value, ok := parseParam(word)
		if !ok {
			return nil, d.rejectf(v, "has %q, which is not a service parameter", word)
		}
		if key <= before {
			return nil, d.rejectf(v, "has %q out of order: keys ascend, each once", word)
		}
		before = key
		b = binary.BigEndian.AppendUint16(b, uint16(key))
		b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
		b = append(b, value...)
	}
	return b, nil
}

// parseParam reads one KEY=VALUE.
func parseParam(word string) (key int, value []byte, ok bool) {
	name, text, _ := strings.Cut(word, "=")
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return 0, nil, false // neither protocols nor paths are written so
	}
	switch name {
	case paramNames[paramALPN]:
		for id := range strings.SplitSeq(text, ",") {
			if id == "" || len(id) > math.MaxUint8 {
				return 0, nil, false
			}
			value = append(append(value, byte(len(id))), id...)
		}
		return paramALPN, value, true
	case paramNames[paramNoDefaultALPN]:
		return paramNoDefaultALPN, nil, text == ""
	case paramNames[paramPort]:
		port, err := strconv.ParseUint(text, 10, 16)
		return paramPort, binary.BigEndian.AppendUint16(nil, uint16(port)), err == nil
	case paramNames[paramDoHPath]:
		return paramDoHPath, []byte(text), text != ""
	}
	digits, ok := strings.CutPrefix(name, "key")
	n, err := strconv.ParseUint(digits, 10, 16)
	raw, isHex := strings.CutPrefix(text, "hex:")
	if !ok || err != nil || !isHex || paramNames[int(n)] != "" {
		return 0, nil, false
	}
	value, err = hex.DecodeString(raw)
	return int(n), value, err == nil && len(value) <= math.MaxUint16
}

// resolvers is the inverse of appendResolver for a whole value.
func resolvers(b []byte) (items []string, ok bool) {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			return nil, false
		}
		end := 2 + int(binary.BigEndian.Uint16(b))
		item, ok := textResolver(b[2:end])
		if !ok {
			return nil, false
		}
		items = append(items, item)
		b = b[end:]
	}
	return items, len(items) > 0
}

func textResolver(b []byte) (text string, ok bool) {
	const header = 3 // priority and length of the name
	if len(b) < header || len(b) < header+int(b[2]) || b[0]|b[1] == 0 {
		return "", false
	}
	names, ok := wireNames(b[header : header+int(b[2])])
	if !ok || len(names) != 1 {
		return "", false
	}
	words := []string{strconv.Itoa(int(binary.BigEndian.Uint16(b))), names[0]}
	if b = b[header+int(b[2]):]; len(b) == 0 {
		return strings.Join(words, " "), true
	}
	if len(b) < 1+int(b[0]) {
		return "", false
	}
	addrs, ok := fixed(b[1:1+int(b[0])], 4, 0, textAddr)
	if !ok {
		return "", false
	}
	words = append(words, addrs...)
	for b = b[1+int(b[0]):]; len(b) > 0; {
		const header = 4 // key and length
		if len(b) < header || len(b) < header+int(binary.BigEndian.Uint16(b[2:])) {
			return "", false
		}
		end := header + int(binary.BigEndian.Uint16(b[2:]))
		words = append(words, textParam(int(binary.BigEndian.Uint16(b)), b[header:end]))
		b = b[end:]
	}
	return strings.Join(words, " "), true
}

func textParam(key int, value []byte) string {
	name := paramNames[key]
	switch {
	case key == paramALPN && counted(value):
		if ids, ok := userClasses(value); ok && !strings.ContainsAny(strings.Join(ids, ""), ", ") {
			return name + "=" + strings.Join(ids, ",")
		}
	case key == paramNoDefaultALPN && len(value) == 0:
		return name
	case key == paramPort && len(value) == 2:
		return name + "=" + textNumber(Uint16, value)
	case key == paramDoHPath:
		if s, ok := textString(value); ok && !strings.Contains(s, " ") {
			return name + "=" + s
		}
	}
	return "key" + strconv.Itoa(key) + "=hex:" + hex.EncodeToString(value)
}
