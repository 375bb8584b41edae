package sandbox

import "go.starlark.net/starlark"

// universe are the functions of the language that are checked, in the place of the language's own.
var universe = func() starlark.StringDict {
	all := starlark.StringDict{}
	for name, before := range map[string]check{
		"all": eachOf(0), "any": eachOf(0),
		"list": eachOf(elementSize), "reversed": eachOf(elementSize),
		"set": hashOf, "dict": hashOf,
		"bytes": eachOf(1), "hash": eachOf(0),
		"str": text, "repr": text, "print": text, "fail": text,
	} {
		all[name] = checked(language(name), before, nil)
	}
	all["int"] = checked(language("int"), number, func(c *Caller, v starlark.Value) error {
		if i, ok := v.(starlark.Int); ok && bitsOf(i) > maxBits {
			return c.refuse(FailedMemory, tooManyBits, maxBits)
		}
		return nil
	})
	all["tuple"] = checked(language("tuple"), eachOf(elementSize), weighTuples)
	all["enumerate"] = checked(language("enumerate"), eachOf(4*elementSize), weighTuples)
	all["zip"] = checked(language("zip"), zipped, weighTuples)
	all["range"] = checked(language("range"), nil, func(c *Caller, v starlark.Value) error {
		return c.elements(starlark.Len(v), 0)
	})
	all["getattr"] = getattr
	for _, name := range []string{"sorted", "min", "max"} {
		all[name] = ordering(name)
	}
	return all
}()

func language(name string) *starlark.Builtin { return starlark.Universe[name].(*starlark.Builtin) }

// eachOf charges for going through all elements of the arguments, and for making something of size bytes of each.
func eachOf(size int) check {
	return func(c *Caller, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
		n := len(kwargs)
		for _, arg := range args {
			n += length(arg)
		}
		if size <= 1 {
			return c.charge(n/8, size*n)
		}
		return c.elements(n, size)
	}
}

// hashOf charges for making entries of all elements of the arguments.
func hashOf(c *Caller, receiver starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if err := eachOf(entrySize)(c, receiver, args, kwargs); err != nil {
		return err
	}
	if err := c.charge(0, leastEntries*entrySize); err != nil {
		return err
	}
	return c.hashing(args...)
}

// text charges for the text of all arguments.
func text(c *Caller, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	s := scale{left: maxText, depth: maxDepth}
	for _, arg := range args {
		if !s.put(1) || !s.text(arg, true) {
			break
		}
	}
	if sep, ok := named(kwargs, "sep").(starlark.String); ok {
		s.put(len(sep) * len(args))
	}
	return c.measured(s)
}

// number refuses to read an integer that is too large.
func number(c *Caller, _ starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
	if len(args) > 0 && starlark.Len(args[0]) > maxBits {
		return c.refuse(FailedMemory, tooManyBits, maxBits)
	}
	return nil
}

func zipped(c *Caller, _ starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
	if len(args) == 0 {
		return nil
	}
	rows := length(args[0])
	for _, arg := range args[1:] {
		rows = min(rows, length(arg))
	}
	if err := c.elements(rows, 2*elementSize); err != nil {
		return err
	}
	return c.elements(rows*len(args), elementSize)
}

// getattr gives the same methods that a dot gives.
var getattr = starlark.NewBuiltin("getattr", func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := language("getattr").CallInternal(thread, args, kwargs)
	if err != nil {
		return nil, err
	}
	return checkedAttribute(v), nil
})
