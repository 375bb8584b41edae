package sandbox_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/policy/sandbox"
)

func TestCallReturnsWhatTheFunctionReturns(t *testing.T) {
	m := load(t, "def f(a, b): return (a, where(), b)\n")
	got, failure := call(t, m, sandbox.Limits{}, starlark.MakeInt(1), starlark.String("x"))
	if failure != nil {
		t.Fatal(failure)
	}
	if want := `(1, "1:30", "x")`; got.String() != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBudgetIsWholeAtEachCall(t *testing.T) {
	m := load(t, "def f(n):\n  for i in range(n): pass\n  return n\n")
	c := sandbox.NewCaller(nil)
	limits := sandbox.Limits{Steps: 10_000}
	for _, n := range []int{1000, 4000, 1000, 4000, 1000} {
		_, failure := callWith(t, c, m, limits, starlark.MakeInt(n))
		if over := n > 1000; over != (failure != nil) {
			t.Errorf("%d: %v", n, failure)
		} else if over && failure.Kind != sandbox.FailedSteps {
			t.Errorf("%d: %s, want %s", n, failure.Kind, sandbox.FailedSteps)
		}
	}
}

func TestFailureTellsTheInnermostPlace(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"raised", "def g(x):\n  fail('no', x)\ndef f():\n  return [g(x) for x in 'ab'.elems()]\n",
			"raised t.star:2:7: fail: no a\nTraceback (most recent call last):\n  t.star:4:12: in f\n  t.star:2:7: in g\nError in fail: fail: no a"},
		{"over the budget in a function", "def g(x):\n  for y in range(9999): pass\ndef f():\n  g(1)\n",
			"steps t.star:2:3: this takes more than 10000 steps\nTraceback (most recent call last):\n  t.star:4:4: in f\n  t.star:2:3: in g\nError: this takes more than 10000 steps"},
		{"operator", "def f():\n  return 'x' * 70000\n",
			"memory t.star:2:14: this makes a text of more than 65536 bytes\nTraceback (most recent call last):\n  t.star:2:14: in f\nError: this makes a text of more than 65536 bytes"},
		{"method", "def f():\n  return 'x'.join([''] * 9000).replace('x', 'y' * 5000)\n",
			"memory t.star:2:39: this makes a text of more than 65536 bytes\nTraceback (most recent call last):\n  t.star:2:39: in f\nError in replace: this makes a text of more than 65536 bytes"},
		{"key function", "def f():\n  return sorted([1], key = lambda x: x.y)\n",
			"raised t.star:2:39: int has no .y field or method\nTraceback (most recent call last):\n  t.star:2:16: in f\n  <builtin>: in sorted\n  t.star:2:39: in lambda\nError: int has no .y field or method"},
		{"wrong arguments", "def g(a): pass\ndef f():\n  return g(1, 2)\n",
			"raised t.star:3:11: function g accepts 1 positional argument (2 given)\nTraceback (most recent call last):\n  t.star:3:11: in f\n  t.star:1:1: in g\nError: function g accepts 1 positional argument (2 given)"},
		{"recursion", "def g(): f()\ndef f():\n  g()\n",
			"raised t.star:1:11: function f called recursively\nTraceback (most recent call last):\n  t.star:3:4: in f\n  t.star:1:11: in g\n  t.star:3:3: in f\nError: function f called recursively"},
		{"wrapped by a builtin", "def f():\n  return wrap(lambda: {}['a'])\n",
			"raised t.star:2:25: wrap: key \"a\" not in dict\nTraceback (most recent call last):\n  t.star:2:14: in f\n  <builtin>: in wrap\n  t.star:2:25: in lambda\nError: wrap: key \"a\" not in dict"},
		{"lines and control characters", "def f(): fail('a\\nb\\x1b[31m')\n",
			"raised t.star:1:14: fail: a b\ufffd[31m\nTraceback (most recent call last):\n  t.star:1:14: in f\nError in fail: fail: a b\ufffd[31m"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, failure := call(t, load(t, tt.text), sandbox.Limits{Steps: 10_000})
			if failure == nil {
				t.Fatal("it went well")
			}
			got := string(failure.Kind) + " " + failure.Error() + "\n" + failure.Backtrace
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDeadlineIsLookedAtAsTheStepsGoBy(t *testing.T) {
	m := load(t, "def f(n):\n  for i in range(n): pass\n")
	c := sandbox.NewCaller(nil)
	now := time.Unix(0, 0)
	c.Clock = func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
	limits := sandbox.Limits{Time: 5 * time.Millisecond}
	if _, failure := callWith(t, c, m, limits, starlark.MakeInt(100)); failure != nil {
		t.Errorf("a short call: %v", failure)
	}
	_, failure := callWith(t, c, m, limits, starlark.MakeInt(9999))
	if failure == nil || failure.Kind != sandbox.FailedTime {
		t.Fatalf("a long call: %v, want %s", failure, sandbox.FailedTime)
	}
	if got := c.Steps(); got > 3000 {
		t.Errorf("it took %d steps", got)
	}
}

func TestPanicOfABuiltinIsAFailure(t *testing.T) {
	m := load(t, "def f(x):\n  if x: boom()\n  return 1\n")
	c := sandbox.NewCaller(nil)
	_, failure := callWith(t, c, m, sandbox.Limits{}, starlark.True)
	if failure == nil || failure.Kind != sandbox.FailedInternal || failure.Pos.Line != 1 {
		t.Errorf("got %v, want %s", failure, sandbox.FailedInternal)
	}
	if _, failure := callWith(t, c, m, sandbox.Limits{}, starlark.False); failure != nil {
		t.Errorf("the next call: %v", failure)
	}
}

func TestBuiltinsCharge(t *testing.T) {
	m := load(t, "def f(steps, bytes):\n  for i in range(10): work(steps, bytes)\n")
	limits := sandbox.Limits{Steps: 10_000}
	for _, tt := range []struct {
		steps, bytes int
		want         sandbox.FailureKind
	}{{0, 0, ""}, {900, 0, ""}, {1100, 0, sandbox.FailedSteps}, {0, sandbox.DefaultMemory / 10, ""}, {0, sandbox.DefaultMemory / 9, sandbox.FailedMemory}} {
		_, failure := call(t, m, limits, starlark.MakeInt(tt.steps), starlark.MakeInt(tt.bytes))
		got := sandbox.FailureKind("")
		if failure != nil {
			got = failure.Kind
		}
		if got != tt.want {
			t.Errorf("%d steps and %d bytes, ten times: %q, want %q", tt.steps, tt.bytes, got, tt.want)
		}
	}
}

// thing is a Go value that notes from where in a script it is used.
type thing struct {
	thread *starlark.Thread
	places []string
}

func (g *thing) String() string        { return "thing" }
func (g *thing) Type() string          { return "thing" }
func (g *thing) Freeze()               {}
func (g *thing) Truth() starlark.Bool  { return true }
func (g *thing) Hash() (uint32, error) { return 0, nil }
func (g *thing) AttrNames() []string   { return []string{"a"} }
func (g *thing) note(what string) {
	pos := sandbox.Where(g.thread)
	g.places = append(g.places, fmt.Sprintf("%s %d:%d", what, pos.Line, pos.Col))
}

func (g *thing) Attr(string) (starlark.Value, error) {
	g.note("attr")
	return starlark.String("x"), nil
}

func (g *thing) SetField(string, starlark.Value) error {
	g.note("set attr")
	return nil
}

func (g *thing) Get(starlark.Value) (starlark.Value, bool, error) {
	g.note("get")
	return starlark.String("x"), true, nil
}

func (g *thing) SetKey(starlark.Value, starlark.Value) error {
	g.note("set key")
	return nil
}

func TestWhereKnowsTheLineThatUsesAValue(t *testing.T) {
	m := load(t, `def f(x):
  x.a = 1
  x["k"] = x.a
  x["k"] += "y" + x["k"]
  x.a *= 2
  g(x)
  return [where() for _ in range(1)]

def g(x): x.a = where()
`)
	c := sandbox.NewCaller("context")
	if where := sandbox.Where(c.Thread()); where.IsValid() {
		t.Errorf("outside of a call: %v", where)
	}
	x := &thing{thread: c.Thread()}
	v, failure := callWith(t, c, m, sandbox.Limits{}, x)
	if failure != nil {
		t.Fatal(failure)
	}
	want := []string{"set attr 2:4", "attr 3:13", "set key 3:4", "get 4:4", "get 4:4", "get 4:20", "set key 4:4", "attr 5:4", "attr 5:4", "set attr 5:4", "set attr 9:12"}
	if diff := cmp.Diff(want, x.places); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if v.String() != `["7:16"]` {
		t.Errorf("where() says %s", v)
	}
}

func TestPrintGoesWhereTheCallerSays(t *testing.T) {
	m := load(t, "def f():\n  print('a', 1)\n  return print(sep = '-', *['b', 'c'])\n")
	c := sandbox.NewCaller(nil)
	if _, failure := callWith(t, c, m, sandbox.Limits{}); failure != nil {
		t.Fatal(failure)
	}
	var got []string
	c.Print = func(pos syntax.Position, msg string) { got = append(got, pos.String()+": "+msg) }
	if _, failure := callWith(t, c, m, sandbox.Limits{}); failure != nil {
		t.Fatal(failure)
	}
	if diff := cmp.Diff([]string{"t.star:2:8: a 1", "t.star:3:15: b-c"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestManyCallersShareAModule(t *testing.T) {
	m := load(t, "table = {str(i): [i, (i, 'x')] for i in range(100)}\ndef f(n):\n  return [v for k, v in table.items() if k == str(n)][0] + ['%s-%s' % (n, 'y' * n)]\n")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c := sandbox.NewCaller(nil)
			for n := range 100 {
				v, failure := callWith(t, c, m, sandbox.Limits{Steps: 20_000}, starlark.MakeInt(n))
				if failure != nil {
					t.Error(failure)
				} else if want := fmt.Sprintf("[%d, (%d, \"x\"), \"%d-%s\"]", n, n, n, strings.Repeat("y", n)); v.String() != want {
					t.Errorf("got %s, want %s", v, want)
				}
			}
		})
	}
	wg.Wait()
}

// The interpreter itself panics here.
func TestSetMethodsWithoutArgument(t *testing.T) {
	for _, method := range []string{"difference", "intersection", "issubset", "issuperset", "symmetric_difference"} {
		_, failure := callWith(t, sandbox.NewCaller(nil), load(t, "def f():\n  return set([1])."+method+"()\n"), sandbox.Limits{})
		if want := method + ": got 0 arguments, want 1"; failure == nil || failure.Msg != want || failure.Pos.Line != 2 {
			t.Errorf("%s: %v, want %s", method, failure, want)
		}
	}
}
