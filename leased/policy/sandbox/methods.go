package sandbox

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// A check charges for a call of a function or method, or refuses it. What is wrong with the arguments is left to the function
// to say.
type check func(c *Caller, receiver starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error

// shortText is the length of a text, in bytes, that any of its methods goes through in no time.
const shortText = 256

// textAmplifiers are methods of texts whose result may be much longer than the text.
var textAmplifiers = map[string]check{
	"join": func(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
		if len(args) != 1 {
			return nil
		}
		between, size, n := len(receiver.(starlark.String)), 0, 0
		each(args[0], func(e starlark.Value) bool {
			if s, ok := e.(starlark.String); ok {
				size += len(s) + between
			}
			n++
			return size <= maxText+between && n <= maxElements
		})
		if err := c.elements(n, 0); err != nil {
			return err
		}
		return c.text(max(size-between, 0))
	},
	"replace": func(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
		s := string(receiver.(starlark.String))
		if len(args) < 2 {
			return nil
		}
		from, fromOK := starlark.AsString(args[0])
		to, toOK := starlark.AsString(args[1])
		if !fromOK || !toOK {
			return nil
		}
		n := strings.Count(s, from)
		if len(args) > 2 {
			if most, err := starlark.AsInt32(args[2]); err == nil && most >= 0 {
				n = min(n, most)
			}
		}
		return c.text(len(s) + n*(len(to)-len(from)))
	},
	"format": func(c *Caller, receiver starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
		return c.formatted(string(receiver.(starlark.String)), args, kwargs)
	},
}

// textMethods are other methods of texts that are checked where the text is long.
var textMethods = map[string]check{
	"split": split, "rsplit": split, "splitlines": split,
	"strip": strip, "lstrip": strip, "rstrip": strip,
	"count": scan, "find": scan, "index": scan, "rfind": scan, "rindex": scan, "partition": scan, "rpartition": scan,
	"isalnum": scan, "isalpha": scan, "isdigit": scan, "islower": scan, "isspace": scan, "istitle": scan, "isupper": scan,
	"capitalize": rewrite, "lower": rewrite, "title": rewrite, "upper": rewrite,
}

// listMethods, dictMethods and setMethods are those that go through all elements.
var (
	listMethods = map[string]check{
		"extend": func(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
			if len(args) != 1 {
				return nil
			}
			return c.extension(starlark.Len(receiver), args[0])
		},
		"index": lookFor, "remove": lookFor,
	}
	dictMethods = map[string]check{
		"items": listing(4 * elementSize), "keys": listing(elementSize), "values": listing(elementSize), "update": merge,
	}
	setMethods = map[string]check{
		"difference": with("difference"), "intersection": with("intersection"), "issubset": with("issubset"),
		"issuperset": with("issuperset"), "symmetric_difference": with("symmetric_difference"),
		"union": merge, "update": merge,
	}
)

func split(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
	s := string(receiver.(starlark.String))
	n := len(s) / 2
	if len(args) > 0 {
		if sep, ok := starlark.AsString(args[0]); ok && sep != "" {
			n = strings.Count(s, sep)
		}
	} else if len(s) > maxElements {
		n = len(strings.Fields(s)) + strings.Count(s, "\n")
	}
	return c.elements(n+1, 2*elementSize)
}

func strip(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
	of := 1
	if len(args) > 0 {
		of += max(starlark.Len(args[0]), 0) / 16
	}
	return c.charge(starlark.Len(receiver)*of/64, 0)
}

func scan(c *Caller, receiver starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) error {
	return c.charge(starlark.Len(receiver)/64, 0)
}

func rewrite(c *Caller, receiver starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) error {
	n := starlark.Len(receiver)
	return c.charge(n/64, 2*n)
}

func lookFor(c *Caller, receiver starlark.Value, args starlark.Tuple, _ []starlark.Tuple) error {
	if len(args) == 0 {
		return nil
	}
	return c.search(receiver, args[0])
}

func listing(size int) check {
	return func(c *Caller, receiver starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) error {
		return c.elements(starlark.Len(receiver), size)
	}
}

func merge(c *Caller, receiver starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	n := starlark.Len(receiver) + len(kwargs)
	for _, arg := range args {
		n += length(arg)
	}
	if err := c.elements(n, entrySize); err != nil {
		return err
	}
	if err := c.hashing(receiver); err != nil {
		return err
	}
	return c.hashing(args...)
}

// with is merge for methods that take another collection. The interpreter takes them without, and then looks for it all the same.
func with(name string) check {
	return func(c *Caller, receiver starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
		if len(args) == 0 && len(kwargs) == 0 {
			return fmt.Errorf("%s: got 0 arguments, want 1", name)
		}
		return merge(c, receiver, args, kwargs)
	}
}
