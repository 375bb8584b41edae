package lookup

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// answer is the object that a service sent, and the first thing that is wrong with it.
type answer struct {
	object  map[string]any
	paths   map[string][]string
	path    func(field string) string
	problem string
}

// pathText returns how to write where a field is.
func pathText(paths map[string][]string) func(string) string {
	return func(field string) string { return strings.Join(paths[field], ".") }
}

// fail notes that something is wrong with a field. The first one counts.
func (a *answer) fail(field, format string, args ...any) {
	if a.problem == "" {
		a.problem = a.path(field) + ": " + fmt.Sprintf(format, args...)
	}
}

// get returns a field, nil where it is missing, null or an empty text.
func (a *answer) get(field string) any {
	var v any = a.object
	for _, name := range a.paths[field] {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	if v == "" {
		return nil
	}
	return v
}

// any reports whether there is any of the fields.
func (a *answer) any() bool {
	for field := range a.paths {
		if a.get(field) != nil {
			return true
		}
	}
	return false
}

// text returns a field that is text, "" for none.
func (a *answer) text(field string) string {
	switch v := a.get(field).(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	default:
		a.fail(field, "is %s, not text", kind(v))
		return ""
	}
}

// truth returns a field that is true or false.
func (a *answer) truth(field string) bool {
	switch v := a.get(field).(type) {
	case nil:
		return false
	case bool:
		return v
	default:
		a.fail(field, "is %s, neither true nor false", kind(v))
		return false
	}
}

// number returns a field that is a whole number, which may be written as text.
func (a *answer) number(field string, low, high uint32) uint32 {
	text := ""
	switch v := a.get(field).(type) {
	case nil:
		return 0
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	default:
		a.fail(field, "is %s, not a number", kind(v))
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || uint32(n) < low || uint32(n) > high {
		a.fail(field, "%s is not a whole number from %d to %d", clip(text), low, high)
		return 0
	}
	return uint32(n)
}

// leaseTime returns seconds, 0 for what the subnet says. All ones are a lease without end.
func (a *answer) leaseTime() uint32 { return a.number(config.FieldLeaseTime, 1, math.MaxUint32) }

// address returns a field that is the IPv4 address of a host; it is not valid where there is none.
func (a *answer) address(field string) netip.Addr {
	text := a.text(field)
	if text == "" {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || !ip.Is4() || ip.IsUnspecified() {
		a.fail(field, "%q is not the IPv4 address of a machine", clip(text))
		return netip.Addr{}
	}
	return ip
}

func (a *answer) hostname() string {
	name := a.text(config.FieldHostname)
	if engine.CleanHostname([]byte(name)) != name {
		a.fail(config.FieldHostname, "%q is no host name: letters, digits, dashes and dots, labels of at most 63", clip(name))
	}
	return name
}

// list returns a field that is a list of texts, or one text with commas.
func (a *answer) list(field string) []string {
	items := a.values(field, a.get(field))
	if len(items) == 1 {
		items = strings.Split(items[0], ",")
	}
	var list []string
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" && !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}

// values returns the text of a value, or of each element of a list.
func (a *answer) values(field string, v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var list []string
		for _, item := range v {
			text, ok := scalar(item)
			if !ok {
				a.fail(field, "has %s in a list", kind(item))
				return nil
			}
			list = append(list, text)
		}
		return list
	default:
		text, ok := scalar(v)
		if !ok {
			a.fail(field, "is %s, neither text nor a list", kind(v))
			return nil
		}
		return []string{text}
	}
}

// extra returns the operator's own pairs.
func (a *answer) extra() map[string]string {
	v := a.get(config.FieldExtra)
	if v == nil {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		a.fail(config.FieldExtra, "is %s, not an object", kind(v))
		return nil
	}
	extra := make(map[string]string, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if m[name] == nil {
			continue
		}
		text, ok := scalar(m[name])
		switch {
		case !ok:
			a.fail(config.FieldExtra, "%q is %s, not text", clip(name), kind(m[name]))
		case name == "" || len(name) > config.MaxExtraBytes || len(text) > config.MaxExtraBytes:
			a.fail(config.FieldExtra, "%q: names and values have at most %d bytes, names at least one", clip(name), config.MaxExtraBytes)
		}
		extra[name] = text
	}
	if len(extra) > config.MaxExtra {
		a.fail(config.FieldExtra, "has %d pairs; %d is the most", len(extra), config.MaxExtra)
	}
	return extra
}

// scalar returns the text of what is text, a number, or true or false.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// kind says what a value is.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// keysText lists some of the keys of an object.
func keysText(object map[string]any) string {
	const most = 8
	keys := slices.Sorted(maps.Keys(object))
	text := make([]string, 0, most)
	for _, name := range keys[:min(len(keys), most)] {
		text = append(text, strconv.Quote(clip(name)))
	}
	if len(keys) > most {
		text = append(text, "…")
	}
	return strings.Join(text, ", ")
}

// clip shortens what a service sent, for messages.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
