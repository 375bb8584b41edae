package config

import (
	"fmt"
	"strconv"

	"rollcall/internal/option"
)

// optionNamed finds an option, and notes that there is none of that name.
func (d *document) optionNamed(name string, at Pos) (option.Def, bool) {
	def, ok := d.names.ByName(name)
	if ok {
		return def, true
	}
	if s := d.names.Suggest(name); s != "" {
		d.addAt(at, "", "unknown option %q; did you mean %q?", name, s)
	} else {
		d.addAt(at, "write its name in the IANA registry in lower case with dashes, one of option_definitions, or option-N, N from 1 to 254, with hex:0a0b",
			"unknown option %q", name)
	}
	return option.Def{}, false
}

// parseCode reads an option by name or number.
func (d *document) parseCode(s string) (option.Code, *problem) {
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && n > uint64(option.Pad) && n < uint64(option.End) {
		return option.Code(n), nil
	}
	def, ok := d.names.ByName(s)
	if !ok {
		hint := "write its name in the IANA registry in lower case with dashes, one of option_definitions, or its number from 1 to 254"
		if near := d.names.Suggest(s); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return 0, &problem{fmt.Sprintf("unknown option %q", s), hint}
	}
	return def.Code, nil
}
