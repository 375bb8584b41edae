package policytest_test

import (
	"strings"
	"testing"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/policy/policytest"
)

// In service a file with tests loads, and says why its tests cannot be called.
func TestUnusable(t *testing.T) {
	known := starlark.StringDict{"test": policytest.Unusable()}
	const text = `
def test_something():
    test.eq(1, 1)
`
	globals, err := starlark.ExecFileOptions(new(syntax.FileOptions), new(starlark.Thread), "a.star", text, known)
	if err != nil {
		t.Fatal(err)
	}
	_, err = starlark.Call(new(starlark.Thread), globals["test_something"], nil, nil)
	if err == nil || !strings.Contains(err.Error(), "test.eq works under `rollcall policy test` only") {
		t.Errorf("error %v", err)
	}
}
