package sandbox_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// files are what a loader reads in a test, by name.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

// load loads one file, t.star, that must be right.
func load(t testing.TB, text string) *sandbox.Module {
	t.Helper()
	l := &sandbox.Loader{Read: files{"t.star": text}.read, Predeclared: predeclared()}
	modules, err := l.Load("t.star")
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return modules[0]
}

// predeclared are where(), which says from which line it is called, and functions that do what builtins may do.
func predeclared() starlark.StringDict {
	all := starlark.StringDict{}
	for name, do := range map[string]func(*starlark.Thread, starlark.Tuple) (starlark.Value, error){
		"where": func(thread *starlark.Thread, _ starlark.Tuple) (starlark.Value, error) {
			pos := sandbox.Where(thread)
			return starlark.String(fmt.Sprintf("%d:%d", pos.Line, pos.Col)), nil
		},
		"work": func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			steps, _ := starlark.AsInt32(args[0])
			bytes, _ := starlark.AsInt32(args[1])
			return starlark.None, sandbox.Charge(thread, steps, bytes)
		},
		"wrap": func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			v, err := starlark.Call(thread, args[0], nil, nil)
			if err != nil {
				err = fmt.Errorf("wrap: %w", err)
			}
			return v, err
		},
		"boom": func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) { panic("boom") },
	} {
		all[name] = starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return do(thread, args)
		})
	}
	return all
}

// call calls f of the module.
func call(t testing.TB, m *sandbox.Module, limits sandbox.Limits, args ...starlark.Value) (starlark.Value, *sandbox.Failure) {
	t.Helper()
	return callWith(t, sandbox.NewCaller(nil), m, limits, args...)
}

func callWith(t testing.TB, c *sandbox.Caller, m *sandbox.Module, limits sandbox.Limits, args ...starlark.Value) (starlark.Value, *sandbox.Failure) {
	t.Helper()
	f, ok := m.Globals["f"].(starlark.Callable)
	if !ok {
		t.Fatal("the file defines no function f")
	}
	v, err := c.Call(f, args, limits)
	if err == nil {
		return v, nil
	}
	failure, ok := errors.AsType[*sandbox.Failure](err)
	if !ok {
		t.Fatalf("Call: %T %v, want *Failure", err, err)
	}
	return nil, failure
}
