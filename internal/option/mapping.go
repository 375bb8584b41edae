package option

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// Entry is one line of an option that is written as a mapping.
type Entry struct {
	// Key names a sub-option by name or number, or an enterprise by number.
	Key string
	// Values are what [Def.Encode] takes.
	Values []string
	// Entries are the sub-options of an enterprise.
	Entries []Entry
}

// Mapped reports whether the option is written as a mapping: of sub-options,
// or of enterprise numbers. Such an option can also be written hex:….
func (d Def) Mapped() bool {
	return d.Type == SubOptions || d.Type == VendorOptions || d.Type == VendorClasses
}

// EncodeMapping turns a mapping into the bytes of the option, in the order
// given. Which mapping depends on the type:
//
//   - [SubOptions]: {sub-option: values}, each as code, length, value
//     (RFC 2132 §8.4),
//   - [VendorOptions]: {enterprise: {sub-option: values}} (RFC 3925 §4),
//   - [VendorClasses]: {enterprise: texts}, one item for each text
//     (RFC 3925 §3).
//
// Sub-options without a definition are written by number and take text or
// hex:…. One whose value is empty is left out; when nothing is left the result
// is nil: send nothing.
//
// A mapping that does not fit gives a [*ValueError], whose Keys lead to the
// fault. EncodeMapping panics unless [Def.Mapped].
func (d Def) EncodeMapping(entries []Entry) ([]byte, error) {
	if d.Type == SubOptions {
		return d.encodeSubOptions(space{of: d.Code}, nil, entries)
	}
	if !d.Mapped() {
		panic("option: EncodeMapping of " + d.Name)
	}
	var b []byte
	seen := make(map[uint32]bool)
	for _, e := range entries {
		enterprise, ok := parseEnterprise(e.Key)
		switch {
		case !ok:
			return nil, d.badKey(nil, e.Key, "3561", "is not an enterprise number")
		case seen[enterprise]:
			return nil, d.badKey(nil, e.Key, "3561", "is given twice")
		}
		seen[enterprise] = true
		items, err := d.encodeEnterprise(enterprise, e)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if len(item) > math.MaxUint8 {
				return nil, d.badKey(nil, e.Key, "", "has %d bytes, and no more than 255 can be sent for one enterprise", len(item))
			}
			b = binary.BigEndian.AppendUint32(b, enterprise)
			b = append(append(b, byte(len(item))), item...)
		}
	}
	return b, nil
}

// encodeEnterprise returns the data fields for one enterprise.
func (d Def) encodeEnterprise(enterprise uint32, e Entry) ([][]byte, error) {
	raw := Def{Name: d.Name, Type: Opaque}
	if d.Type == VendorClasses {
		var items [][]byte
		for _, v := range e.Values {
			item, err := raw.Encode([]string{v})
			if err != nil {
				return nil, within(err, d.Name, []string{e.Key})
			}
			if item != nil {
				items = append(items, item)
			}
		}
		if e.Entries != nil {
			return nil, d.badKey(nil, e.Key, "example", "takes text, not sub-options")
		}
		return items, nil
	}
	if e.Values != nil {
		raw.Type = Hex
		if v := e.Values; len(v) > 0 && v[0] != "" && !strings.HasPrefix(v[0], "hex:") {
			return nil, &ValueError{Option: d.Name, Keys: []string{e.Key}, Value: v[0],
				Problem: "is neither sub-options of the enterprise nor their bytes", Example: e.Key + ": {1: text}"}
		}
		item, err := raw.Encode(e.Values)
		if err != nil || item == nil {
			return nil, within(err, d.Name, []string{e.Key})
		}
		return [][]byte{item}, nil
	}
	item, err := d.encodeSubOptions(space{d.Code, enterprise}, []string{e.Key}, e.Entries)
	if err != nil || item == nil {
		return nil, err
	}
	return [][]byte{item}, nil
}

// encodeSubOptions writes code, length, value of each entry. path is the keys
// that lead to the entries.
func (d Def) encodeSubOptions(in space, path []string, entries []Entry) ([]byte, error) {
	var b []byte
	var seen [256]bool
	for _, e := range entries {
		sub, ok := d.set().sub(in, e.Key)
		switch {
		case !ok:
			return nil, d.unknownSub(in, path, e.Key)
		case seen[sub.Code]:
			return nil, d.badKey(path, e.Key, "", "is given twice")
		case e.Entries != nil:
			return nil, d.badKey(path, e.Key, "", "has no sub-options of its own")
		}
		seen[sub.Code] = true
		value, err := sub.Encode(e.Values)
		keys := append(path[:len(path):len(path)], e.Key)
		if err != nil {
			return nil, within(err, d.Name, keys)
		}
		if value == nil {
			continue
		}
		if len(value) > math.MaxUint8 {
			return nil, d.badKey(path, e.Key, "", "has a value of %d bytes, and a sub-option holds no more than 255", len(value))
		}
		b = append(append(b, byte(sub.Code), byte(len(value))), value...)
	}
	return b, nil
}

// set is the names the definition was found in.
func (d Def) set() *Names {
	if d.names == nil {
		return standard
	}
	return d.names
}

func parseEnterprise(s string) (uint32, bool) {
	v, err := strconv.ParseUint(s, 10, 32)
	return uint32(v), err == nil && strconv.FormatUint(v, 10) == s
}

func (d Def) unknownSub(in space, path []string, key string) error {
	if s := d.set().suggestSub(in, key); s != "" {
		return d.badKey(path, key, s, "is not a known sub-option")
	}
	return d.badKey(path, key, "1", "is neither the number of a sub-option nor the name of one that is defined")
}
