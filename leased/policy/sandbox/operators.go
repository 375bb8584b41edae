package sandbox

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// operator returns the function that stands for a binary operator: it looks at what the operation would cost, and does it.
func operator(op syntax.Token) *starlark.Builtin {
	return hidden(op.String(), func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		x, y := args[0], args[1]
		if err := c.operation(op, x, y); err != nil {
			return nil, err
		}
		switch op {
		case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
			ok, err := starlark.Compare(op, x, y)
			return starlark.Bool(ok), err
		}
		return starlark.Binary(op, x, y)
	})
}

// augmented returns the function that is put in front of the right operand of an augmented assignment: it looks at what the
// operation would cost, and returns that operand. The interpreter does the operation, which may be in place.
func augmented(op syntax.Token) *starlark.Builtin {
	return hidden(op.String()+"=", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		x, y := args[0], args[1]
		var err error
		if list, ok := x.(*starlark.List); ok && op == syntax.PLUS {
			err = c.extension(list.Len(), y)
		} else {
			err = c.operation(op, x, y)
		}
		return y, err
	})
}

// operation charges for an operation, or refuses it. What is not possible at all is left to the interpreter to say.
func (c *Caller) operation(op syntax.Token, x, y starlark.Value) error {
	switch op {
	case syntax.PLUS:
		return c.sum(x, y)
	case syntax.STAR:
		return c.product(x, y)
	case syntax.PERCENT:
		if format, ok := x.(starlark.String); ok {
			return c.interpolation(string(format), y)
		}
	case syntax.LTLT:
		if x, ok := x.(starlark.Int); ok {
			if n, err := starlark.AsInt32(y); err == nil && n > 0 && bitsOf(x)+n > maxBits && x.Sign() != 0 {
				return c.refuse(FailedMemory, tooManyBits, maxBits)
			}
		}
	case syntax.PIPE, syntax.AMP, syntax.MINUS, syntax.CIRCUMFLEX:
		switch x := x.(type) {
		case starlark.Int:
			return c.integer(x, y)
		case *starlark.Set, *starlark.Dict:
			if err := c.elements(starlark.Len(x)+max(starlark.Len(y), 0), entrySize); err != nil {
				return err
			}
			return c.hashing(x, y)
		}
	case syntax.IN, syntax.NOT_IN:
		return c.search(y, x)
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		return c.comparison(x, y)
	}
	return nil
}

func (c *Caller) sum(x, y starlark.Value) error {
	switch x := x.(type) {
	case starlark.Int:
		return c.integer(x, y)
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			return c.text(len(x) + len(y))
		}
	case starlark.Bytes:
		if y, ok := y.(starlark.Bytes); ok {
			return c.text(len(x) + len(y))
		}
	case *starlark.List:
		if y, ok := y.(*starlark.List); ok {
			return c.elements(x.Len()+y.Len(), elementSize)
		}
	case starlark.Tuple:
		if y, ok := y.(starlark.Tuple); ok {
			if err := c.elements(len(x)+len(y), elementSize); err != nil {
				return err
			}
			return c.tuple(x, y)
		}
	}
	return nil
}

func (c *Caller) product(x, y starlark.Value) error {
	xi, xok := x.(starlark.Int)
	yi, yok := y.(starlark.Int)
	switch {
	case xok && yok:
		if n := bitsOf(xi) + bitsOf(yi); n > 2*64 && n > maxBits {
			return c.refuse(FailedMemory, tooManyBits, maxBits)
		}
	case xok:
		return c.repetition(y, xi)
	case yok:
		return c.repetition(x, yi)
	}
	return nil
}

// integer refuses to add to, or to take from, an integer that has all the bits that one can have.
func (c *Caller) integer(x starlark.Int, y starlark.Value) error {
	if y, ok := y.(starlark.Int); ok && max(bitsOf(x), bitsOf(y)) > maxBits {
		return c.refuse(FailedMemory, tooManyBits, maxBits)
	}
	return nil
}

