package policytest

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/internal/option"
	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// Config says how tests are run.
type Config struct {
	// Names are those of options; nil for the standard ones.
	Names *option.Names
	// Seed begins the random numbers, as policy.seed does in service.
	Seed uint64
	// Steps is what one call of a hook may take in service.
	Steps uint64
	// Match chooses tests by name; nil for all.
	Match *regexp.Regexp
	// Read returns the content of a file; nil for that on the disk.
	Read func(name string) ([]byte, error)
}

// A test may take as much as a hundred hooks, and this much time.
const (
	hooksPerTest = 100
	testTime     = 10 * time.Second
)

// File is what became of one file.
type File struct {
	// Name is the file's as given.
	Name string
	// Tests are those that ran, in the order in which they stand.
	Tests []Test
	// Defined is how many the file has, those that were not chosen included.
	Defined int
}

// Test is what became of one test.
type Test struct {
	Name string
	// Pos is where it is defined.
	Pos syntax.Position
	// Failure is why it failed, nil where it passed.
	Failure *sandbox.Failure
	// Source is the text of the line at which it failed, "" where that is in no file that is read.
	Source string
	// Printed is what print said.
	Printed []Line
	// Longest is the part that took most steps, which a hook may not have in service. It is zero where no part takes more than half of that.
	Longest Stretch
	// Time is how long it took.
	Time time.Duration
}

// Line is what print said at a place.
type Line struct {
	Pos  syntax.Position
	Text string
}

const prefix = "test_"

// Run runs the tests of a file. The error is a *sandbox.Errors with everything that is wrong with the file.
func Run(cfg Config, name string) (*File, error) {
	if cfg.Names == nil {
		cfg.Names = option.Standard()
	}
	t := newT(cfg.Names, cfg.Seed)
	limits := sandbox.Limits{Steps: hooksPerTest * cfg.Steps, Time: testTime, Memory: hooksPerTest * sandbox.DefaultMemory}
	known := value.Predeclared(cfg.Names)
	known[moduleName] = t.module()
	loader := sandbox.Loader{Read: cfg.Read, Predeclared: known}
	modules, err := loader.Load(name)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name}
	for _, fn := range tests(modules[len(modules)-1]) {
		f.Defined++
		if cfg.Match == nil || cfg.Match.MatchString(fn.Name()) {
			f.Tests = append(f.Tests, t.run(cfg, fn, limits))
		}
	}
	return f, nil
}

// tests returns the functions of a module that are tests, in the order in which they stand.
func tests(m *sandbox.Module) (list []*starlark.Function) {
	for name, v := range m.Globals {
		if fn, ok := v.(*starlark.Function); ok && strings.HasPrefix(name, prefix) && fn.Name() == name {
			list = append(list, fn)
		}
	}
	slices.SortFunc(list, func(a, b *starlark.Function) int {
		return cmp.Or(cmp.Compare(a.Position().Line, b.Position().Line), cmp.Compare(a.Position().Col, b.Position().Col))
	})
	return list
}

// run runs one test.
func (t *T) run(cfg Config, fn *starlark.Function, limits sandbox.Limits) Test {
	t.begin()
	result := Test{Name: fn.Name(), Pos: fn.Position()}
	t.root.Caller.Print = func(pos syntax.Position, msg string) { result.Printed = append(result.Printed, Line{pos, msg}) }
	began := time.Now()
	_, err := t.root.Caller.Call(fn, nil, limits)
	result.Time = time.Since(began)
	t.pass(t.root.Caller.Steps(), syntax.Position{})
	if err != nil {
		result.Failure = err.(*sandbox.Failure) // as Call says
		result.Source = line(cfg.Read, result.Failure.Pos)
	}
	if t.stretch.Steps > cfg.Steps/2 {
		result.Longest = t.stretch
		result.Longest.Budget = cfg.Steps
	}
	return result
}

// line returns the text of a line of a file, "" where it cannot be read.
func line(read func(string) ([]byte, error), at syntax.Position) string {
	if read == nil {
		read = os.ReadFile
	}
	text, err := read(at.Filename())
	if err != nil || at.Line < 1 {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	if int(at.Line) > len(lines) {
		return ""
	}
	return lines[at.Line-1]
}
