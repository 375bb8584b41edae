package sandbox

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Where returns the place in the script that is at work: in a builtin the line that called it, in an attribute or index of a
// Go value the line that reads or sets it. Outside of any script it is the zero Position, which is not valid.
func Where(thread *starlark.Thread) syntax.Position {
	for depth := range thread.CallStackDepth() {
		frame := thread.DebugFrame(depth)
		if _, ok := frame.Callable().(*starlark.Function); ok {
			return frame.Position()
		}
	}
	return syntax.Position{}
}
