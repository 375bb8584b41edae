package sandbox

import (
	"fmt"
	"unsafe"

	"go.starlark.net/starlark"
)

// maxFreeze is how many values freezing a file may go through.
const maxFreeze = 10_000_000

// freeze makes the variables of a file immutable, after a look at what that would take. Lists, dictionaries and sets note that
// they are frozen; tuples and functions do not. So a function that is reached from itself would be frozen without end, and
// one of twice another one, which is of twice a third one, and so on, as many times as the doublings make.
func freeze(globals starlark.StringDict) *Failure {
	w := &freezeWalk{seen: map[any]int{}}
	for _, name := range globals.Keys() {
		w.add(globals[name])
	}
	for len(w.later) > 0 {
		v := w.later[len(w.later)-1]
		w.later = w.later[:len(w.later)-1]
		eachPart(v, w.add)
	}
	if w.failure == nil {
		globals.Freeze()
	}
	return w.failure
}

// freezeWalk goes through values as freezing would, each once.
type freezeWalk struct {
	// seen is what freezing a value takes wherever it is found, by its identity; open for one that is being looked at.
	seen map[any]int
	// later are the lists, dictionaries and sets whose parts are still to be looked at.
	later []starlark.Value
	// total is what all takes.
	total   int
	failure *Failure
}

// open marks a value that is being looked at.
const open = -1

func (w *freezeWalk) add(v starlark.Value) { w.total = w.sum(w.total, v, nil) }

// sum returns n and what freezing v takes. Function is the innermost one that v is reached from, nil for none.
func (w *freezeWalk) sum(n int, v starlark.Value, function *starlark.Function) int {
	if w.failure != nil {
		return n
	}
	n += w.cost(v, function)
	if n > maxFreeze && w.failure == nil {
		w.failure = &Failure{Kind: FailedMemory, Msg: fmt.Sprintf("the variables of this file hold each other in more than %d ways", maxFreeze)}
		if function != nil {
			w.failure.Pos = function.Position()
		}
	}
	return n
}

// tupleID is the identity of a tuple.
type tupleID struct {
	first *starlark.Value
	len   int
}

func (w *freezeWalk) cost(v starlark.Value, function *starlark.Function) int {
	var id any = v
	switch v := v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set:
		if _, ok := w.seen[id]; !ok {
			w.seen[id] = 1
			w.later = append(w.later, v)
		}
		return 1
	case starlark.Tuple:
		id = tupleID{unsafe.SliceData(v), len(v)}
	case *starlark.Function:
		function = v
	case *starlark.Builtin:
		if v.Receiver() == nil {
			return 1
		}
	default:
		return 1
	}
	if n, ok := w.seen[id]; ok {
		if n == open {
			w.failure = &Failure{Kind: FailedRaised, Pos: function.Position(),
				Msg: fmt.Sprintf("function %s holds itself; a function cannot call itself", function.Name())}
		}
		return n
	}
	w.seen[id] = open
	n := 1
	eachPart(v, func(part starlark.Value) { n = w.sum(n, part, function) })
	w.seen[id] = n
	return n
}

// eachPart does something with each value that v holds.
func eachPart(v starlark.Value, do func(starlark.Value)) {
	switch v := v.(type) {
	case starlark.Tuple:
		for _, e := range v {
			do(e)
		}
	case *starlark.Dict:
		for key, e := range v.Entries() {
			do(key)
			do(e)
		}
	case *starlark.Function:
		for i := range v.NumParams() {
			if value := v.ParamDefault(i); value != nil {
				do(value)
			}
		}
		for i := range v.NumFreeVars() {
			if _, value := v.FreeVar(i); value != nil {
				do(value)
			}
		}
	case *starlark.Builtin:
		do(v.Receiver())
	case starlark.Iterable:
		for e := range starlark.Elements(v) {
			do(e)
		}
	}
}
