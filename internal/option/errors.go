package option

import "fmt"

// ValueError says that a value does not fit its option. Its text is complete
// on its own; the fields let a caller that knows the place say the same in
// its own way.
type ValueError struct {
	// Option is the option's name.
	Option string
	// Value is the offending value as written.
	Value string
	// Problem says what is wrong with the value, such as "is not an IPv4
	// address". It reads after Value.
	Problem string
	// Example is a value that would do.
	Example string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("option %s: %q %s; write for example %s", e.Option, e.Value, e.Problem, e.Example)
}

// reject builds the error for a value of the wrong kind.
func (d Def) reject(value string) error {
	want, _ := d.Type.describe()
	return d.rejectf(value, "is not %s", want)
}

// rejectf builds the error for a value with a more particular problem.
func (d Def) rejectf(value, format string, args ...any) error {
	_, example := d.Type.describe()
	return &ValueError{Option: d.Name, Value: value, Problem: fmt.Sprintf(format, args...), Example: example}
}
