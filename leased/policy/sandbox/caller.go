package sandbox

import (
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Caller calls functions, one at a time; each goroutine has its own. Its memory is used again.
type Caller struct {
	// Context is what builtins find with ContextOf.
	Context any
	// Print takes what print says; nil for nowhere.
	Print func(pos syntax.Position, msg string)
	// Follow notes for Left where functions return.
	Follow bool
	// Clock tells the time for Limits.Time; nil is time.Now.
	Clock func() time.Time

	thread starlark.Thread
	limits Limits
	start  time.Time
	// lookAt is after how many steps to look at the budget.
	lookAt uint64
	// memory is what is left of Limits.Memory.
	memory int
	// over is why the running call was stopped.
	over *overError
	// left is where the last function that tells has returned.
	left syntax.Position
}

// callerKey is where a thread keeps its caller.
const callerKey = "caller"

// NewCaller returns a caller.
func NewCaller(context any) *Caller {
	c := &Caller{Context: context}
	c.thread.SetLocal(callerKey, c)
	c.thread.OnMaxSteps = func(*starlark.Thread) { c.look() }
	c.thread.Print = func(thread *starlark.Thread, msg string) {
		if c.Print != nil {
			c.Print(Where(thread), msg)
		}
	}
	return c
}

// Call calls fn within the limits. The error is a *Failure. The arguments are the caller's again when it returns.
func (c *Caller) Call(fn starlark.Callable, args starlark.Tuple, limits Limits) (result starlark.Value, err error) {
	c.begin(limits)
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, panicked(fn, p)
		}
	}()
	result, err = starlark.Call(&c.thread, fn, args, nil)
	if err != nil {
		return nil, c.failure(err)
	}
	return result, nil
}

// Steps is how many the last call took.
func (c *Caller) Steps() uint64 { return c.thread.Steps }

// Left is where the last call left the function that it called: the return statement that ended it. It is not valid without Follow,
// for a function that the Loader has not had tell, and where that came to its end without a return statement.
func (c *Caller) Left() syntax.Position { return c.left }

// Thread is the one that it calls on, for values that want to know where in the script they are used.
func (c *Caller) Thread() *starlark.Thread { return &c.thread }

// ContextOf returns the context of the caller that thread belongs to, for builtins; nil while a file is loaded.
func ContextOf(thread *starlark.Thread) any { return callerOf(thread).Context }

// callerOf returns the caller that thread belongs to. A thread of somebody else has one without limits but those of a single
// operation.
func callerOf(thread *starlark.Thread) *Caller {
	if c, ok := thread.Local(callerKey).(*Caller); ok {
		return c
	}
	c := NewCaller(nil)
	c.begin(Limits{Memory: math.MaxInt})
	return c
}

// begin makes the budget whole.
func (c *Caller) begin(limits Limits) {
	c.limits, c.left = limits, syntax.Position{}
	c.memory = c.whole()
	if c.over != nil {
		c.over = nil
		c.thread.Uncancel()
	}
	c.thread.Steps = 0
	if limits.Time > 0 {
		c.start = c.now()
	}
	c.next()
}

func (c *Caller) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}

// next sets when to look again.
func (c *Caller) next() {
	c.lookAt = c.thread.Steps + lookEvery
	if c.limits.Steps > 0 {
		c.lookAt = min(c.lookAt, c.limits.Steps+1)
	}
	c.thread.SetMaxExecutionSteps(c.lookAt)
}

// look stops the call if it is over its budget. The interpreter asks when it reaches the steps that next has set.
func (c *Caller) look() {
	switch {
	case c.over != nil:
	case c.limits.Steps > 0 && c.thread.Steps > c.limits.Steps:
		// What was refused was not done.
		c.thread.Steps = c.limits.Steps + 1
		c.over = &overError{FailedSteps, fmt.Sprintf("this takes more than %d steps", c.limits.Steps)}
	case c.limits.Time > 0 && c.now().Sub(c.start) >= c.limits.Time:
		c.over = &overError{FailedTime, fmt.Sprintf("this takes longer than %v", c.limits.Time)}
	default:
		c.next()
		return
	}
	c.thread.Cancel(c.over.msg)
}

// failure tells what went wrong in the call that just ended.
func (c *Caller) failure(err error) *Failure {
	if c.over != nil {
		// The interpreter's own words for it are about a computation that somebody cancelled.
		return newFailure(err, c.over.kind, c.over.msg)
	}
	return FailureOf(err)
}

func panicked(fn starlark.Callable, p any) *Failure {
	f := &Failure{Kind: FailedInternal, Msg: oneLine(fmt.Sprintf("internal error: %v", p)), Backtrace: string(debug.Stack())}
	if fn, ok := fn.(*starlark.Function); ok {
		f.Pos = fn.Position()
	}
	return f
}
