package config

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/option"
)

// encodeOption turns a value, a list of them, or a mapping of sub-options into the bytes of an option.
func encodeOption(def option.Def, v value) ([]byte, bool) {
	if def.Mapped() && !v.null() && v.node.Kind == yaml.MappingNode {
		return encodeMapping(def, v.mapping())
	}
	values, ok := optionValues(v)
	if !ok {
		return nil, false
	}
	b, err := def.Encode(values)
	if err != nil {
		reportOption(def, v, err)
		return nil, false
	}
	return b, true
}

// optionValues returns the text of a value, or of the elements of a list.
func optionValues(v value) ([]string, bool) {
	if v.null() {
		v.fail(`give it a value; "" or [] sends nothing`, "there is no value")
		return nil, false
	}
	before := len(v.doc.errors)
	var values []string
	for _, item := range v.items() {
		if s, ok := item.text(); ok {
			values = append(values, s)
		}
	}
	return values, len(v.doc.errors) == before
}

func encodeMapping(def option.Def, m *mapping) ([]byte, bool) {
	before := len(m.doc.errors)
	entries := optionEntries(m)
	if len(m.doc.errors) > before {
		return nil, false
	}
	b, err := def.EncodeMapping(entries)
	if err != nil {
		reportOption(def, m.value, err)
		return nil, false
	}
	return b, true
}

// optionEntries returns the lines of a mapping in the order of the file. All that is wrong with their values is noted.
func optionEntries(m *mapping) []option.Entry {
	entries := []option.Entry{}
	for _, key := range m.byPlace() {
		e, v := option.Entry{Key: key}, m.get(key)
		if !v.null() && v.node.Kind == yaml.MappingNode {
			e.Entries = optionEntries(v.mapping())
		} else {
			e.Values, _ = optionValues(v)
		}
		entries = append(entries, e)
	}
	return entries
}

// reportOption notes what package option says of a value, at the key or element that is wrong.
func reportOption(def option.Def, v value, err error) {
	var ve *option.ValueError
	if !errors.As(err, &ve) {
		v.fail("", "%v", err)
		return
	}
	path := ve.Keys
	if ve.BadKey {
		path = path[:len(path)-1]
	}
	for _, key := range path {
		v = v.mapping().get(key)
	}
	at := v.pos
	if ve.BadKey {
		at = v.mapping().entries[ve.Value].pos
	} else {
		for _, item := range v.items() {
			if item.node.Value == ve.Value {
				at = item.pos
				break
			}
		}
	}
	hint := ""
	if ve.Example != "" {
		hint = "write for example " + ve.Example
	}
	what := strings.Join(append([]string{def.Name}, path...), ": ")
	v.doc.addAt(at, hint, "option %s: %s", what, fmt.Sprintf("%q %s", ve.Value, ve.Problem))
}
