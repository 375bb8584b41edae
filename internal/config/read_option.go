package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"rollcall/internal/option"
)

// readOptions reads DHCP options: name or option-N, and a value or a list of them. They come back in the order of the file.
func readOptions(v value) []Option {
	m := v.mapping()
	names := slices.SortedFunc(maps.Keys(m.entries), func(a, b string) int { return comparePos(m.entries[a].pos, m.entries[b].pos) })
	var list []Option
	first := map[option.Code]Option{}
	for _, name := range names {
		at := m.entries[name].pos
		def, ok := option.ByName(name)
		if !ok {
			if s := option.Suggest(name); s != "" {
				v.doc.addAt(at, "", "unknown option %q; did you mean %q?", name, s)
			} else {
				v.doc.addAt(at, "write its name in the IANA registry in lower case with dashes, or option-N with hex:0a0b", "unknown option %q", name)
			}
			continue
		}
		if def.Reserved != "" {
			v.doc.addAt(at, "remove it", "option %s %s", def.Name, def.Reserved)
			continue
		}
		if other, dup := first[def.Code]; dup {
			v.doc.addAt(at, "remove one of them", "option %s is given twice, first on line %d", def.Name, other.Pos.Line)
			continue
		}
		o := Option{Def: def, Pos: at}
		first[def.Code] = o
		if val, ok := encodeOption(def, m.get(name)); ok {
			o.Value = val
			list = append(list, o)
		}
	}
	return list
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
