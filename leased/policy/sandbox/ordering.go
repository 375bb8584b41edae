package sandbox

import (
	"math/bits"
	"slices"

	"go.starlark.net/starlark"
)

// ordering returns sorted, min or max. What they compare is weighed, times how often they do: each element, or what the
// function given as key makes of it.
func ordering(name string) *starlark.Builtin {
	f := language(name)
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return f.CallInternal(thread, args, kwargs)
		}
		c := callerOf(thread)
		var elements starlark.Value = args
		if name == "sorted" || len(args) == 1 {
			elements = args[0]
		}
		n := length(elements)
		if err := c.elements(n, elementSize); err != nil {
			return nil, err
		}
		rounds := 1
		if name == "sorted" {
			rounds = bits.Len(uint(n))
		}
		if i := slices.IndexFunc(kwargs, func(kv starlark.Tuple) bool { return kv[0] == starlark.String("key") }); i >= 0 {
			kwargs = slices.Clone(kwargs)
			kwargs[i] = starlark.Tuple{kwargs[i][0], c.weighedKey(kwargs[i][1], rounds)}
		} else if name == "sorted" && len(args) > 1 {
			args = slices.Clone(args)
			args[1] = c.weighedKey(args[1], rounds)
		} else if err := c.comparedEach(elements, rounds); err != nil {
			return nil, err
		}
		return f.CallInternal(thread, args, kwargs)
	})
}

// weighedKey returns a function that does what key does, and charges for comparing what it returns.
func (c *Caller) weighedKey(key starlark.Value, rounds int) starlark.Value {
	f, ok := key.(starlark.Callable)
	if !ok {
		return key
	}
	return starlark.NewBuiltin(hiddenMark+"key", func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := starlark.Call(thread, f, args, kwargs)
		if err == nil {
			err = c.compared(v, rounds)
		}
		return v, err
	})
}

// compared charges for comparing v so many times.
func (c *Caller) compared(v starlark.Value, times int) error {
	n := weight(v, maxWeight)
	if n > maxWeight {
		return c.refuse(FailedSteps, comparesMany, maxWeight)
	}
	return c.charge((n*times+7)/8, 0)
}

func (c *Caller) comparedEach(elements starlark.Value, times int) (err error) {
	each(elements, func(e starlark.Value) bool {
		err = c.compared(e, times)
		return err == nil
	})
	return err
}

const comparesMany = "this compares more than %d elements"
