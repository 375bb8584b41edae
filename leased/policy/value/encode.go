package value

import (
	"encoding/hex"
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
)

// maxValue is how many octets the value of one option can have. An answer is at most an Ethernet frame (1500 octets less IP and UDP
// header), of which the header takes 240, the options without which it is none 16, and the parts of a long value two each.
const maxValue = 1200

// maxWritten is how many bytes of text may stand for the value of an option: no notation needs more for an octet and what comes after it.
const maxWritten = 8 * maxValue

// encoder makes octets of what scripts write. Its memory is used again.
type encoder struct {
	words []string
	// left is how much of maxWritten is.
	left int
}

// spend counts a piece of text, whatever it is copied to later. ok is false where it is too much for any option.
func (e *encoder) spend(n int) (ok bool) {
	e.left -= n + 1
	return e.left >= 0
}

// work is what the last value took, in steps of a script: making octets of much text takes longer than other statements do.
func (e *encoder) work() int { return (maxWritten - e.left) / 16 }

func tooLong(d *option.Def) error {
	return fmt.Errorf("option %s: the value is too long; an answer holds no more than %d bytes", d.Name, maxValue)
}

// encode returns the octets of an option for v, nil for none: None, "", [] and {} take the option out.
func (e *encoder) encode(d *option.Def, v starlark.Value) ([]byte, error) {
	b, err := e.octets(d, v)
	if err != nil {
		return nil, short(err)
	}
	if len(b) > maxValue {
		return nil, tooLong(d)
	}
	return b, nil
}

func (e *encoder) octets(d *option.Def, v starlark.Value) ([]byte, error) {
	e.left = maxWritten
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bytes:
		if len(v) > maxValue {
			return nil, tooLong(d)
		}
		e.words = append(e.words[:0], "hex:"+hex.EncodeToString([]byte(v)))
		return d.Encode(e.words)
	case *starlark.Dict:
		if !d.Mapped() {
			return nil, wrongType(d, v)
		}
		entries, err := e.entries(d, v, d.Type == option.VendorOptions)
		if err != nil {
			return nil, err
		}
		return d.EncodeMapping(entries)
	}
	words, err := e.text(d, v, e.words[:0])
	if err != nil {
		return nil, err
	}
	e.words = words[:0]
	return d.Encode(words)
}

// text appends v in the notation of the configuration.
func (e *encoder) text(d *option.Def, v starlark.Value, words []string) ([]string, error) {
	items, ok := sequence(v)
	if !ok {
		return e.word(d, v, words)
	}
	if !takesList(d.Type) && d.Type != option.Record {
		return nil, wrongType(d, v)
	}
	for i := range items.Len() {
		var err error
		if words, err = e.word(d, items.Index(i), words); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// sequence returns a list or tuple.
func sequence(v starlark.Value) (starlark.Indexable, bool) {
	switch v := v.(type) {
	case *starlark.List:
		return v, true
	case starlark.Tuple:
		return v, true
	}
	return nil, false
}

func (e *encoder) word(d *option.Def, v starlark.Value, words []string) ([]string, error) {
	w, ok := word(d.Type, v)
	switch {
	case !ok:
		return nil, wrongType(d, v)
	case !e.spend(len(w)):
		return nil, tooLong(d)
	}
	return append(words, w), nil
}

// word returns a single value in the notation of the configuration. ok is false for a type of the language that does not fit.
func word(t option.Type, v starlark.Value) (text string, ok bool) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), true
	case starlark.Int:
		switch t {
		case option.Uint8, option.Uint16, option.Uint32, option.Int8, option.Int16, option.Int32, option.Seconds, option.Uint8List,
			option.Uint16List, option.Uint32List, option.Record:
			return v.String(), true
		}
	case starlark.Bool:
		if t == option.Bool || t == option.Flag || t == option.Record {
			if v {
				return "true", true
			}
			return "false", true
		}
	}
	return "", false
}

// maxKey is longer than any key of a mapping.
const maxKey = 64

// entries reads a dict for an option that is written as a mapping. nested: its values may be dicts.
func (e *encoder) entries(d *option.Def, dict *starlark.Dict, nested bool) ([]option.Entry, error) {
	var list []option.Entry
	for key, v := range dict.Entries() {
		var entry option.Entry
		switch key := key.(type) {
		case starlark.String:
			entry.Key = string(key)
		case starlark.Int:
			entry.Key = key.String()
		default:
			return nil, fmt.Errorf("option %s: %s cannot be a key; write for example %s", d.Name, key.Type(), example(d))
		}
		if len(entry.Key) > maxKey {
			return nil, fmt.Errorf("option %s: %s is no key; write for example %s", d.Name, shown(entry.Key), example(d))
		}
		if !e.spend(len(entry.Key)) {
			return nil, tooLong(d)
		}
		var err error
		if inner, ok := v.(*starlark.Dict); ok && nested {
			entry.Entries, err = e.entries(d, inner, false)
		} else {
			entry.Values, err = e.subValues(d, entry.Key, v)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, entry)
	}
	return list, nil
}

// subValues reads the value of a sub-option. Its type is the option package's to know, so whatever can be written passes.
func (e *encoder) subValues(d *option.Def, key string, v starlark.Value) ([]string, error) {
	values := []string{}
	if v == starlark.None {
		return values, nil
	}
	items, ok := sequence(v)
	if !ok {
		items = starlark.Tuple{v}
	}
	for i := range items.Len() {
		var text string
		switch v := items.Index(i).(type) {
		case starlark.String:
			text = string(v)
		case starlark.Bytes:
			if len(v) > maxValue {
				return nil, tooLong(d)
			}
			text = "hex:" + hex.EncodeToString([]byte(v))
		case starlark.Int:
			text = v.String()
		case starlark.Bool:
			if text = "false"; v {
				text = "true"
			}
		default:
			return nil, fmt.Errorf("option %s: %s: a sub-option takes no %s; write for example %s", d.Name, key, v.Type(), example(d))
		}
		if !e.spend(len(text)) {
			return nil, tooLong(d)
		}
		values = append(values, text)
	}
	return values, nil
}

// short keeps a message from being flooded by what the script wrote.
func short(err error) error {
	const most = 60
	if v, ok := errors.AsType[*option.ValueError](err); ok && len(v.Value) > most {
		cut := *v
		cut.Value = v.Value[:most] + "…"
		return &cut
	}
	return err
}
