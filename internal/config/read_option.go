package config

import (
	"errors"
	"fmt"
	"strconv"

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

// optionNamed finds an option, and notes that there is none of that name.
func (d *document) optionNamed(name string, at Pos) (option.Def, bool) {
	def, ok := option.ByName(name)
	if ok {
		return def, true
	}
	if s := option.Suggest(name); s != "" {
		d.addAt(at, "", "unknown option %q; did you mean %q?", name, s)
	} else {
		d.addAt(at, "write its name in the IANA registry in lower case with dashes, or option-N with hex:0a0b", "unknown option %q", name)
	}
	return option.Def{}, false
}

// parseCode reads an option by name or number.
func (d *document) parseCode(s string) (option.Code, *problem) {
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && n > uint64(option.Pad) && n < uint64(option.End) {
		return option.Code(n), nil
	}
	def, ok := option.ByName(s)
	if !ok {
		hint := "write its name in the IANA registry in lower case with dashes, or its number from 1 to 254"
		if near := option.Suggest(s); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return 0, &problem{fmt.Sprintf("unknown option %q", s), hint}
	}
	return def.Code, nil
}

// readSetting reads what stands behind the name of an option: its value, or value and send.
func readSetting(def option.Def, v value) ([]byte, Send, bool) {
	if v.null() || v.node.Kind != yaml.MappingNode {
		b, ok := encodeOption(def, v)
		return b, SendDefault, ok
	}
	m := v.mapping()
	val, send := m.get("value"), m.get("send")
	m.done()
	s := SendDefault
	if send.node != nil {
		s = oneOf(send, SendRequested, SendAlways, SendNever)
	}
	switch {
	case s == SendNever:
		return nil, s, true
	case val.node == nil:
		v.fail("add value: and what to send", "the option has no value")
		return nil, s, false
	}
	val.label = v.label
	b, ok := encodeOption(def, val)
	return b, s, ok
}

func encodeOption(def option.Def, v value) ([]byte, bool) {
	if v.null() {
		v.fail(`give it a value; "" or [] sends nothing`, "there is no value")
		return nil, false
	}
	before := len(v.doc.errors)
	var values []string
	for _, item := range v.items() {
		s, ok := item.text()
		if !ok {
			continue
		}
		values = append(values, s)
	}
	if len(v.doc.errors) > before {
		return nil, false
	}
	b, err := def.Encode(values)
	if err == nil {
		return b, true
	}
	var ve *option.ValueError
	if !errors.As(err, &ve) {
		v.fail("", "%v", err)
		return nil, false
	}
	// Of a list, the element that is wrong is the place to look at.
	for i, item := range v.items() {
		if values[i] == ve.Value {
			v.pos = item.pos
			break
		}
	}
	v.doc.addAt(v.pos, "write for example "+ve.Example, "option %s: %s", def.Name, fmt.Sprintf("%q %s", ve.Value, ve.Problem))
	return nil, false
}
