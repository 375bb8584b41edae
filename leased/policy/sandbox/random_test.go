package sandbox_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/policy/sandbox"
)

// TestRandomProgramsDoTheSame is TestCheckedProgramsDoTheSame with programs that nobody thought of.
func TestRandomProgramsDoTheSame(t *testing.T) {
	for seed := range uint64(400) {
		sameAsBare(t, seed)
	}
}

var (
	// builtinFrames are calls in a backtrace that are in no script; sandbox leaves out those behind the last that is.
	builtinFrames = regexp.MustCompile(`(?m)^  <builtin>: in .*\n`)
	// otherPlace are messages that are told with another column: the interpreter has the last call in what is sliced, and the start
	// of a function that is not entered, for which sandbox has the call; and where x is not assigned yet, x[f()] += 1 calls f first.
	otherPlace = regexp.MustCompile(`slice step|(start|end|step) index: got|slice operand|function \w+ |referenced before assignment`)
)

func nothing(string) bool { return false }

func FuzzRandomProgram(f *testing.F) {
	f.Fuzz(sameAsBare)
}

func sameAsBare(t *testing.T, seed uint64) {
	text := randomProgram(seed)
	if _, _, err := starlark.SourceProgramOptions(&syntax.FileOptions{Set: true, TopLevelControl: true}, "t.star", text, nothing); err != nil {
		return // mistakes of syntax and names are told in other words
	}
	got, kind := boxedWithin(text, sandbox.Limits{Steps: 20_000})
	if kind != "" && kind != sandbox.FailedRaised || strings.Contains(got.Msg, ": this ") || strings.Contains(got.Msg, " calls itself") {
		return // the bare one would go on
	}
	want := bare(text)
	if otherPlace.MatchString(want.Msg) {
		want.Place, want.Backtrace, want.Msg, want.Printed = got.Place, got.Backtrace, got.Msg, got.Printed
	}
	for _, o := range []*outcome{&got, &want} {
		o.Backtrace = builtinFrames.ReplaceAllString(o.Backtrace, "")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seed %d:\n%s-bare +checked:\n%s", seed, text, diff)
	}
}

// programmer writes random programs. What they work out and in which order is what matters: note(x) prints x and returns it.
type programmer struct {
	r    *rand.Rand
	b    strings.Builder
	vars []variable
	// names counts the names that were given.
	names int
	// inLoop, inFunc: what may be said here.
	inLoop, inFunc bool
}

type variable struct {
	name string
	kind kind
}

// kind is what type of value is wanted, so that most programs get beyond their first line.
type kind int

const (
	number kind = iota
	text
	list
	tuple
	dict
	set
	truth
	function
	kinds
)

// randomProgram is a program with a function f.
func randomProgram(seed uint64) string {
	p := &programmer{r: rand.New(rand.NewPCG(seed, 0))}
	p.line(0, "def note(x):")
	p.line(1, "print(repr(x))")
	p.line(1, "return x")
	if p.chance(30) {
		// Names of the language are names like others.
		name := p.pick("str", "range", "list", "sorted", "tuple", "getattr", "len", "max", "dict")
		p.line(0, "def %s(*args, **kw):", name)
		p.line(1, "return (args, kw.keys(), %s)", p.pick("'own'", "[]", "note(1)"))
	}
	for range p.r.IntN(3) {
		p.statement(0, 2)
	}
	p.line(0, "def f(%s):", p.pick("", "p = [1] + [2]", "*rest", "**kw", "*, k = 'a' * 2"))
	p.inFunc = true
	for range 3 + p.r.IntN(5) {
		p.statement(1, 3)
	}
	var names []string
	for _, v := range p.vars {
		names = append(names, v.name)
	}
	p.line(1, "return [%s]", strings.Join(names, ", "))
	return p.b.String()
}

func (p *programmer) line(indent int, format string, args ...any) {
	fmt.Fprintf(&p.b, strings.Repeat("  ", indent)+format+"\n", args...)
}

func (p *programmer) chance(percent int) bool { return p.r.IntN(100) < percent }

func (p *programmer) pick(of ...string) string { return of[p.r.IntN(len(of))] }

// variable finds one of a kind.
func (p *programmer) variable(k kind) (string, bool) {
	for _, i := range p.r.Perm(len(p.vars)) {
		if v := p.vars[i]; v.kind == k || p.chance(2) {
			return v.name, true
		}
	}
	return "", false
}

