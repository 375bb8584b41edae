package value

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// Bounds of what a policy adds to an event.
const (
	maxAnnotations = 16
	maxAnnotation  = 255 // bytes of a key, and of a value
)

// annotation is one thing that the policy adds to an event.
type annotation struct{ key, value string }

// annotations are those of an event, in the order in which they were added.
type annotations struct {
	c      *Context
	list   []annotation
	frozen bool
	getter *starlark.Builtin
	keyer  *starlark.Builtin
}

var annotationsObject = newObject("annotations",
	"what the policy adds to an event: annotations[key] = text, at most 16 of at most 255 bytes; None takes one out",
	[]attribute[*annotations]{
		{name: "get", doc: "get(key, default=None) returns what annotations[key] does, or the default", read: (*annotations).get},
		{name: "keys", doc: "keys() returns the keys in the order in which they were added", read: (*annotations).keys},
	})

func (a *annotations) reset(m map[string]string) {
	a.list, a.frozen = a.list[:0], false
	if len(m) == 0 {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		a.list = append(a.list, annotation{k, m[k]})
	}
}

// Annotations returns the annotations of the last Event, nil for none.
func (c *Context) Annotations() map[string]string {
	if len(c.annotations.list) == 0 {
		return nil
	}
	m := make(map[string]string, len(c.annotations.list))
	for _, a := range c.annotations.list {
		m[a.key] = a.value
	}
	return m
}

func (a *annotations) find(key string) int {
	return slices.IndexFunc(a.list, func(x annotation) bool { return x.key == key })
}

func (a *annotations) get() starlark.Value {
	if a.getter == nil {
		a.getter = starlark.NewBuiltin("get", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple,
			kwargs []starlark.Tuple) (starlark.Value, error) {
			var key string
			var otherwise starlark.Value = starlark.None
			if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "default?", &otherwise); err != nil {
				return nil, err
			}
			if i := a.find(valid(starlark.String(key))); i >= 0 {
				return starlark.String(a.list[i].value), nil
			}
			return otherwise, nil
		})
	}
	return a.getter
}

func (a *annotations) keys() starlark.Value {
	if a.keyer == nil {
		a.keyer = starlark.NewBuiltin("keys", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple,
			kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
				return nil, err
			}
			return starlark.NewList(a.keyList()), nil
		})
	}
	return a.keyer
}

// keyList is a list of its own: whoever iterates over it may change the annotations.
func (a *annotations) keyList() []starlark.Value {
	keys := make([]starlark.Value, len(a.list))
	for i, x := range a.list {
		keys[i] = starlark.String(x.key)
	}
	return keys
}

// Get implements starlark.Mapping.
func (a *annotations) Get(key starlark.Value) (starlark.Value, bool, error) {
	k, ok := key.(starlark.String)
	if !ok {
		return nil, false, fmt.Errorf("keys of annotations are text, not %s", key.Type())
	}
	if i := a.find(valid(k)); i >= 0 {
		return starlark.String(a.list[i].value), true, nil
	}
	if len(k) > maxAnnotation {
		return nil, false, fmt.Errorf("no annotation has a key of %d bytes", len(k))
	}
	return nil, false, nil
}

// SetKey implements starlark.HasSetKey.
func (a *annotations) SetKey(key, v starlark.Value) error {
	if a.frozen {
		return fmt.Errorf("cannot change frozen annotations")
	}
	k, ok := key.(starlark.String)
	if !ok {
		return fmt.Errorf("keys of annotations are text, not %s", key.Type())
	}
	i := a.find(valid(k))
	if v == starlark.None {
		if i >= 0 {
			a.list = slices.Delete(a.list, i, i+1)
		}
		return nil
	}
	text, ok := v.(starlark.String)
	if !ok {
		return fmt.Errorf("annotations[%s] takes text, not %s; write str(x)", shown(string(k)), v.Type())
	}
	if err := checkAnnotation(string(k), string(text)); err != nil {
		return err
	}
	switch {
	case i >= 0:
		a.list[i].value = valid(text)
	case len(a.list) == maxAnnotations:
		return fmt.Errorf("annotations[%s]: an event takes no more than %d annotations", shown(string(k)), maxAnnotations)
	default:
		a.list = append(a.list, annotation{valid(k), valid(text)})
	}
	return nil
}

// checkAnnotation bounds what events carry.
func checkAnnotation(key, value string) error {
	switch {
	case key == "":
		return fmt.Errorf("a key cannot be empty")
	case len(key) > maxAnnotation:
		return fmt.Errorf("the key %s has %d bytes, and no more than %d can be", shown(key), len(key), maxAnnotation)
	case len(value) > maxAnnotation:
		return fmt.Errorf("the text under %s has %d bytes, and no more than %d can be", shown(key), len(value), maxAnnotation)
	}
	return nil
}

// valid is text as events carry it, in UTF-8: what clients send may be anything.
func valid(s starlark.String) string { return strings.ToValidUTF8(string(s), "\uFFFD") }

// Has implements starlark.Container.
func (a *annotations) Has(key starlark.Value) (bool, error) {
	_, found, err := a.Get(key)
	return found, err
}

// Iterate implements starlark.Iterable.
func (a *annotations) Iterate() starlark.Iterator { return starlark.NewList(a.keyList()).Iterate() }

// Len implements starlark.Sequence.
func (a *annotations) Len() int { return len(a.list) }

// String names the first few keys.
func (a *annotations) String() string { return "annotations(" + few(a.keyList()) + ")" }

// Type implements starlark.Value.
func (a *annotations) Type() string { return "annotations" }

// Freeze implements starlark.Value.
func (a *annotations) Freeze() { a.frozen = true }

// Truth implements starlark.Value.
func (a *annotations) Truth() starlark.Bool { return len(a.list) > 0 }

// Hash implements starlark.Value.
func (a *annotations) Hash() (uint32, error) { return unhashable("annotations") }

// Attr implements starlark.HasAttrs.
func (a *annotations) Attr(name string) (starlark.Value, error) {
	return annotationsObject.read(a, name)
}

// AttrNames implements starlark.HasAttrs.
func (a *annotations) AttrNames() []string { return annotationsObject.names }
