package sandbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/leased/policy/sandbox"
)

// Programs that the compiler would take long for, or go down into without end, are refused before that; in one line that says where.
func TestStrangeShapes(t *testing.T) {
	const many = 60_000
	for name, text := range map[string]string{
		"sum":           "x = 1" + strings.Repeat("+1", many) + "\n",
		"or":            "x = 1" + strings.Repeat(" or 1", many) + "\n",
		"calls":         "x = f" + strings.Repeat("()", many) + "\n",
		"elements":      "x = f" + strings.Repeat("[0]", many) + "\n",
		"slices":        "x = f" + strings.Repeat("[:]", many) + "\n",
		"attributes":    "x = f" + strings.Repeat(".a", many) + "\n",
		"conditions":    "def f(x):\n  if x: pass\n" + strings.Repeat("  elif x: pass\n", many),
		"clauses":       "x = [1 for a in b" + strings.Repeat(" if 1", many) + "]\n",
		"loops":         "x = [1" + strings.Repeat(" for a in b", many) + "]\n",
		"brackets":      "x = " + strings.Repeat("(", many) + "1" + strings.Repeat(")", many) + "\n",
		"lists":         "x = " + strings.Repeat("[", many) + "\n",
		"signs":         "x = " + strings.Repeat("-", many) + "1\n",
		"nots":          "x = " + strings.Repeat("not ", many) + "1\n",
		"functions":     "x = " + strings.Repeat("lambda:", many) + "1\n",
		"choices":       "x = " + strings.Repeat("1 if 1 else ", many) + "1\n",
		"long name":     "x = " + strings.Repeat("a", many) + "\n",
		"long field":    "x = ''." + strings.Repeat("a", many) + "\n",
		"parameters":    "def f(" + strings.Join(strings.Fields(strings.Repeat("a ", 300)), ",") + "): pass\n",
		"large number":  "x = 0x" + strings.Repeat("f", many) + "\n",
		"long file":     "load('" + strings.Repeat("a", many) + ".star', 'x')\n",
		"strange file":  "load('\x1b[31m.star', 'x')\n",
		"strange place": "load('../\x1b[31m.star', 'x')\n",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := (&sandbox.Loader{Read: files{"t.star": text}.read}).Load("t.star")
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			list, ok := errors.AsType[*sandbox.Errors](err)
			if !ok || len(list.List) != 1 || list.List[0].Pos.Line == 0 {
				t.Fatalf("Load: %.2000v, want one mistake with its place", err)
			}
			if text := err.Error(); len(text) > 2000 || strings.Contains(text, "\x1b") {
				t.Errorf("Load: %.4000q", text)
			}
		})
	}
}

// As many as anybody writes are nothing strange.
func TestLongChains(t *testing.T) {
	for name, text := range map[string]string{
		"sum":        "def f(): return len('a'" + strings.Repeat(" + 'a'", 200) + ")\n",
		"conditions": "def f(x = 999):\n  if x == -1: pass\n" + strings.Repeat("  elif x == -2: pass\n", 3000) + "  else: return 201\n",
	} {
		t.Run(name, func(t *testing.T) {
			v, failure := callWith(t, sandbox.NewCaller(nil), load(t, text), sandbox.Limits{})
			if failure != nil || v.String() != "201" {
				t.Errorf("f() = %v, %v, want 201", v, failure)
			}
		})
	}
}

// A backtrace is for people to read: of calls inside of calls it tells how it began and how it ended.
func TestLongBacktrace(t *testing.T) {
	text := "def f0(): fail('deep')\n"
	for i := range 500 {
		text += fmt.Sprintf("def f%d(): f%d()\n", i+1, i)
	}
	_, failure := callWith(t, sandbox.NewCaller(nil), load(t, text+"def f(): f500()\n"), sandbox.Limits{})
	if failure == nil {
		t.Fatal("it went well")
	}
	lines := strings.Split(failure.Backtrace, "\n")
	if len(lines) > 30 || !strings.HasSuffix(lines[1], "in f") || !strings.Contains(failure.Backtrace, "in f0\n") {
		t.Errorf("%d lines:\n%s", len(lines), failure.Backtrace)
	}
}
