package option

import (
	"fmt"
	"strconv"
	"strings"
)

// Definition is an option or sub-option that the operator defines, as it
// stands in the configuration.
type Definition struct {
	// Name is the name to use: lower case letters, digits and dashes, at most
	// 63, beginning with a letter.
	Name string
	// Code is 1 to 254. Sub-options of an enterprise may also use 0 and 255.
	Code int
	// Type is one of [TypeNames].
	Type string
	// Of is empty for an option. For a sub-option it is the option that holds
	// it ("vendor-specific"); for one of an enterprise the option and the
	// enterprise number ("vi-vendor-specific 3561").
	Of string
}

// DefinitionError says what is wrong with a [Definition].
type DefinitionError struct {
	// Field is the field at fault as the configuration calls it: name, code,
	// type or of.
	Field string
	// Problem says what is wrong, such as `"routers" is the name of option 3`.
	Problem string
	// Remedy says what to write instead.
	Remedy string
}

func (e *DefinitionError) Error() string { return e.Problem + "; " + e.Remedy }

func badField(field, remedy, format string, args ...any) error {
	return &DefinitionError{Field: field, Problem: fmt.Sprintf(format, args...), Remedy: remedy}
}

// Define returns a set with one more definition, or a [*DefinitionError].
//
// An option of the standard table may get another name but no other type,
// unless the table knows it as raw bytes only. Options the server sets itself
// cannot be defined.
func (n *Names) Define(def Definition) (*Names, error) {
	in, err := n.parseSpace(def.Of)
	if err != nil {
		return nil, err
	}
	t, ok := ParseType(def.Type)
	if !ok || in != (space{}) && t == SubOptions {
		return nil, badField("type", "write one of "+strings.Join(TypeNames(), ", "), "unknown type %q", def.Type)
	}
	d := Def{Name: def.Name, Type: t}
	if !in.holds(def.Code) {
		return nil, badField("code", "write a number from 1 to 254", "code %d cannot be used", def.Code)
	}
	d.Code = Code(def.Code)
	if err := n.checkName(in, def.Name); err != nil {
		return nil, err
	}
	if err := n.checkCode(in, &d); err != nil {
		return nil, err
	}
	return n.with(in, d), nil
}

// parseSpace reads [Definition.Of].
func (n *Names) parseSpace(of string) (space, error) {
	if of == "" {
		return space{}, nil
	}
	const remedy = `write vendor-specific, or vi-vendor-specific and an enterprise number such as "vi-vendor-specific 3561"`
	name, number, numbered := strings.Cut(of, " ")
	holder, ok := n.ByName(name)
	switch {
	case !ok:
		return space{}, badField("of", remedy+"; an option of your own must be defined before", "unknown option %q", name)
	case holder.Reserved != "":
		return space{}, badField("of", remedy, "option %s %s", holder.Name, holder.Reserved)
	case holder.Type == SubOptions && !numbered:
		return space{of: holder.Code}, nil
	case holder.Type == SubOptions:
		return space{}, badField("of", remedy, "option %s is not divided by enterprise numbers", holder.Name)
	case holder.Type != VendorOptions:
		return space{}, badField("of", remedy, "option %s has no sub-options", holder.Name)
	}
	e, err := strconv.ParseUint(strings.TrimSpace(number), 10, 32)
	if err != nil || e == 0 {
		return space{}, badField("of", remedy, "%q does not name an enterprise", of)
	}
	return space{holder.Code, uint32(e)}, nil
}

// checkName refuses names that could not be written or are taken.
func (n *Names) checkName(in space, name string) error {
	if !properName(name) {
		return badField("name", "use lower case letters, digits and dashes, beginning with a letter", "%q cannot be a name", name)
	}
	if in == (space{}) {
		if strings.HasPrefix(name, "option-") {
			return badField("name", "choose another name", "names beginning with option- are for numbers")
		}
		if d, ok := n.ByName(name); ok {
			return badField("name", "choose another name", "%q is the name of option %d", name, d.Code)
		}
		return nil
	}
	if d, ok := n.sub(in, name); ok {
		return badField("name", "choose another name", "%q is the name of sub-option %d", name, d.Code)
	}
	return nil
}

// checkCode refuses codes that are taken. Where the standard table knows the
// option, its smallest legal value stays.
func (n *Names) checkCode(in space, d *Def) error {
	if other, ok := n.own[in].get(d.Code); ok {
		return badField("code", "remove one of them", "code %d is defined already, as %s", d.Code, other.Name)
	}
	known := n.subByCode(in, d.Code)
	if in == (space{}) {
		known = byCode[d.Code]
	}
	if known.Reserved != "" {
		return badField("code", "choose another code", "code %d is %s, which %s", d.Code, known.Name, known.Reserved)
	}
	if known.Type != Hex && known.Type != Opaque && known.Type != d.Type {
		return badField("type", "write "+known.Type.String()+", or use "+known.Name, "code %d is %s, whose type is %s", d.Code, known.Name, known.Type)
	}
	d.min = known.min
	return nil
}

const maxDefinedName = 63

func properName(s string) bool {
	if s == "" || len(s) > maxDefinedName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
