package policytest

import (
	"errors"
	"fmt"
	"regexp"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// eq fails the test where got is not want.
func eq(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, want starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "got", &got, "want", &want); err != nil {
		return nil, err
	}
	same, err := sandbox.Equal(thread, got, want)
	if err != nil {
		return nil, err
	}
	if !same {
		return nil, errors.New(difference(got, want))
	}
	return starlark.None, nil
}

// isTrue fails the test where a condition does not hold.
func isTrue(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var cond starlark.Value
	msg := ""
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "cond", &cond, "msg?", &msg); err != nil {
		return nil, err
	}
	switch {
	case bool(cond.Truth()):
		return starlark.None, nil
	case msg != "":
		return nil, errors.New(msg)
	}
	return nil, fmt.Errorf("got %s, want what is true", brief(cond))
}

// fails fails the test where a function does not fail, or with another message.
func fails(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	pattern := ""
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "fn", &fn, "pattern?", &pattern); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is no regular expression: %w", pattern, err)
	}
	got, err := starlark.Call(thread, fn, nil, nil)
	if err == nil {
		return nil, fmt.Errorf("the function did not fail; it returned %s", brief(got))
	}
	switch f := sandbox.FailureOf(err); {
	case f.Kind != sandbox.FailedRaised: // the test itself is over its budget
		return nil, err
	case !re.MatchString(f.Msg):
		return nil, fmt.Errorf("it failed with %q, which does not match %q", f.Msg, pattern)
	}
	return starlark.None, nil
}
