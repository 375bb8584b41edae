package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
	// FailedResult: it returned what it cannot return; the caller of Call finds that.
	FailedResult FailureKind = "result"
	// FailedInternal: our own defect; the call panicked.
	FailedInternal FailureKind = "internal"
)

// Failure is why a call failed.
type Failure struct {
	Kind FailureKind
	// Pos is the innermost place in a script.
	Pos syntax.Position
	// Msg is one line, Backtrace several: the calls, outermost first, and the message.
	Msg, Backtrace string
	// Remedy says what to do about it, where that is known; else it is empty.
	Remedy string
}

// Text is Msg, with the remedy if there is one.
func (f *Failure) Text() string {
	if f.Remedy == "" {
		return f.Msg
	}
	return f.Msg + "; " + f.Remedy
}

// Error is Pos and Msg.
func (f *Failure) Error() string { return f.Pos.String() + ": " + f.Msg }

// overError is an operation that was refused because it would go over the budget.
type overError struct {
	kind FailureKind
	msg  string
}

func (e *overError) Error() string { return e.msg }

// FailureOf returns what an error of the interpreter tells, for builtins that call functions of the script themselves.
func FailureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if over, ok := errors.AsType[*overError](err); ok {
		return newFailure(err, over.kind, err.Error())
	}
	return newFailure(err, FailedRaised, err.Error())
}

// newFailure returns the failure of a kind with the place that err tells.
func newFailure(err error, kind FailureKind, msg string) *Failure {
	f := &Failure{Kind: kind, Msg: oneLine(msg), Remedy: remedyOf(msg)}
	f.Pos, f.Backtrace = tell(stackOf(err), f.Msg)
	return f
}

// stackOf returns the calls that led to an error, without those of functions that stand for something of the language.
func stackOf(err error) starlark.CallStack {
	// The innermost error of the interpreter has the whole stack: one that a builtin wrapped around it has less.
	var stack starlark.CallStack
	for e, ok := errors.AsType[*starlark.EvalError](err); ok; e, ok = errors.AsType[*starlark.EvalError](e.Unwrap()) {
		stack = e.CallStack
	}
	return slices.DeleteFunc(slices.Clone(stack), func(f starlark.CallFrame) bool { return strings.HasPrefix(f.Name, hiddenMark) })
}

// tell returns the innermost place in a script on the stack, and the stack as text.
func tell(stack starlark.CallStack, msg string) (syntax.Position, string) {
	in := ""
	for ; len(stack) > 0 && !inScript(stack.At(0)); stack.Pop() {
		if in == "" {
			in = " in " + stack.At(0).Name
		}
	}
	var pos syntax.Position
	if len(stack) > 0 {
		pos = stack.At(0).Pos
	}
	if len(stack) > 1 && strings.HasPrefix(msg, "function "+stack.At(0).Name+" ") && inScript(stack.At(1)) {
		// The function was not entered: the mistake is in how it was called.
		pos = stack.At(1).Pos
	}
	return pos, calls(stack) + "Error" + in + ": " + msg
}

// maxCalls is how many calls a backtrace tells at either end.
const maxCalls = 10

// calls is the stack as text, of a long one the beginning and the end.
func calls(stack starlark.CallStack) string {
	if len(stack) <= 2*maxCalls {
		return stack.String()
	}
	_, inner, _ := strings.Cut(stack[len(stack)-maxCalls:].String(), "\n")
	return fmt.Sprintf("%s  … %d more calls\n%s", stack[:maxCalls].String(), len(stack)-2*maxCalls, inner)
}

// inScript: the frame is that of a function of a script, not of one in Go.
func inScript(f starlark.CallFrame) bool { return f.Pos.Line > 0 }

// maxMsg is the longest message, in bytes: scripts write them, logs keep them.
const maxMsg = 1000

// oneLine makes a message of a script safe to log and to print.
func oneLine(msg string) string {
	cut := len(msg) > maxMsg
	if cut {
		msg = strings.ToValidUTF8(msg[:maxMsg], "")
	}
	msg = strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return ' '
		case !unicode.IsPrint(c):
			return unicode.ReplacementChar
		}
		return c
	}, msg)
	if cut {
		msg += "…"
	}
	return msg
}
