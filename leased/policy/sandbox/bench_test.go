package sandbox_test

import (
	"testing"
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// BenchmarkCall measures what a call costs, and what the checks add to operations that scripts use much.
func BenchmarkCall(b *testing.B) {
	for _, bm := range []struct{ name, body string }{
		{"empty", "return None"},
		{"compare with a text", "return x == 'DISCOVER'"},
		{"compare two values", "return x == y"},
		{"concatenate", "return x + y"},
		{"count", "return 1 + n * 2"},
		{"method", "return x.startswith(y)"},
		{"checked method", "return x.lower()"},
		{"join", "return '-'.join([x, y])"},
		{"format", "return 'http://%s/%s' % (x, y)"},
		{"in a list", "return x in table"},
		{"in a list of texts", "return x in ['a', 'b', 'c']"},
		{"slice", "return x[:4]"},
		{"items", "return [k for k, v in names.items()]"},
		{"loop of 100", "for i in range(100): pass"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			m := load(b, "table = ['a', 'b', 'c']\nnames = {'a': 1, 'b': 2}\ndef f(x, y, n):\n  "+bm.body+"\n")
			c := sandbox.NewCaller(nil)
			f := m.Globals["f"].(starlark.Callable)
			args := starlark.Tuple{starlark.String("52:54:00:12:34:56"), starlark.String("52:54"), starlark.MakeInt(5)}
			limits := sandbox.Limits{Steps: 10_000, Time: 5 * time.Millisecond}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Call(f, args, limits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
