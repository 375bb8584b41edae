package option

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ValueError says that a value does not fit its option. Its text is complete
// on its own; the fields let a caller that knows the place say the same in
// its own way.
type ValueError struct {
	// Option is the option's name.
	Option string
	// Keys lead to the fault in an option that is written as a mapping,
	// outermost first.
	Keys []string
	// BadKey is set when the last of Keys is at fault itself; Value repeats it.
	BadKey bool
	// Value is the offending value as written.
	Value string
	// Problem says what is wrong with the value, such as "is not an IPv4
	// address". It reads after Value.
	Problem string
	// Example is something that would do, or empty.
	Example string
}

func (e *ValueError) Error() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "option %s: ", e.Option)
	keys := e.Keys
	if e.BadKey {
		keys = keys[:len(keys)-1]
	}
	for _, k := range keys {
		fmt.Fprintf(&sb, "%s: ", k)
	}
	fmt.Fprintf(&sb, "%q %s", e.Value, e.Problem)
	if e.Example != "" {
		fmt.Fprintf(&sb, "; write for example %s", e.Example)
	}
	return sb.String()
}

// reject builds the error for a value of the wrong kind.
func (d Def) reject(value string) error {
	want, _ := d.Type.describe()
	return d.rejectf(value, "is not %s", want)
}

// rejectf builds the error for a value with a more particular problem.
func (d Def) rejectf(value, format string, args ...any) error {
	_, example := d.Type.describe()
	if d.example != "" {
		example = d.example
	}
	return &ValueError{Option: d.Name, Value: value, Problem: fmt.Sprintf(format, args...), Example: example}
}

// badKey builds the error for a key of a mapping; path leads to it.
func (d Def) badKey(path []string, key, example, format string, args ...any) error {
	return &ValueError{Option: d.Name, Keys: slices.Concat(path, []string{key}), BadKey: true, Value: key,
		Problem: fmt.Sprintf(format, args...), Example: example}
}

// within says where in an option's mapping an error arose. A nil error stays
// nil.
func within(err error, option string, keys []string) error {
	if e, ok := errors.AsType[*ValueError](err); ok {
		e.Option, e.Keys = option, keys
		return e
	}
	return err
}
