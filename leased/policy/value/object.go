package value

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// attribute is what scripts read of an object of type T, and perhaps assign to.
type attribute[T any] struct {
	name, doc string
	read      func(T) starlark.Value
	// write is nil where scripts cannot assign. remedy then says what to do instead, where there is something.
	write  func(T, starlark.Value) error
	remedy string
	// facts: it tells what is known of the client, not what its message says.
	facts bool
}

// object is a type of the language with attributes.
type object[T any] struct {
	name, doc string
	list      []attribute[T]
	index     map[string]int
	names     []string
}

func newObject[T any](name, doc string, list []attribute[T]) *object[T] {
	o := &object[T]{name: name, doc: doc, list: list, index: make(map[string]int, len(list))}
	for i, a := range list {
		o.index[a.name] = i
		o.names = append(o.names, a.name)
	}
	slices.Sort(o.names)
	return o
}

// find returns the attribute with a name, nil for none. The interpreter then says so, and which name is near.
func (o *object[T]) find(name string) *attribute[T] {
	if i, ok := o.index[name]; ok {
		return &o.list[i]
	}
	return nil
}

// read is what Attr of the type does.
func (o *object[T]) read(x T, name string) (starlark.Value, error) {
	if a := o.find(name); a != nil {
		return a.read(x), nil
	}
	return nil, o.unknown(name)
}

// unknown is the error for a name that is no attribute's; nil lets the interpreter word it, with the name that is near. That shows the
// name as it is, and compares it with all others, so it gets none that getattr was given from elsewhere.
func (o *object[T]) unknown(name string) error {
	strange := func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}
	if len(name) > maxKey || strings.ContainsFunc(name, strange) {
		return fmt.Errorf("%s has no attribute %s", o.name, shown(name))
	}
	return nil
}

// write is what SetField of the type does.
func (o *object[T]) write(x T, name string, v starlark.Value) error {
	switch a := o.find(name); {
	case a == nil:
		return starlark.NoSuchAttrError(fmt.Sprintf("%s has no .%s field", o.name, name))
	case a.write != nil:
		return a.write(x, v)
	case a.remedy != "":
		return fmt.Errorf("%s.%s cannot be set; %s", o.name, name, a.remedy)
	}
	return fmt.Errorf("%s.%s cannot be set", o.name, name)
}

func (o *object[T]) reference() Object {
	r := Object{Name: o.name, Doc: o.doc}
	for _, a := range o.list {
		r.Attributes = append(r.Attributes, Attribute{Name: a.name, Doc: a.doc, Set: a.write != nil})
	}
	return r
}
