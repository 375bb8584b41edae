package sandbox_test

import (
	"testing"

	"go.starlark.net/starlark"

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
