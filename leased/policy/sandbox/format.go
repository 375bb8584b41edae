package sandbox

import (
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// Both ways to put values into a text are measured before they are done: a short text that names one long value many times
// makes much out of little. What is wrong with a format is left to the interpreter to say.

// interpolation charges for format % args.
func (c *Caller) interpolation(format string, args starlark.Value) error {
	s := scale{left: maxText, depth: maxDepth}
	s.put(len(format))
	tuple, isTuple := args.(starlark.Tuple)
	for next := 0; ; next++ {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 == len(format) {
			break
		}
		format = format[i+1:]
		var arg starlark.Value
		switch {
		case format[0] == '%':
			format = format[1:]
			continue
		case format[0] == '(':
			name, rest, ok := strings.Cut(format[1:], ")")
			mapping, isMapping := args.(starlark.Mapping)
			if !ok || !isMapping {
				return c.measured(s)
			}
			arg, _, _ = mapping.Get(starlark.String(name))
			format = rest
		case !isTuple:
			arg = args
		case next < len(tuple):
			arg = tuple[next]
		}
		if arg == nil || format == "" {
			return c.measured(s)
		}
		if !s.converted(arg, format[0] == 's') {
			break
		}
		format = format[1:]
	}
	return c.measured(s)
}

// converted puts the text of an argument; a float may be written without an exponent.
func (s *scale) converted(arg starlark.Value, plain bool) bool {
	if _, ok := arg.(starlark.Float); ok {
		return s.put(320)
	}
	return s.text(arg, !plain)
}

// measured charges for the text that s went through.
func (c *Caller) measured(s scale) error {
	if s.left < 0 {
		return c.text(maxText + 1)
	}
	return c.text(maxText - s.left)
}

// formatted charges for format.format(args, kwargs).
func (c *Caller) formatted(format string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	s := scale{left: maxText, depth: maxDepth}
	s.put(len(format))
	for next := 0; ; {
		_, rest, ok := strings.Cut(format, "{")
		if !ok {
			break
		}
		if strings.HasPrefix(rest, "{") {
			format = rest[1:]
			continue
		}
		field, rest, ok := strings.Cut(rest, "}")
		if !ok {
			break
		}
		format = rest
		name, conversion, _ := strings.Cut(field, "!")
		var arg starlark.Value
		if name == "" {
			name = strconv.Itoa(next)
			next++
		}
		if n, err := strconv.Atoi(name); err == nil {
			if n < 0 || n >= len(args) {
				break
			}
			arg = args[n]
		} else {
			// The arguments are gone through one by one, each time.
			if c.charge(len(kwargs)/8, 0) != nil {
				return c.over
			}
			arg = named(kwargs, name)
		}
		if arg == nil || !s.text(arg, conversion == "r") {
			break
		}
	}
	return c.measured(s)
}

// named returns the keyword argument of a name, nil for none.
func named(kwargs []starlark.Tuple, name string) starlark.Value {
	for _, kv := range kwargs {
		if kv[0] == starlark.String(name) {
			return kv[1]
		}
	}
	return nil
}
