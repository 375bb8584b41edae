package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// FuzzPolicy loads any text and calls each function in it. None may panic, or go on after its budget is used up.
func FuzzPolicy(f *testing.F) {
	for _, text := range programs {
		if !strings.Contains(text, "def f(") {
			text = "def f():\n  " + text + "\n"
		}
		f.Add(text)
	}
	for _, a := range amplifiers {
		f.Add(a.text)
	}
	names, err := filepath.Glob("testdata/errors/*.star")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for chunk := range strings.SplitSeq(string(data), "\n---\n") {
			f.Add(chunk)
		}
	}
	limits := sandbox.Limits{Steps: 20_000, Time: time.Second}
	f.Fuzz(func(t *testing.T, text string) {
		l := &sandbox.Loader{Read: files{"t.star": text}.read, Limits: limits}
		modules, err := l.Load("t.star")
		if err != nil {
			list, ok := errors.AsType[*sandbox.Errors](err)
			if !ok || len(list.List) == 0 || list.Error() == "" {
				t.Fatalf("Load: %T %v", err, err)
			}
			for _, p := range list.List {
				if strings.HasPrefix(p.Msg, "internal error") {
					t.Error(p.Error())
				}
			}
			return
		}
		c := sandbox.NewCaller(nil)
		for name, v := range modules[0].Globals {
			fn, ok := v.(*starlark.Function)
			if !ok {
				continue
			}
			args := make(starlark.Tuple, fn.NumParams())
			for i := range args {
				args[i] = starlark.String("x")
			}
			_, err := c.Call(fn, args, limits)
			if failure, ok := errors.AsType[*sandbox.Failure](err); ok && failure.Kind == sandbox.FailedInternal {
				t.Errorf("%s: %s\n%s", name, failure.Msg, failure.Backtrace)
			}
			if c.Steps() > limits.Steps+10 {
				t.Errorf("%s took %d steps", name, c.Steps())
			}
		}
	})
}
