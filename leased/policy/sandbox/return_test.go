package sandbox_test

import (
	"fmt"
	"testing"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// A function that tells says which of its return statements ended it, and nothing else about it changes.
func TestLeft(t *testing.T) {
	const text = `
def inner(x):
    return x

def told(x):
    def within(y):
        return y
    if x == 1:
        return False
    elif x == 2:
        return
    elif x == 3:
        return inner(x)
    elif x == 4:
        return within(x)
    elif x == 5:
        return 1 // 0
    inner(x)
`
	loader := &sandbox.Loader{Read: func(string) ([]byte, error) { return []byte(text), nil }, Tell: []string{"told"}}
	modules, err := loader.Load("a.star")
	if err != nil {
		t.Fatal(err)
	}
	c := sandbox.NewCaller(nil)
	call := func(name string, x int) (string, string) {
		v, err := c.Call(modules[0].Globals[name].(starlark.Callable), starlark.Tuple{starlark.MakeInt(x)}, sandbox.Limits{})
		left := ""
		if at := c.Left(); at.IsValid() {
			left = at.String()
		}
		if err != nil {
			return err.Error(), left
		}
		return fmt.Sprint(v), left
	}
	for _, tt := range []struct {
		name         string
		x            int
		result, left string
	}{
		{"told", 1, "False", "a.star:9:9"},
		{"told", 2, "None", "a.star:11:9"},
		{"told", 3, "3", "a.star:13:9"},
		{"told", 4, "4", "a.star:15:9"},
		{"told", 5, "a.star:17:18: floored division by zero", ""},
		{"told", 6, "None", ""},
		{"inner", 1, "1", ""},
	} {
		c.Follow = true
		if result, left := call(tt.name, tt.x); result != tt.result || left != tt.left {
			t.Errorf("%s(%d) = %s and returns at %q, want %s at %q", tt.name, tt.x, result, left, tt.result, tt.left)
		}
		c.Follow = false
		if result, left := call(tt.name, tt.x); result != tt.result || left != "" {
			t.Errorf("not followed: %s(%d) = %s and returns at %q, want %s", tt.name, tt.x, result, left, tt.result)
		}
	}
}