// repetition charges for n times x.
func (c *Caller) repetition(x starlark.Value, n starlark.Int) error {
	length := starlark.Len(x)
	if length <= 0 || n.Sign() <= 0 {
		return nil
	}
	times, ok := n.Int64()
	if !ok || times > maxText {
		// So many are too many of anything, and any more would not fit the product.
		times = maxText + 1
	}
	switch x := x.(type) {
	case starlark.String, starlark.Bytes:
		return c.text(length * int(times))
	case *starlark.List:
		return c.elements(length*int(times), elementSize)
	case starlark.Tuple:
		if err := c.elements(length*int(times), elementSize); err != nil {
			return err
		}
		s := scale{left: maxElements}
		if !s.hashed(x) || (maxElements-s.left-1)*int(times) > maxElements {
			return c.refuse(FailedMemory, heavyTuple, maxElements)
		}
	}
	return nil
}

// comparison charges for comparing two values. Those of different types, and what has no parts, is done at once.
func (c *Caller) comparison(x, y starlark.Value) error {
	if !hasParts(x) || !hasParts(y) {
		return nil
	}
	n := lighter(func(limit int) int { return weight(x, limit) }, func(limit int) int { return weight(y, limit) })
	if n > maxWeight {
		return c.refuse(FailedSteps, comparesMany, maxWeight)
	}
	return c.charge(n/8, 0)
}

// hashing charges for the hashes of all elements of collections, and of the keys of pairs that a dictionary is made of.
func (c *Caller) hashing(all ...starlark.Value) error {
	s := scale{left: maxHash}
	for _, v := range all {
		each(v, func(e starlark.Value) bool {
			if pair, ok := e.(*starlark.List); ok && pair.Len() > 0 {
				e = pair.Index(0)
			}
			return s.hashed(e)
		})
	}
	if s.left < 0 {
		return c.refuse(FailedSteps, "this looks up more than %d elements, with those of the tuples in them", maxHash)
	}
	return c.charge((maxHash-s.left)/64, 0)
}

// lighter returns the smaller of two weights, at most one more than maxWeight, without going much further into the other one: that work is
// not charged for. Of a weight above its limit each need not say more than that.
func lighter(x, y func(limit int) int) int {
	for limit := 16; limit < maxWeight; limit *= 8 {
		if n := x(limit); n <= limit {
			return min(n, y(n))
		}
		if n := y(limit); n <= limit {
			return n
		}
	}
	return min(x(maxWeight), y(maxWeight))
}

func hasParts(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, starlark.Tuple, *starlark.Dict, *starlark.Set:
		return true
	}
	return false
}

// search charges for looking for x in a collection.
func (c *Caller) search(in, x starlark.Value) error {
	switch in := in.(type) {
	case starlark.String:
		return c.charge(len(in)/256, 0)
	case starlark.Bytes:
		return c.charge(len(in)/256, 0)
	case *starlark.List:
		return c.compareEach(in, in.Len(), x)
	case starlark.Tuple:
		return c.compareEach(in, len(in), x)
	}
	return nil
}

func (c *Caller) compareEach(in starlark.Value, n int, x starlark.Value) error {
	if !hasParts(x) {
		return c.charge(n*weight(x, maxWeight)/8, 0)
	}
	n = lighter(func(limit int) int { return weight(in, limit) }, func(limit int) int { return n * weight(x, limit/max(n, 1)) })
	if n > maxWeight {
		return c.refuse(FailedSteps, comparesMany, maxWeight)
	}
	return c.charge(n/8, 0)
}

// extension charges for adding what y has to a list of n elements.
func (c *Caller) extension(n int, y starlark.Value) error {
	more := length(y)
	if n+more > maxElements {
		return c.refuse(FailedMemory, "this makes more than %d elements", maxElements)
	}
	return c.elements(more, elementSize)
}

// tuple charges for a tuple that is made of the elements of others. Nothing bounds the work of its hash, or of freezing it, but
// its size with that of the tuples in it: a tuple of twice the same tuple, and so on, doubles each time.
func (c *Caller) tuple(parts ...starlark.Tuple) error {
	s := scale{left: maxElements}
	for _, part := range parts {
		for _, e := range part {
			if !s.hashed(e) {
				return c.refuse(FailedMemory, heavyTuple, maxElements)
			}
		}
	}
	return c.charge((maxElements-s.left)/64, 0)
}

const (
	heavyTuple  = "this makes a tuple of more than %d elements, with those of the tuples in it"
	tooManyBits = "this makes an integer of more than %d bits"
)

// Equal is x == y as scripts have it, for builtins that compare what a script gives them: it charges for that.
func Equal(thread *starlark.Thread, x, y starlark.Value) (bool, error) {
	if err := callerOf(thread).comparison(x, y); err != nil {
		return false, err
	}
	return starlark.Equal(x, y)
}
