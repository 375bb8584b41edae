package policytest

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// moduleName is what the module is called in policies.
const moduleName = "test"

// names are the functions of the module.
var names = []string{
	"discover", "request", "inform", "decline", "release", "bootrequest", "leasequery",
	"lease", "reply", "reservation", "event",
	"eq", "true", "fails",
}

// Unusable returns the module as a running server has it: with every function, none of which can be called.
func Unusable() starlark.Value {
	return module(func(name string) function {
		return func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return nil, fmt.Errorf("%s.%s works under `rollcall policy test` only: call it in functions named test_…, and those nowhere",
				moduleName, name)
		}
	})
}

// function is what a builtin does.
type function = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// module makes the module of what each of its functions does.
func module(do func(name string) function) starlark.Value {
	members := starlark.StringDict{}
	for _, name := range names {
		members[name] = starlark.NewBuiltin(moduleName+"."+name, do(name))
	}
	m := &starlarkstruct.Module{Name: moduleName, Members: members}
	m.Freeze()
	return m
}
