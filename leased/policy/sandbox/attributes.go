package sandbox

import (
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// checkedNames are the attributes that go through checkedAttribute. Other types may have attributes of the same names: they
// are left as they are.
var checkedNames = func() map[string]bool {
	names := map[string]bool{}
	for _, methods := range []map[string]check{textAmplifiers, textMethods, listMethods, dictMethods, setMethods} {
		for name := range maps.Keys(methods) {
			names[name] = true
		}
	}
	// Its result is a tuple.
	names["popitem"] = true
	return names
}()

// attribute is what stands around x.name in a rewritten program: it returns the method of a type of the language that does
// the same and is checked, and everything else as it is.
var attribute = hidden("attribute", func(_ *Caller, args starlark.Tuple) (starlark.Value, error) {
	return checkedAttribute(args[0]), nil
})

func checkedAttribute(v starlark.Value) starlark.Value {
	method, ok := v.(*starlark.Builtin)
	if !ok {
		return v
	}
	var before check
	switch receiver := method.Receiver().(type) {
	case starlark.String:
		before = textAmplifiers[method.Name()]
		if before == nil && len(receiver) > shortText {
			before = textMethods[method.Name()]
		}
	case *starlark.List:
		before = listMethods[method.Name()]
	case *starlark.Dict:
		before = dictMethods[method.Name()]
		if name := method.Name(); name == "items" || name == "popitem" {
			return checked(method, before, weighTuples)
		}
	case *starlark.Set:
		before = setMethods[method.Name()]
	}
	if before == nil {
		return v
	}
	return checked(method, before, nil)
}

// checked returns a function that looks and works like f, with a check before, and a look at the result after; both may be nil.
func checked(f *starlark.Builtin, before check, after func(*Caller, starlark.Value) error) *starlark.Builtin {
	b := starlark.NewBuiltin(f.Name(), func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		c := callerOf(thread)
		if before != nil {
			if err := before(c, f.Receiver(), args, kwargs); err != nil {
				return nil, err
			}
		}
		v, err := f.CallInternal(thread, args, kwargs)
		if err == nil && after != nil {
			err = after(c, v)
		}
		return v, err
	})
	if f.Receiver() != nil {
		return b.BindReceiver(f.Receiver())
	}
	return b
}

// weighTuples looks at the tuples that a function made.
func weighTuples(c *Caller, v starlark.Value) (err error) {
	if t, ok := v.(starlark.Tuple); ok {
		return c.tuple(t)
	}
	each(v, func(e starlark.Value) bool {
		if t, ok := e.(starlark.Tuple); ok && slices.ContainsFunc(t, isTuple) {
			err = c.tuple(t)
		}
		return err == nil
	})
	return err
}

func isTuple(v starlark.Value) bool {
	_, ok := v.(starlark.Tuple)
	return ok
}

// each does something with each element of v until that says false; with none where v cannot be iterated over.
func each(v starlark.Value, do func(starlark.Value) bool) {
	if list, ok := v.(*starlark.List); ok {
		// The usual case needs no iterator.
		for i := 0; i < list.Len() && do(list.Index(i)); i++ {
		}
		return
	}
	iter := starlark.Iterate(v)
	if iter == nil {
		return
	}
	defer iter.Done()
	for e := starlark.Value(nil); iter.Next(&e); {
		if !do(e) {
			return
		}
	}
}
