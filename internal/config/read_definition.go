package config

import (
	"errors"
	"fmt"
	"strings"

	"rollcall/internal/option"
)

// readDefinitions reads the options that the operator defines, and returns the names that may be used in the file.
func readDefinitions(v value) *option.Names {
	names := option.Standard()
	var before []placedDefinition
	for _, item := range v.items() {
		m := item.mapping()
		d := placedDefinition{name: m.get("name"), code: m.get("code"), typ: m.get("type"), of: m.get("of")}
		m.done()
		if !d.read() {
			continue
		}
		larger, err := names.Define(d.Definition)
		if err != nil {
			d.report(err, before)
			continue
		}
		names, before = larger, append(before, d)
	}
	return names
}

// placedDefinition is an own option with the places of its parts.
type placedDefinition struct {
	option.Definition
	name, code, typ, of value
}

// read fills in the definition. It reports false when something is missing or wrong by itself.
func (d *placedDefinition) read() bool {
	before := len(d.name.doc.errors)
	// All are asked for, so that all that are missing are told.
	named, coded, typed := d.name.require("phone-vlan"), d.code.require("224"), d.typ.require("uint16")
	d.Name, _ = d.name.text()
	d.Code = d.code.int(0, 0, 255)
	d.Type, _ = d.typ.text()
	d.Of, _ = d.of.text()
	if name := d.Name; d.Of != "" && !strings.Contains(d.Of, " ") && (name == "value" || name == "send") {
		d.name.fail("choose another name", "a sub-option cannot be called %q, which says how the option is sent", name)
	}
	return named && coded && typed && len(d.name.doc.errors) == before
}

// report notes what package option says of the definition, with the line of the earlier one that it clashes with.
func (d *placedDefinition) report(err error, before []placedDefinition) {
	var de *option.DefinitionError
	if !errors.As(err, &de) {
		d.name.fail("", "%v", err)
		return
	}
	at := map[string]value{"name": d.name, "code": d.code, "type": d.typ, "of": d.of}[de.Field]
	other := ""
	for _, b := range before {
		if b.Of == d.Of && (de.Field == "name" && b.Name == d.Name || de.Field == "code" && b.Code == d.Code) {
			other = fmt.Sprintf(" (line %d)", b.name.pos.Line)
		}
	}
	if at.node == nil {
		at = d.name
	}
	at.fail(de.Remedy, "%s%s", de.Problem, other)
}
