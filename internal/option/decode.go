package option

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// Written is the inverse of [Def.Encode], for bytes that came of it: their
// [Def.Values] where exactly these bytes come of those, else hex:…. Nil gives nil: send nothing. A mapping is
// written by [Def.Entries].
func (d Def) Written(b []byte) []string {
	if b == nil {
		return nil
	}
	if values, ok := d.values(b); ok && !d.Mapped() {
		// Values are for people too, and leave out what means nothing, such as
		// a zero byte that ends a string.
		if back, err := d.Encode(values); err == nil && back != nil && bytes.Equal(back, b) {
			return values
		}
	}
	return []string{"hex:" + hex.EncodeToString(b)}
}

// Entries is the inverse of [Def.EncodeMapping]. ok is false for bytes that no
// mapping makes, such as those with a sub-option given twice; [Def.Written]
// writes them.
//
// It panics unless [Def.Mapped].
func (d Def) Entries(b []byte) (entries []Entry, ok bool) {
	switch d.Type {
	case SubOptions:
		entries, ok = d.subEntries(space{of: d.Code}, b)
	case VendorOptions, VendorClasses:
		entries, ok = d.enterpriseEntries(b)
	default:
		panic("option: Entries of " + d.Name)
	}
	if !ok {
		return nil, false
	}
	back, err := d.EncodeMapping(entries)
	return entries, err == nil && bytes.Equal(back, b)
}

// subEntries reads code, length, value.
func (d Def) subEntries(in space, b []byte) (entries []Entry, ok bool) {
	for len(b) > 0 {
		code, value, rest, ok := nextSub(b)
		if !ok {
			return nil, false
		}
		b = rest
		sub := d.set().subByCode(in, Code(code))
		entries = append(entries, Entry{Key: sub.Name, Values: sub.Written(value)})
	}
	return entries, len(entries) > 0
}

// enterpriseEntries reads the items of several enterprises. Those of one that
// follow each other are one entry.
func (d Def) enterpriseEntries(b []byte) (entries []Entry, ok bool) {
	for len(b) > 0 {
		enterprise, data, rest, ok := nextEnterprise(b)
		if !ok {
			return nil, false
		}
		b = rest
		e := Entry{Key: strconv.FormatUint(uint64(enterprise), 10)}
		if d.Type == VendorClasses {
			e.Values = Def{Type: Opaque}.Written(data)
			if n := len(entries); n > 0 && entries[n-1].Key == e.Key {
				entries[n-1].Values = append(entries[n-1].Values, e.Values...)
				continue
			}
		} else if e.Entries, ok = d.subEntries(space{d.Code, enterprise}, data); !ok {
			e.Values = Def{Type: Hex}.Written(data)
		}
		entries = append(entries, e)
	}
	return entries, len(entries) > 0
}
