package option

import (
	"maps"
	"strconv"
	"strings"
)

// Names is the set of option names known in one configuration: the standard
// table and what the operator defined besides. A set never changes, so it may
// be shared; [Names.Define] returns a larger one.
type Names struct {
	own map[space]*definitions
}

// space is where a name is looked up: among the options (the zero value),
// among the sub-options of one option, or among those of one enterprise within
// [VIVendorSpecific].
type space struct {
	of         Code
	enterprise uint32
}

// definitions are the options or sub-options of one space.
type definitions struct {
	byCode map[Code]Def
	byName map[string]Code
}

var standard = &Names{}

// Standard returns the names of the standard table alone.
func Standard() *Names { return standard }

// ByCode describes the option with the given code. A code without a name is
// called "option-N" and its type is [Hex].
func (n *Names) ByCode(c Code) Def {
	d, ok := n.own[space{}].get(c)
	if !ok {
		d = byCode[c]
	}
	d.names = n
	return d
}

// ByName finds an option by the name operators write: its own name, that of
// another server ("dhcp-lease-time"), or "option-N" with N from 1 to 254.
func (n *Names) ByName(name string) (Def, bool) {
	c, ok := n.own[space{}].code(name)
	if !ok {
		c, ok = standardCode(name)
	}
	if !ok {
		return Def{}, false
	}
	return n.ByCode(c), true
}

// sub finds a sub-option by name or number. A number without definition is
// its own name and its type is [Opaque].
func (n *Names) sub(in space, key string) (Def, bool) {
	if c, ok := n.own[in].code(key); ok {
		return n.subByCode(in, c), true
	}
	if c, ok := standardSubs[in.of].code(key); ok && in.enterprise == 0 {
		return n.subByCode(in, c), true
	}
	v, err := strconv.ParseUint(key, 10, 8)
	if err != nil || strconv.FormatUint(v, 10) != key || !in.holds(int(v)) {
		return Def{}, false
	}
	return n.subByCode(in, Code(v)), true
}

func (n *Names) subByCode(in space, c Code) Def {
	if d, ok := n.own[in].get(c); ok {
		return d
	}
	if d, ok := standardSubs[in.of].get(c); ok && in.enterprise == 0 {
		return d
	}
	return Def{Code: c, Name: strconv.Itoa(int(c)), Type: Opaque}
}

// holds reports whether a code can be used in the space. Among options and
// most sub-options the codes 0 and 255 pad and end (RFC 2132 §8.4). They are
// codes like others in 82 (RFC 3046 §2.0) and 125 (RFC 3925 §4).
func (s space) holds(code int) bool {
	if s.of == RelayAgentInfo || s.of == VIVendorSpecific {
		return code >= 0 && code <= 255
	}
	return code > int(Pad) && code < int(End)
}

// with returns a set in which d is defined in a space under the given name.
func (n *Names) with(in space, d Def) *Names {
	own := maps.Clone(n.own)
	if own == nil {
		own = make(map[space]*definitions)
	}
	defs := &definitions{byCode: make(map[Code]Def), byName: make(map[string]Code)}
	if old := n.own[in]; old != nil {
		maps.Copy(defs.byCode, old.byCode)
		maps.Copy(defs.byName, old.byName)
	}
	defs.byCode[d.Code] = d
	defs.byName[d.Name] = d.Code
	own[in] = defs
	return &Names{own: own}
}

func (ds *definitions) get(c Code) (Def, bool) {
	if ds == nil {
		return Def{}, false
	}
	d, ok := ds.byCode[c]
	return d, ok
}

func (ds *definitions) code(name string) (Code, bool) {
	if ds == nil {
		return 0, false
	}
	c, ok := ds.byName[name]
	return c, ok
}

// standardCode finds a name of the standard table, or option-N.
func standardCode(name string) (Code, bool) {
	if c, ok := byName[name]; ok {
		return c, true
	}
	digits, ok := strings.CutPrefix(name, "option-")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 8)
	if err != nil || n == uint64(Pad) || n == uint64(End) || strconv.FormatUint(n, 10) != digits {
		return 0, false
	}
	return Code(n), true
}
