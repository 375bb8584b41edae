// Package sandbox runs the operator's Starlark: it loads files, and calls their functions within a budget. It knows nothing of DHCP.
package sandbox

import (
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Limits bound one call, or the loading of one file.
type Limits struct {
	// Steps of the interpreter.
	Steps uint64
	// Time is looked at every so many steps.
	Time time.Duration
}

// Problem is a mistake in a file, at a place.
type Problem struct {
	// Pos has the file's name as given, line and column from 1.
	Pos syntax.Position
	// Msg says what is wrong, Remedy what to do about it; that may be empty.
	Msg, Remedy string
	// Source is the text of the line.
	Source string
}

// Errors are all mistakes that Load found, in the order of the files. It is never empty.
type Errors struct{ List []Problem }

// Error renders all mistakes as those of the configuration are rendered.
func (e *Errors) Error() string { return "" }

// Module is a loaded file. Its values are frozen: any number of goroutines may use them.
type Module struct {
	// Name is the file's as given.
	Name string
	// Globals are what it defines.
	Globals starlark.StringDict
	// Text is its source.
	Text []byte
}

// Loader loads files.
type Loader struct {
	// Read returns the content of a file, by its name as given to Load or as a load statement resolves it.
	Read func(name string) ([]byte, error)
	// Predeclared are the names that files find there besides those of the language.
	Predeclared starlark.StringDict
	// Limits of the loading of each file.
	Limits Limits
}

// Load loads files in order, and what they load. On error, it is *Errors with all the mistakes of all files.
func (l *Loader) Load(names ...string) ([]*Module, error) { return nil, nil }

// FailureKind says how a call failed; the set is closed: it is a metric label.
type FailureKind string

// How a call fails.
const (
	// FailedRaised: the script raised an error, or did something that is not possible.
	FailedRaised FailureKind = "raised"
	// FailedSteps, FailedTime, FailedMemory: it went over its budget.
	FailedSteps  FailureKind = "steps"
	FailedTime   FailureKind = "time"
	FailedMemory FailureKind = "memory"
	// FailedResult: it returned what the hook cannot return.
	FailedResult FailureKind = "result"
	// FailedInternal: our own defect; the call panicked.
	FailedInternal FailureKind = "internal"
)

// Failure is why a call failed.
type Failure struct {
	Kind FailureKind
	// Pos is the innermost place in a script.
	Pos syntax.Position
	// Msg is one line, Backtrace several.
	Msg, Backtrace string
}

// Error is Pos and Msg.
func (f *Failure) Error() string { return f.Pos.String() + ": " + f.Msg }

// Caller calls functions, one at a time; each goroutine has its own. Its memory is used again.
type Caller struct {
	// Context is what builtins find with ContextOf.
	Context any
	// Print takes what print says; nil for nowhere.
	Print func(pos syntax.Position, msg string)
}

// NewCaller returns a caller.
func NewCaller(context any) *Caller { return &Caller{Context: context} }

// Call calls fn within the limits. The error is a *Failure.
func (c *Caller) Call(fn starlark.Callable, args starlark.Tuple, limits Limits) (starlark.Value, error) {
	return starlark.None, nil
}

// Thread is the one that it calls on, for values that want to know where in the script they are used.
func (c *Caller) Thread() *starlark.Thread { return nil }

// ContextOf returns the context of the caller that thread belongs to, for builtins.
func ContextOf(thread *starlark.Thread) any { return nil }

// Where returns where in the script the innermost call of thread is; the zero Position outside of any.
func Where(thread *starlark.Thread) syntax.Position { return syntax.Position{} }
