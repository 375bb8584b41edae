package sandbox

import "go.starlark.net/starlark"

// hiddenMark begins the names of functions that stand in a rewritten program for something of the language. No script can
// write such a name, and frames of such names are left out of backtraces.
const hiddenMark = " "

// hidden returns a function that stands for something of the language.
func hidden(name string, do func(c *Caller, args starlark.Tuple) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(hiddenMark+name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return do(callerOf(thread), args)
	})
}
