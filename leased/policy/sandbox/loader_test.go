package sandbox_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/policy/sandbox"
)

// problems loads files and returns the mistakes, one a line.
func problems(t *testing.T, l *sandbox.Loader, names ...string) string {
	t.Helper()
	_, err := l.Load(names...)
	if err == nil {
		return ""
	}
	list, ok := errors.AsType[*sandbox.Errors](err)
	if !ok {
		t.Fatalf("Load: %T %v, want *Errors", err, err)
	}
	var out []string
	for _, p := range list.List {
		out = append(out, p.Pos.String()+": "+p.Msg)
	}
	return strings.Join(out, "\n")
}

func TestLoadsOnlyWhatIsInItsDirectory(t *testing.T) {
	const hello = `load("lib.star", "x")` + "\n"
	for _, tt := range []struct {
		name  string
		files files
		given []string
		want  string
	}{
		{"beside it", files{"p/a.star": hello, "p/lib.star": "x = 1"}, []string{"p/a.star"}, ""},
		{"below it", files{"p/a.star": `load("sub/b.star", "y")`, "p/sub/b.star": `load("../lib.star", "x")` + "\ny = x", "p/lib.star": "x = 1"},
			[]string{"p/a.star"}, ""},
		{"twice", files{"p/a.star": hello, "p/b.star": `load("./lib.star", z = "x")`, "p/lib.star": "x = 1"}, []string{"p/a.star", "p/b.star"}, ""},
		{"above it", files{"p/a.star": `load("../lib.star", "x")`, "lib.star": "x = 1"}, []string{"p/a.star"},
			"p/a.star:1:6: ../lib.star is outside the directory of the policy"},
		{"above it by a way round", files{"p/a.star": `load("sub/../../lib.star", "x")`, "lib.star": "x = 1"}, []string{"p/a.star"},
			"p/a.star:1:6: sub/../../lib.star is outside the directory of the policy"},
		{"above what was given, from below", files{"p/a.star": `load("sub/b.star", "y")`, "p/sub/b.star": `load("../../lib.star", y = "x")`},
			[]string{"p/a.star"}, "p/sub/b.star:1:6: ../../lib.star is outside the directory of the policy"},
		{"absolute", files{"p/a.star": `load("/etc/lib.star", "x")`}, []string{"p/a.star"},
			"p/a.star:1:6: /etc/lib.star is outside the directory of the policy"},
		{"another kind", files{"p/a.star": `load("passwd", "x")`}, []string{"p/a.star"},
			"p/a.star:1:6: a load statement takes a file whose name ends in .star"},
		{"a module of Bazel", files{"p/a.star": `load("@x//y:lib.star", "x")`}, []string{"p/a.star"},
			`p/a.star:1:6: "@x//y:lib.star" is not a path`},
		{"missing", files{"p/a.star": hello}, []string{"p/a.star"}, "p/a.star:1:6: cannot load p/lib.star: file does not exist"},
		{"given and missing", files{}, []string{"p/a.star"}, "p/a.star: cannot be read: file does not exist"},
		{"without the name", files{"p/a.star": hello, "p/lib.star": "y = 1"}, []string{"p/a.star"},
			"p/a.star:1:19: p/lib.star does not define x"},
		{"itself", files{"p/lib.star": hello}, []string{"p/lib.star"}, "p/lib.star:1:6: the files load each other in a circle: p/lib.star, p/lib.star"},
		{"each other", files{"p/a.star": `load("b.star", "y")` + "\nx = y", "p/b.star": "\n" + `load("a.star", y = "x")`}, []string{"p/a.star"},
			"p/b.star:2:6: the files load each other in a circle: p/a.star, p/b.star, p/a.star"},
		{"all mistakes of all files", files{"p/a.star": `load("lib.star", "x")` + "\nx = = 1", "p/b.star": "y = z\nz() + q", "p/lib.star": "x = q"},
			[]string{"p/a.star", "p/b.star", "p/lib.star"},
			"p/a.star:2:5: got '=', want primary expression\np/b.star:1:5: undefined: z\np/b.star:2:1: undefined: z\np/b.star:2:7: undefined: q\np/lib.star:1:5: undefined: q"},
		{"fails when it runs", files{"p/a.star": hello + "y = x()", "p/lib.star": "def x():\n  return 1 // 0", "p/b.star": "\n\nfail('no')"},
			[]string{"p/a.star", "p/b.star"},
			"p/lib.star:2:12: floored division by zero\np/b.star:3:5: fail: no"},
		{"without end", files{"p/a.star": "r = range(9999)\nx = [1 for a in r for b in r]"}, []string{"p/a.star"},
			"p/a.star:2:19: this takes more than 1000000 steps"},
		{"a function that holds itself", files{"p/a.star": "def f():\n  def g(): return g\n  return g\nx = f()"}, []string{"p/a.star"},
			"p/a.star:2:3: function g holds itself; a function cannot call itself"},
		{"a function that holds itself in a list", files{"p/a.star": "def f():\n  l = []\n  def g(): return l\n  l.append(g)\n  return g\nx = f()"}, []string{"p/a.star"}, ""},
		{"functions of functions", files{"p/a.star": "def mk(a, b):\n  return lambda: (a, b)\nx = mk(1, 2)\nl = [x]\nfor i in range(100):\n  l[0] = mk(l[0], l[0])"}, []string{"p/a.star"},
			"p/a.star:2:10: the variables of this file hold each other in more than 10000000 ways"},
		{"a large table", files{"p/a.star": "t = {}\nfor i in range(9999):\n  t[str(i)] = (i, 'x' * 100, [i])\nl = [(t, t) for i in range(5000)]"}, []string{"p/a.star"}, ""},
		{"deep lists", files{"p/a.star": "l = [[]]\nfor i in range(5000):\n  for j in range(10):\n    l[0] = [l[0]]\n"}, []string{"p/a.star"}, ""},
		{"mistakes without number", files{"p/a.star": strings.Repeat("y\n", 100_000)}, []string{"p/a.star"},
			strings.Join(undefined(100), "\n") + "\np/a.star:101:1: and so on"},
		{"too large", files{"p/a.star": strings.Repeat("#", sandbox.MaxFile+1)}, []string{"p/a.star"}, "p/a.star: cannot be read: it is larger than 1048576 bytes"},
		{"deep", files{"p/a.star": "x = " + strings.Repeat("(", 500_000)}, []string{"p/a.star"}, "p/a.star:1:82: excessive nesting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &sandbox.Loader{Read: tt.files.read}
			if diff := cmp.Diff(tt.want, problems(t, l, tt.given...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNoLinkLeadsOutOfTheDirectory(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret.star"), "x = 1")
	write(filepath.Join(dir, "inside.star"), "x = 1")
	link(filepath.Join(outside, "secret.star"), filepath.Join(dir, "file.star"))
	link(outside, filepath.Join(dir, "way"))
	link("inside.star", filepath.Join(dir, "fine.star"))
	for module, ok := range map[string]bool{"file.star": false, "way/secret.star": false, "fine.star": true, "inside.star": true} {
		name := filepath.Join(dir, "a.star")
		write(name, `load("`+module+`", "x")`)
		if got := problems(t, &sandbox.Loader{}, name); (got == "") != ok {
			t.Errorf("%s: %q", module, got)
		}
	}
	// What the configuration names may be anywhere.
	link(filepath.Join(dir, "inside.star"), filepath.Join(outside, "given.star"))
	if got := problems(t, &sandbox.Loader{}, filepath.Join(outside, "given.star")); got != "" {
		t.Errorf("a given link: %s", got)
	}
	if got := problems(t, &sandbox.Loader{}, dir); !strings.HasSuffix(got, "is not a file") {
		t.Errorf("a directory: %q", got)
	}
}

// undefined are the mistakes of n lines that have a name that is not defined.
func undefined(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("p/a.star:%d:1: undefined: y", i+1)
	}
	return all
}

// A directory that holds itself has no last file.
func TestLoadsSoManyFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one", "two"} {
		if err := os.Symlink(".", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "a.star")
	text := "load('one/a.star', 'x')\nload('two/a.star', y = 'x')\nx = 1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := problems(t, &sandbox.Loader{}, path)
	if !strings.Contains(got, ":2:6: there are more than 256 files") && !strings.Contains(got, ":1:6: there are more than 256 files") {
		t.Errorf("Load: %.2000s", got)
	}
	if n := strings.Count(got, "\n"); n > 1000 {
		t.Errorf("%d lines", n)
	}
}
