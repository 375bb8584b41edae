package sandbox

import (
	"go.starlark.net/starlark"
)

// shown is the longest text of a value in a message, in bytes.
const shown = 100

// Show returns a value as text for a message, or what kind of value it is where that text would be long: a script can make
// values whose text would not end.
func Show(v starlark.Value) string {
	s := scale{left: shown, depth: maxDepth}
	if !s.text(v, true) {
		return "a " + v.Type()
	}
	return v.String()
}
