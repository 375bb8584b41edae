package sandbox

import (
	"fmt"

	"go.starlark.net/starlark"
)

// The most that one operation may make. What the interpreter would do beyond that, it would do in a single step.
const (
	// maxText is the length of the longest text, in bytes.
	maxText = 64 << 10
	// maxElements is the length of the longest list, tuple, range and so on that one operation makes.
	maxElements = 10_000
	// maxBits is the size of the largest integer.
	maxBits = 4096
	// maxDepth is how many lists may be inside each other when they are written as text.
	maxDepth = 100
	// maxHash is how many elements may be hashed at once, together with those of the tuples in them.
	maxHash = 1_000_000
	// maxWeight is how many elements one comparison may look at.
	maxWeight = 100_000
)

// What one element takes, in bytes: in a list or tuple, and in a dictionary or set.
const (
	elementSize = 16
	entrySize   = 64
	// leastEntries is how many entries even an empty dictionary has room for.
	leastEntries = 7
)

// Charge takes what a builtin is about to do from the budget of the running call: so many steps, and bytes of memory. Builtins
// whose work or result grows with what the script gives them call it first, and return its error as it is.
func Charge(thread *starlark.Thread, steps, bytes int) error {
	return callerOf(thread).charge(max(steps, 0), max(bytes, 0))
}

func (c *Caller) charge(steps, bytes int) error {
	if bytes > c.memory {
		return c.refuse(FailedMemory, "this makes more than %d bytes of data in one call", c.whole())
	}
	c.memory -= bytes
	c.thread.Steps += uint64(steps)
	if c.thread.Steps >= c.lookAt {
		c.look()
	}
	if c.over != nil {
		return c.over
	}
	return nil
}

// whole is the memory that a call begins with.
func (c *Caller) whole() int {
	if c.limits.Memory == 0 {
		return DefaultMemory
	}
	return c.limits.Memory
}

// refuse ends the call for going over a limit. It ends even if the error is lost on the way, as `in` loses those of a mapping.
func (c *Caller) refuse(kind FailureKind, format string, args ...any) error {
	c.over = &overError{kind, fmt.Sprintf(format, args...)}
	c.thread.Cancel(c.over.msg)
	return c.over
}

// text charges for a text of n bytes.
func (c *Caller) text(n int) error {
	if n > maxText {
		return c.refuse(FailedMemory, "this makes a text of more than %d bytes", maxText)
	}
	return c.charge(n/1024, n)
}

// elements charges for a collection of n elements of size bytes each.
func (c *Caller) elements(n, size int) error {
	if n > maxElements {
		return c.refuse(FailedMemory, "this makes more than %d elements", maxElements)
	}
	return c.charge(n/8, n*size)
}

// length returns how many elements v has: none if there is nothing to iterate over, and at most one more than may be made.
func length(v starlark.Value) int {
	if n := starlark.Len(v); n >= 0 {
		return n
	}
	iter := starlark.Iterate(v)
	if iter == nil {
		return 0
	}
	defer iter.Done()
	n := 0
	for x := starlark.Value(nil); n <= maxElements && iter.Next(&x); {
		n++
	}
	return n
}
