package value

import (
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
)

// EncodeOption makes an option of a key and a value as scripts write them in reply.options[key] = value: of clients, too, whose options
// are not all for the policy to send.
func EncodeOption(names *option.Names, key, v starlark.Value) (option.Code, []byte, error) {
	d, numbered, err := lookUp(names, key)
	if err != nil {
		return 0, nil, err
	}
	if err := byNumber(&d, numbered, v); err != nil {
		return 0, nil, err
	}
	b, err := new(encoder).encode(&d, v)
	return d.Code, b, err
}

// byNumber wants octets for an option that is named by its number.
func byNumber(d *option.Def, numbered bool, v starlark.Value) error {
	switch v.(type) {
	case starlark.Bytes, starlark.NoneType:
		return nil
	}
	if !numbered {
		return nil
	}
	return fmt.Errorf(`option %d by its number takes bytes such as b"\x0a\x0b", not %s; by its name it takes values: options["%s"] = %s`,
		uint8(d.Code), v.Type(), d.Name, example(d))
}

// lookUp finds the option that a key names.
func lookUp(names *option.Names, key starlark.Value) (d option.Def, numbered bool, err error) {
	switch key := key.(type) {
	case starlark.String:
		d, ok := names.ByName(string(key))
		if ok && d.Code != option.Pad && d.Code != option.End {
			return d, false, nil
		}
		if len(key) > maxKey {
			return d, false, fmt.Errorf("unknown option %s", shown(string(key)))
		}
		if near := names.Suggest(string(key)); near != "" {
			return d, false, fmt.Errorf("unknown option %s; did you mean %q?", shown(string(key)), near)
		}
		return d, false, fmt.Errorf("unknown option %s; write its name as in the configuration, or its number", shown(string(key)))
	case starlark.Int:
		if n, ok := key.Int64(); ok && n > int64(option.Pad) && n < int64(option.End) {
			return names.ByCode(option.Code(n)), true, nil
		}
		return d, true, fmt.Errorf("no option has the number %s; they are 1 to 254", shown(key.String()))
	}
	return d, false, fmt.Errorf("an option is named by its name or its number, not by %s", key.Type())
}