func (p *programmer) name() string {
	p.names++
	if p.inFunc && p.chance(5) {
		return p.pick("str", "list", "range", "sorted", "len", "getattr")
	}
	return fmt.Sprintf("v%d", p.names)
}

func (p *programmer) block(indent, depth int) {
	// What a block defines may not be there after it: names from inside are forgotten.
	vars := len(p.vars)
	for range 1 + p.r.IntN(2) {
		p.statement(indent, depth)
	}
	p.line(indent, "pass")
	p.vars = p.vars[:vars]
}

func (p *programmer) statement(indent, depth int) {
	k := kind(p.r.IntN(int(kinds)))
	switch n := p.r.IntN(14); {
	case n < 4 || depth == 0:
		value, name := p.expr(k, depth), p.name()
		p.line(indent, "%s = %s", name, value)
		p.vars = append(p.vars, variable{name, k})
	case n < 5:
		if a, ok := p.variable(k); ok && p.inFunc {
			p.line(indent, "%s, %s = %s, %s", a, p.target(k, depth), p.expr(k, depth-1), p.expr(number, depth-1))
		}
	case n < 8:
		op := p.pick("+=", "-=", "*=", "//=", "%=", "|=", "&=", "^=", "<<=", ">>=")
		if !p.inFunc {
			p.line(indent, "%s %s %s", p.element(k, depth), op, p.expr(k, depth-1))
			return
		}
		p.line(indent, "%s %s %s", p.target(k, depth), op, p.expr(kind(p.r.IntN(int(kinds))), depth-1))
	case n < 9:
		p.line(indent, "if %s:", p.expr(truth, depth-1))
		p.block(indent+1, depth-1)
		if p.chance(50) {
			p.line(indent, "elif %s:", p.expr(truth, depth-1))
			p.block(indent+1, depth-1)
		}
		if p.chance(50) {
			p.line(indent, "else:")
			p.block(indent+1, depth-1)
		}
	case n < 11:
		was := p.inLoop
		p.inLoop = true
		vars := len(p.vars)
		name := p.name()
		p.line(indent, "for %s in %s:", name, p.expr(p.collection(), depth-1))
		p.vars = append(p.vars, variable{name, number})
		p.block(indent+1, depth-1)
		p.vars = p.vars[:vars]
		p.inLoop = was
	case n < 12 && p.inLoop:
		p.line(indent, "if %s: %s", p.expr(truth, depth-1), p.pick("break", "continue", "pass"))
	case n < 13 && p.inFunc:
		p.define(indent, depth)
	default:
		p.line(indent, "%s", p.expr(k, depth))
	}
}

// define writes a function in a function.
func (p *programmer) define(indent, depth int) {
	name, vars, loop := p.name(), len(p.vars), p.inLoop
	p.line(indent, "def %s(a, b = %s, *args, **kw):", name, p.expr(text, depth-1))
	p.vars = append(p.vars, variable{"a", number}, variable{"b", text}, variable{"args", tuple}, variable{"kw", dict})
	if p.chance(50) {
		p.line(indent+1, "'what it does'")
	}
	p.inLoop = false
	// An outer variable that is assigned in here would be another one: only what is new is assigned.
	outer := p.vars
	p.vars = p.vars[len(p.vars)-4:]
	p.statement(indent+1, depth-1)
	p.line(indent+1, "return %s", p.expr(number, depth-1))
	p.vars, p.inLoop = outer[:vars], loop
	p.vars = append(p.vars, variable{name, function})
}

// target is something that can be assigned to.
func (p *programmer) target(k kind, depth int) string {
	if v, ok := p.variable(k); ok && p.chance(50) {
		return v
	}
	return p.element(k, depth)
}

// element is an element that can be assigned to, or a field, which nothing here has.
func (p *programmer) element(k kind, depth int) string {
	value := p.expr(k, depth-1)
	switch p.r.IntN(8) {
	case 0:
		return fmt.Sprintf("note({%q: %s})[note(%q)]", "k", value, "k")
	case 1:
		return fmt.Sprintf("[%s, [%s]][note(1)][0]", value, value)
	case 2:
		return fmt.Sprintf("note([1]).%s", p.pick("field", "append", "index"))
	}
	if v, ok := p.variable(list); ok {
		return fmt.Sprintf("%s[%s]", v, p.expr(number, depth-1))
	}
	return fmt.Sprintf("[%s][note(0)]", value)
}

func (p *programmer) collection() kind {
	return []kind{list, tuple, dict, set}[p.r.IntN(4)]
}
