package option

import (
	"strconv"
	"strings"
)

// textSubOptions reads code, length, value and writes a mapping on one line:
// circuit-id=eth0/1 remote-id=hex:0102. ok is false for malformed bytes.
func (d Def) textSubOptions(in space, b []byte) (text string, ok bool) {
	var sb strings.Builder
	for len(b) > 0 {
		code, value, rest, ok := nextSub(b)
		if !ok || !in.holds(int(code)) {
			return "", false
		}
		b = rest
		sub := d.set().subByCode(in, Code(code))
		if sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		sb.WriteString(sub.Name)
		sb.WriteByte('=')
		sb.WriteString(quoteText(sub.Text(value)))
	}
	return sb.String(), sb.Len() > 0
}

// textVendorOptions writes 3561{1=text} for each enterprise.
func (d Def) textVendorOptions(b []byte) (text string, ok bool) {
	return textEnterprises(b, func(enterprise uint32, data []byte) string {
		s, ok := d.textSubOptions(space{d.Code, enterprise}, data)
		if !ok {
			return "=" + Def{}.Text(data)
		}
		return "{" + s + "}"
	})
}

// textVendorClasses writes 3561=text for each enterprise.
func textVendorClasses(b []byte) (text string, ok bool) {
	return textEnterprises(b, func(_ uint32, data []byte) string { return "=" + quoteText(Def{Type: Opaque}.Text(data)) })
}

func textEnterprises(b []byte, item func(enterprise uint32, data []byte) string) (text string, ok bool) {
	var sb strings.Builder
	for len(b) > 0 {
		enterprise, data, rest, ok := nextEnterprise(b)
		if !ok {
			return "", false
		}
		if sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		sb.WriteString(strconv.FormatUint(uint64(enterprise), 10))
		sb.WriteString(item(enterprise, data))
		b = rest
	}
	return sb.String(), sb.Len() > 0
}

// quoteText quotes a value that would not stand on its own in a line of
// several.
func quoteText(s string) string {
	if s == "" || strings.ContainsAny(s, delimiters) {
		return strconv.Quote(s)
	}
	return s
}
