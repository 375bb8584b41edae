package config

import (
	"go.yaml.in/yaml/v4"

	"rollcall/internal/option"
)

// readOptions reads DHCP options: name or option-N, and what is sent. They come back in the order of the file.
func readOptions(v value) []Option {
	if v.node == nil {
		return nil
	}
	m := v.mapping()
	var list []Option
	var first [256]Pos
	for _, name := range m.byPlace() {
		at := m.entries[name].pos
		def, ok := v.doc.optionNamed(name, at)
		if !ok {
			continue
		}
		if def.Reserved != "" {
			v.doc.addAt(at, "remove it", "option %s %s", def.Name, def.Reserved)
			continue
		}
		if other := first[def.Code]; other.Line > 0 {
			v.doc.addAt(at, "remove one of them", "option %s is given twice, first on line %d", def.Name, other.Line)
			continue
		}
		first[def.Code] = at
		o := Option{Def: def, Pos: at}
		if o.Value, o.Send, ok = readSetting(def, m.get(name)); ok {
			list = append(list, o)
		}
	}
	return list
}

// readSetting reads what stands behind the name of an option: its value, or value and send.
func readSetting(def option.Def, v value) ([]byte, Send, bool) {
	if !isLong(def, v) {
		b, ok := encodeOption(def, v)
		return b, SendDefault, ok
	}
	before := len(v.doc.errors)
	m := v.mapping()
	val, send := m.get("value"), m.get("send")
	m.done()
	s := SendDefault
	if send.node != nil {
		s = oneOf(send, SendAlways, SendRequested, SendNever)
	}
	switch {
	case len(v.doc.errors) > before:
		return nil, s, false
	case val.node == nil && s == SendNever:
		return nil, s, true
	case val.node == nil:
		v.fail("add value: and what to send", "the option has no value")
		return nil, s, false
	}
	val.label = v.label
	b, ok := encodeOption(def, val)
	if s == SendNever {
		b = nil
	}
	return b, s, ok
}

// isLong reports whether the value of an option is given with more about it, and is not a mapping of sub-options.
func isLong(def option.Def, v value) bool {
	if v.null() || v.node.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i < len(v.node.Content); i += 2 {
		if key := v.node.Content[i].Value; key == "value" || key == "send" {
			return true
		}
	}
	return !def.Mapped()
}
