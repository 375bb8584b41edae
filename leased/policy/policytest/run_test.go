package policytest_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/policy/policytest"
	"rollcall/leased/policy/sandbox"
)

// run runs the tests of a file with the given text.
func run(t *testing.T, text string, change ...func(*policytest.Config)) *policytest.File {
	t.Helper()
	cfg := policytest.Config{Steps: 10_000, Read: func(name string) ([]byte, error) {
		if name != "a.star" {
			return nil, fmt.Errorf("there is no %s", name)
		}
		return []byte(text), nil
	}}
	for _, f := range change {
		f(&cfg)
	}
	f, err := policytest.Run(cfg, "a.star")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// outcome is the failure of the only test of a body, "" where it passes.
func outcome(t *testing.T, body string) string {
	t.Helper()
	f := run(t, "def test_it():\n    "+strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    "))
	if len(f.Tests) != 1 {
		t.Fatalf("%d tests", len(f.Tests))
	}
	if failure := f.Tests[0].Failure; failure != nil {
		return failure.Msg
	}
	return ""
}

const threeTests = `
def reply(request, lease, reply):
    fail("no reply today")

def test_second():
    print("here", 1)

test_number = 7

def test_first():
    reply(test.discover(), test.lease(), test.reply())

def test_third():
    test.eq(1, 2)

test_alias = test_third
`

func TestRun(t *testing.T) {
	type result struct {
		Name    string
		Line    int32
		Place   string
		Source  string
		Printed string
	}
	var got []result
	for _, test := range run(t, threeTests).Tests {
		r := result{Name: test.Name, Line: test.Pos.Line, Source: strings.TrimSpace(test.Source)}
		if test.Failure != nil {
			r.Place = test.Failure.Error()
		}
		for _, l := range test.Printed {
			r.Printed += fmt.Sprintf("%d: %s", l.Pos.Line, l.Text)
		}
		got = append(got, r)
	}
	want := []result{
		{Name: "test_second", Line: 5, Printed: "6: here 1"},
		{Name: "test_first", Line: 10, Place: "a.star:3:9: fail: no reply today", Source: `fail("no reply today")`},
		{Name: "test_third", Line: 13, Place: "a.star:14:12: got 1, want 2", Source: "test.eq(1, 2)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMatch(t *testing.T) {
	f := run(t, threeTests, func(c *policytest.Config) { c.Match = regexp.MustCompile("second|nothing") })
	if f.Defined != 3 || len(f.Tests) != 1 || f.Tests[0].Name != "test_second" {
		t.Errorf("of %d tests ran %v", f.Defined, f.Tests)
	}
}

func TestFaultyFile(t *testing.T) {
	cfg := policytest.Config{Steps: 10_000, Read: func(string) ([]byte, error) { return []byte("def f(:\n"), nil }}
	_, err := policytest.Run(cfg, "a.star")
	if problems, ok := errors.AsType[*sandbox.Errors](err); !ok || problems.List[0].Pos.Line != 1 {
		t.Errorf("error %v", err)
	}
}

// A test may take more than a hook, and is told where that is; it does not run for ever.
func TestBudget(t *testing.T) {
	const text = `
def test_much():
    r = test.reply()
    for i in range(3000):
        i += 1
    test.eq(r.kind, "OFFER")

def test_little():
    for i in range(10):
        test.discover(xid = i)

def test_for_ever():
    for i in range(10000):
        for j in range(10000):
            pass
`
	f := run(t, text)
	if s := f.Tests[0].Longest; f.Tests[0].Failure != nil || s.From != 3 || s.To != 6 || s.Steps < 5000 {
		t.Errorf("failure %v, longest %+v", f.Tests[0].Failure, s)
	}
	if s := f.Tests[1].Longest; f.Tests[1].Failure != nil || s != (policytest.Stretch{}) {
		t.Errorf("failure %v, longest %+v", f.Tests[1].Failure, s)
	}
	if failure := f.Tests[2].Failure; failure == nil || failure.Kind != sandbox.FailedSteps {
		t.Errorf("failure %v", failure)
	}
}

func TestChecks(t *testing.T) {
	tests := []struct{ body, want string }{
		{`test.eq([1, "a", {"b": (2, None)}], [1, "a", {"b": (2, None)}])`, ""},
		{`test.eq(1, 1.0)`, ""},
		{`test.eq("a", "b")`, `got "a", want "b"`},
		{`test.eq("1", 1)`, `got string "1", want number 1`},
		{`test.eq([1], (1,))`, `got list [1], want tuple (1,)`},
		{`test.eq(None, "a")`, `got the value None, want string "a"`},
		{`test.eq([1, 2], [1, 3])`, `got [1, 2], want [1, 3]; [1]: got 2, want 3`},
		{`test.eq([1, 2], [1])`, `got [1, 2], want [1]; got 2 elements, want 1`},
		{`test.eq({"a": 1, "b": 2}, {"a": 3, "c": 4})`,
			`got {"a": 1, "b": 2}, want {"a": 3, "c": 4}; ["a"]: got 1, want 3; ["c"]: it is missing, want 4; ["b"]: got 2, want none`},
		{`test.eq("0123456789012345678901234", "0123456789012345678901235")`,
			`got "0123456789012345678901234", want "0123456789012345678901235"; they are the same up to character 24`},
		{`test.true([0])`, ""},
		{`test.true([])`, "got [], want what is true"},
		{`test.true(0, "nothing came of it")`, "nothing came of it"},
		{`test.fails(lambda: fail("boo"), "^fail: b.o$")`, ""},
		{`test.fails(lambda: fail("boo"))`, ""},
		{`test.fails(lambda: fail("boo"), "hoo")`, `it failed with "fail: boo", which does not match "hoo"`},
		{`test.fails(lambda: 7, "hoo")`, "the function did not fail; it returned 7"},
		{`test.fails(lambda: 7, "(")`, "\"(\" is no regular expression: error parsing regexp: missing closing ): `(`"},
	}
	for _, tt := range tests {
		if got := outcome(t, tt.body); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.body, got, tt.want)
		}
	}
}

// What a test runs out of is not what it was to fail with.
func TestFailsOverBudget(t *testing.T) {
	f := run(t, `
def loop():
    for i in range(10000):
        for j in range(10000):
            pass

def test_it():
    test.fails(loop, "steps")
`)
	if failure := f.Tests[0].Failure; failure == nil || failure.Kind != sandbox.FailedSteps {
		t.Errorf("failure %v", failure)
	}
}

// What holds another value in many ways would be compared for ever.
func TestComparingMuchEnds(t *testing.T) {
	got := outcome(t, `
x, y = ["a"], ["a"]
for i in range(9):
    x, y = [x] * 30, [y] * 30
test.eq(x, y)
`)
	if !strings.Contains(got, "this compares more than") {
		t.Errorf("the test ended with %q", got)
	}
}
