package value

import (
	"errors"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
)

// options are those of the message, or those of the reply, which can be changed.
type options struct {
	c     *Context
	reply *reply // nil for those of the message
	// methods are bound when they are first asked for.
	methods [5]*starlark.Builtin
}

var optionsObject = newObject("options",
	"the options of a message: options[name] is decoded, options[number] the bytes; for iterates over names, in looks for either",
	[]attribute[*options]{
		{name: "delete", doc: "delete(key) takes an option out of a reply, and returns whether it was there",
			read: func(o *options) starlark.Value { return o.method(0, "delete", (*options).delete) }},
		{name: "get", doc: "get(key, default=None) returns what options[key] does, or the default for an option that is not there",
			read: func(o *options) starlark.Value { return o.method(1, "get", (*options).get) }},
		{name: "keys", doc: "keys() returns the names of the options that are there, in their order",
			read: func(o *options) starlark.Value { return o.method(2, "keys", (*options).keys) }},
		{name: "pop", doc: "pop(key, default=None) takes an option out of a reply, and returns what get does",
			read: func(o *options) starlark.Value { return o.method(3, "pop", (*options).pop) }},
		{name: "raw", doc: "raw(key) returns the bytes of an option by name or number, None for one that is not there",
			read: func(o *options) starlark.Value { return o.method(4, "raw", (*options).raw) }},
	})

// method is a builtin of options.
type method func(o *options, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

func (o *options) method(i int, name string, m method) starlark.Value {
	if o.methods[i] == nil {
		o.methods[i] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple,
			kwargs []starlark.Tuple) (starlark.Value, error) {
			return m(o, b.Name(), args, kwargs)
		})
	}
	return o.methods[i]
}

func (o *options) get(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs(name, args, kwargs, "key", &key, "default?", &otherwise); err != nil {
		return nil, err
	}
	v, found, err := o.Get(key)
	if err != nil || found {
		return v, err
	}
	return otherwise, nil
}

func (o *options) raw(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	if err := starlark.UnpackArgs(name, args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	d, _, err := lookUp(o.c.Names, key)
	if err != nil {
		return nil, err
	}
	if b, ok := o.find(d.Code); ok {
		return starlark.Bytes(b), nil
	}
	return starlark.None, nil
}

func (o *options) keys(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(name, args, kwargs); err != nil {
		return nil, err
	}
	return starlark.NewList(o.names()), nil
}

func (o *options) pop(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs(name, args, kwargs, "key", &key, "default?", &otherwise); err != nil {
		return nil, err
	}
	if o.reply == nil {
		return nil, errNotOurs
	}
	v, found, err := o.Get(key)
	if err != nil {
		return nil, err
	}
	if !found {
		return otherwise, nil
	}
	return v, o.SetKey(key, starlark.None)
}

func (o *options) delete(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	if err := starlark.UnpackArgs(name, args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	if o.reply == nil {
		return nil, errNotOurs
	}
	_, found, err := o.Get(key)
	if err == nil && found {
		err = o.SetKey(key, starlark.None)
	}
	return starlark.Bool(found), err
}

var errNotOurs = errors.New("the options of a request cannot be changed; change those of the reply")

// find returns the octets of an option.
func (o *options) find(code option.Code) ([]byte, bool) {
	if o.reply != nil {
		return o.reply.option(code)
	}
	return o.c.Query.Options.Get(code)
}

// names returns the names of the options that are there. It is a list of its own: whoever iterates over it may change the options.
func (o *options) names() []starlark.Value {
	var list []starlark.Value
	add := func(code option.Code) { list = append(list, o.c.texts.ofString(o.c.Names.ByCode(code).Name)) }
	if o.reply != nil {
		o.reply.codes(add)
		return list
	}
	for code := range o.c.Query.Options.All() {
		add(code)
	}
	return list
}

// Get implements starlark.Mapping.
func (o *options) Get(key starlark.Value) (v starlark.Value, found bool, err error) {
	d, numbered, err := lookUp(o.c.Names, key)
	if err != nil {
		return nil, false, err
	}
	b, found := o.find(d.Code)
	switch {
	case !found:
		return nil, false, nil
	case numbered:
		return starlark.Bytes(b), true, nil
	}
	return o.c.decode(&d, b), true, nil
}

// Has implements starlark.Container: an unknown name is an error, not an option that is not there.
func (o *options) Has(key starlark.Value) (bool, error) {
	d, _, err := lookUp(o.c.Names, key)
	if err != nil {
		return false, err
	}
	_, found := o.find(d.Code)
	return found, nil
}

// SetKey implements starlark.HasSetKey.
func (o *options) SetKey(key, v starlark.Value) error {
	if o.reply == nil {
		return errNotOurs
	}
	d, numbered, err := lookUp(o.c.Names, key)
	if err != nil {
		return err
	}
	o.reply.def = d
	return o.reply.setOption(&o.reply.def, numbered, v)
}

// Iterate implements starlark.Iterable.
func (o *options) Iterate() starlark.Iterator { return starlark.NewList(o.names()).Iterate() }

// Len implements starlark.Sequence.
func (o *options) Len() int { return len(o.names()) }

// String names the first few.
func (o *options) String() string { return "options(" + few(o.names()) + ")" }

// few lists texts, of many the first ones.
func few(texts []starlark.Value) string {
	const most = 8
	var b strings.Builder
	for i, v := range texts {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == most {
			b.WriteString("…")
			break
		}
		b.WriteString(shown(string(v.(starlark.String))))
	}
	return b.String()
}

// Type implements starlark.Value.
func (o *options) Type() string { return "options" }

// Freeze implements starlark.Value.
func (o *options) Freeze() {
	if o.reply != nil {
		o.reply.Freeze()
	}
}

// Truth implements starlark.Value.
func (o *options) Truth() starlark.Bool { return o.Len() > 0 }

// Hash implements starlark.Value.
func (o *options) Hash() (uint32, error) { return 0, errors.New("unhashable type: options") }

// Attr implements starlark.HasAttrs.
func (o *options) Attr(name string) (starlark.Value, error) { return optionsObject.read(o, name) }

// AttrNames implements starlark.HasAttrs.
func (o *options) AttrNames() []string { return optionsObject.names }
