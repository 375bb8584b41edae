package policytest

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// T is what the tests of one file run with. One goroutine at a time uses it.
type T struct {
	names *option.Names
	seed  uint64
	// root is what the functions of the policy find with their caller: the message that was built last.
	root *value.Context
	// made tells what the values are made of that a test has built: *message, *engine.Reservation or held.
	made map[starlark.Value]any
	// mark is where the module was called last; stretch is the longest way between two calls.
	mark    mark
	stretch Stretch
}

// mark is a place in a test, and how many steps it took to get there.
type mark struct {
	steps uint64
	at    syntax.Position
}

// Stretch is a part of a test between two calls of the module, which holds a call of a hook at most where tests are written as usual.
type Stretch struct {
	// From and To are the lines of the calls; From is 0 for the beginning of the test, To for its end.
	From, To int32
	// Steps are how many it takes, Budget how many a hook may take.
	Steps, Budget uint64
}

func newT(names *option.Names, seed uint64) *T {
	t := &T{names: names, seed: seed, root: &value.Context{Names: names, Seed: seed}}
	t.root.Caller = sandbox.NewCaller(t.root)
	t.begin()
	return t
}

// begin forgets the test before.
func (t *T) begin() {
	t.made = map[starlark.Value]any{}
	t.mark, t.stretch = mark{}, Stretch{}
	m := plainMessage(engine.Discover)
	t.root.Begin(m.query, m.facts, m.now, false)
}

// pass notes that the test has come to a place.
func (t *T) pass(steps uint64, at syntax.Position) {
	if n := steps - t.mark.steps; steps > t.mark.steps && n > t.stretch.Steps {
		t.stretch = Stretch{From: t.mark.at.Line, To: at.Line, Steps: n}
	}
	t.mark = mark{steps, at}
}

// module returns the module test, which works for t.
func (t *T) module() starlark.Value {
	return module(func(name string) function {
		do := t.function(name)
		return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			t.pass(thread.ExecutionSteps(), sandbox.Where(thread))
			v, err := do(thread, b, args, kwargs)
			t.mark.steps = thread.ExecutionSteps() // what fails() called was meant to fail
			return v, err
		}
	})
}

// function returns what a function of the module does.
func (t *T) function(name string) function {
	if kind, ok := requests[name]; ok {
		return build(func(k *keywords) (starlark.Value, error) { return t.request(k, kind, "") })
	}
	switch name {
	case "request":
		return t.ofKind("state", func(k *keywords, state string) (starlark.Value, error) {
			state = strings.TrimPrefix(state, "REQUEST:")
			if !slices.Contains(requestStates, state) {
				return nil, unknownWord("a client sends no REQUEST in state", state, requestStates)
			}
			return t.request(k, engine.Request, state)
		})
	case "event":
		return t.ofKind("kind", t.event)
	case "lease":
		return build(t.lease)
	case "reply":
		return build(t.reply)
	case "reservation":
		return build(t.reservation)
	case "eq":
		return eq
	case "true":
		return isTrue
	case "fails":
		return fails
	}
	panic("policytest: " + name + " is no function of the module")
}

// build makes a builtin of a function that takes keywords alone.
func build(do func(*keywords) (starlark.Value, error)) function {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return do(read(b, args, kwargs))
	}
}

// ofKind makes one that takes a word before its keywords.
func (t *T) ofKind(word string, do func(*keywords, string) (starlark.Value, error)) function {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return nil, fmt.Errorf("the %s comes first, as text", word)
		}
		kind, ok := starlark.AsString(args[0])
		if !ok {
			return nil, fmt.Errorf("the %s comes first, as text, and not %s", word, brief(args[0]))
		}
		return do(read(b, args[1:], kwargs), kind)
	}
}

// unknownWord says that a word is none of some, and which is meant.
func unknownWord(problem, word string, known []string) error {
	if near := config.Nearest(word, known); near != "" {
		return fmt.Errorf("%s %q; did you mean %q?", problem, word, near)
	}
	return fmt.Errorf("%s %q; there are %s", problem, word, strings.Join(known, ", "))
}
