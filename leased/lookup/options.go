package lookup

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"slices"
	"strings"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// fieldOptions are the fields that stand for an option each.
var fieldOptions = []struct {
	field string
	code  option.Code
}{
	{config.FieldGateway, option.Router},
	{config.FieldBroadcastAddress, option.BroadcastAddress},
	{config.FieldDomainName, option.DomainName},
	{config.FieldDomainNameServers, option.DomainNameServer},
	{config.FieldNTPServers, option.NTPServer},
}

// options returns what the fields and the object of options come to. Their values together fit into a message.
func (r *reader) options(a *answer, s *config.Subnet) []engine.Option {
	a.mask(s)
	var list []engine.Option
	given := map[option.Code]string{}
	size := 0
	add := func(field, name string, def option.Def, v any) {
		if first, twice := given[def.Code]; twice {
			a.fail(field, "option %s is given twice, as %s and %s", def.Name, first, name)
			return
		}
		given[def.Code] = name
		b, problem := encode(def, v)
		if problem != "" {
			a.fail(field, "%s", problem)
			return
		}
		size += len(b)
		list = append(list, engine.Option{Code: def.Code, Value: b, From: by})
	}
	for _, f := range fieldOptions {
		v := a.get(f.field)
		if v == nil {
			continue
		}
		// The last of the words of a name server may be missing: "10.0.0.1, ".
		if text, ok := v.(string); ok && f.code != option.DomainName {
			v = strings.Trim(text, ", ")
		}
		add(f.field, a.path(f.field), r.names.ByCode(f.code), v)
	}
	for _, name := range slices.Sorted(maps.Keys(a.options())) {
		def, ok := r.names.ByName(name)
		if !ok {
			a.fail(config.FieldOptions, "unknown option %q%s", clip(name), r.meant(name))
			continue
		}
		if def.Reserved != "" {
			a.fail(config.FieldOptions, "option %s %s", def.Name, def.Reserved)
			continue
		}
		add(config.FieldOptions, a.path(config.FieldOptions)+"."+name, def, a.options()[name])
	}
	if size > math.MaxUint16 {
		a.fail(config.FieldOptions, "they have %d bytes together, and no message holds them", size)
	}
	return list
}

func (r *reader) meant(name string) string {
	if s := r.names.Suggest(name); s != "" {
		return fmt.Sprintf("; did you mean %q?", s)
	}
	return ""
}

// options returns the object of options.
func (a *answer) options() map[string]any {
	v := a.get(config.FieldOptions)
	m, ok := v.(map[string]any)
	if v != nil && !ok {
		a.fail(config.FieldOptions, "is %s, not an object", kind(v))
	}
	return m
}

// mask holds the mask against the subnet, which is where clients learn it from.
func (a *answer) mask(s *config.Subnet) {
	text := a.text(config.FieldSubnetMask)
	if text == "" {
		return
	}
	if s == nil {
		a.fail(config.FieldSubnetMask, "is given with neither %s nor %s", a.path(config.FieldIP), a.path(config.FieldSubnet))
		return
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || !ip.Is4() {
		a.fail(config.FieldSubnetMask, "%q is not a mask such as 255.255.255.0", clip(text))
		return
	}
	if want := netip.AddrFrom4([4]byte(net.CIDRMask(s.Prefix.Bits(), 32))); ip != want {
		a.fail(config.FieldSubnetMask, "%s is not that of subnet %s, which is %s", ip, s.Ref(), want)
	}
}

// encode returns the octets of an option; nil to send nothing.
func encode(def option.Def, v any) (b []byte, problem string) {
	var err error
	switch v := v.(type) {
	case nil:
		return nil, ""
	case map[string]any:
		if !def.Mapped() {
			return nil, fmt.Sprintf("option %s takes values, not an object", def.Name)
		}
		entries, ok := optionEntries(v)
		if !ok {
			return nil, fmt.Sprintf("option %s has what is neither text nor a number", def.Name)
		}
		b, err = def.EncodeMapping(entries)
	default:
		values, ok := texts(v)
		if !ok {
			return nil, fmt.Sprintf("option %s has what is neither text nor a number", def.Name)
		}
		b, err = def.Encode(values)
	}
	if err == nil {
		return b, ""
	}
	if ve, ok := errors.AsType[*option.ValueError](err); ok {
		ve.Value = clip(ve.Value)
		return nil, ve.Error()
	}
	return nil, err.Error()
}

// texts returns the text of a value, or of the elements of a list.
func texts(v any) ([]string, bool) {
	list, isList := v.([]any)
	if !isList {
		text, ok := scalar(v)
		return []string{text}, ok
	}
	values := make([]string, 0, len(list))
	for _, item := range list {
		text, ok := scalar(item)
		if !ok {
			return nil, false
		}
		values = append(values, text)
	}
	return values, true
}

// optionEntries returns the lines of an object in the order of their names, since objects have none of their own.
func optionEntries(m map[string]any) ([]option.Entry, bool) {
	entries := make([]option.Entry, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		e, ok := option.Entry{Key: name}, true
		if inner, isMap := m[name].(map[string]any); isMap {
			e.Entries, ok = optionEntries(inner)
		} else if m[name] != nil {
			e.Values, ok = texts(m[name])
		}
		if !ok {
			return nil, false
		}
		entries = append(entries, e)
	}
	return entries, true
}
