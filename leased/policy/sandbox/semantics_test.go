package sandbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/policy/sandbox"
)

// Programs that must do the same whether they are checked or run by the bare interpreter: what f returns, and how it fails, with
// message, place and calls. Each is the body of f but for those that begin with "def" or another statement at the left edge.
var programs = []string{
	// Operators.
	`return [1 + 2, "a" + "b", b"a" + b"b", [1] + [2], (1,) + (2,), 1.5 + 1, 1 + 1.5]`,
	`return [3 - 1, set([1, 2]) - set([2]), 7 // 2, 7 / 2, 7 % 4, -7 % 4, 7.5 % 2]`,
	`return [3 * 4, "ab" * 3, 3 * "ab", [1, 2] * 2, 2 * (1, 2), "ab" * 0, "ab" * -1, b"ab" * 2, 1.5 * 2]`,
	`return [1 << 10, 1 << 511, -1 << 3, 1024 >> 3, 6 & 3, 6 | 3, 6 ^ 3, {1: 2} | {3: 4}]`,
	`x = 1 << 500; return x * x`,
	`return 1 << 512`,
	`return 1 << -1`,
	`return "%s and %r, %d, %x, %c, %%, %f, %e" % ("a", "b", 3, 255, "x", 1.5, 2.5)`,
	`return "%s" % "a", "%s" % ["a"], "%s" % {"a": 1}, "%s" % (("a", 1),), "%d" % 3.9`,
	`return "%(a)s %(b)r" % {"a": 1, "b": "x"}`,
	`return "%s"  %  ()`,
	`return "%s %s" % ("a",)`,
	`return "%s" % ("a", "b")`,
	`return "%(a)s" % {}`,
	`return "%(a" % {}`,
	`return "%(a)" % {"a": 1}`,
	`return "%y" % 1`,
	`return "%" % 1`,
	`return "%(a)s" % 1`,
	`return "%d" % "a"`,
	`return "%s %s" % (1, 1 // 0)`,
	`return 1 in [1, 2], 3 in (1, 2), "a" in "abc", "k" in {"k": 1}, 1 in set([1]), 5 in range(10), 1 not in [1], "z" not in "abc"`,
	`a, b = [[1]], [1]; return b in a, b not in a, (1, 2) in [(1, 2)], None in [None], 1 in []`,
	`a = 1; return a in "abc"`,
	`a = 1; return a not in "abc"`,
	`a = 1; return a in a`,
	`a = 1; return a not in a`,
	`a = []; return a in {1: 2}`,
	`a, b = [1, {"x": (2,)}], [1, {"x": (2,)}]; return a == b, a != b, [1] < [2], (1, 2) <= (1, 2), "a" > "b", 1 == 1.0, a == None`,
	`a, b = [], {}; return a == b, a != b`,
	`a, b = [], {}; return a < b`,
	`a, b = {}, {}; return a < b`,
	`a, b = "x", 1; return a + b`,
	`a, b = "x", "y"; return a * b`,
	`a, b = "x", [1]; return a - b`,
	`a, b = "x", None; return a | b`,
	`a, b = [], 1; return a & b`,
	`a, b = 1, "x"; return a % b`,
	`a, b = 1, 0; return a % b`,
	`a, b = "x", 1; return a << b`,
	`a, b = "x", "y"; return a ^ b`,
	`a = [1]; a[0] = a; return a == [a]`,
	`return 1 + 2 * 3 - 4, (1 + 2) * 3, not 1 in [1], -2 * 3, "a" + "b" * 2 + "c"`,
	`return 1 if "a" in "abc" and 2 * 3 == 6 or fail("no") else 2`,
	`x = "a"; return x + "b" + "c" + 1`,
	// Assignments.
	`x = 1; x += 2; x -= 1; x *= 5; x //= 2; x %= 3; x <<= 4; x >>= 1; x |= 1; x &= 13; x ^= 7; return x`,
	`x = [1]; y = x; x += [2]; y += (3, 4); x += range(2); x += {"k": 1}; return x, y`,
	`x = (1,); y = x; x += (2,); return x, y`,
	`x = "a"; x += "b"; x *= 3; return x`,
	`x = "%s-%s"; x %= (1, 2); return x`,
	`x = {1: 2}; y = x; x |= {3: 4}; return x, y`,
	`x = set([1]); y = x; x |= set([2]); return x, y`,
	`x = [[1], 2]; x[0] += [5]; x[1] *= 4; return x`,
	`x = {"a": "b"}; x["a"] += "c"; x["a" + ""] += "d"; return x`,
	`x = [1]; x += 1`,
	`x = [1]; x += "abc"`,
	`x = [1]; x *= "abc"`,
	`x = 1; x += []`,
	`x = (1, 2); x[0] += 1`,
	`x = (1, 2); y = 1; x[0] += y`,
	`x = {}; x["k"] += "v"`,
	`x = {}; x[0 + 0] *= 5`,
	`x = "s"; x.field += "v"`,
	`x = [1]; x[5 * 1] += "v"`,
	`x += [1]; x = 2`,
	`a, b = 1, (2, [3]); c, (d, e) = a, b; [g, h] = e, d; return a, b, c, d, e, g, h`,
	`a, b = 1, 2; a, b = b, a; return a, b`,
	`a, b = (1, 2, 3)`,
	`a, b = (1,)`,
	`x = [1, 2, 3]; x[0], x[1] = x[1], x[0]; return x`,
	"def note(x): return x\ndef f():\n  d = {'k': [1, 2]}\n  d[note('k')][note(1)] += note(5) * 1\n  d[note('k')] += note([7])\n  return d\n",
	"def f():\n  calls = []\n  def note(x):\n    calls.append(x)\n    return x\n  d = {'k': [1, 'x']}\n  note(d)[note('k')][note(1)] += note('y')\n  note(d)[note('k')][note(0)] *= note(2) + note(3)\n  note(d)[note('k')] += note([7])\n  return d, len(calls)\n",
	"x = [1]\nfor i in range(3):\n  x[0] += i * 2\n  x[len(x) - 1] += i * i\ndef f(): return x\n",
	// Functions.
	"def f(*args): return args, len(args)\n",
	"def g(a, *args, k = 1 * 2, **kw): return a, args, k, sorted(kw.items())\ndef f(): return g(*[1, 2], **{'x': 1}), g(1), g(1, 2, k = 'a' + 'b'), g(a = 1)\n",
	"def g(*args):\n  'doc'\n  return args\ndef f(): return g(), g(*(1,)), (lambda *a: a)(1, 2), (lambda *a: a)(), (lambda *a, **k: (k, a))(x = 1)\n",
	"def g(a): pass\ndef f(): return g(*1)\n",
	"def g(a): pass\ndef f(): return g(**1)\n",
	"def g(a): return a + 1\ndef h(a): return g(a) * 2\ndef f():\n  return [h(x) for x in [1, 'a']]\n",
	"def g(x = [] + [1]): return x\ndef f(): return g() == [1]\n",
	"def f():\n  def inner(): return outer * 2\n  outer = 'x'\n  return inner()\n",
	"def f():\n  return fail('a', [1], 'b' * 2)\n",
	"def f():\n  fail('no')\n",
	"def f():\n  [].append(1, 2)\n",
	"def f():\n  return [x.upper() for x in ['a', 1]]\n",
	// Methods.
	`return "-".join(["a", "b"]), "-".join(("a",)), "".join([]), ",".join({"k": 1})`,
	`return "-".join(["a", 1])`,
	`return "-".join(1)`,
	`return "-".join()`,
	`return "aXbX".replace("X", "yy"), "aXbX".replace("X", "", 1), "ab".replace("", "-")`,
	`return "a".replace(1, 2)`,
	`return "a".replace("a")`,
	`return "{} {}".format(1, "x"), "{1} {0!r}".format("a", "b"), "{a}{{}}".format(a = [1])`,
	`return "{} {1}".format(1, 2)`,
	`return "{".format(1)`,
	`return "}".format(1)`,
	`return "{a}".format(b = 1)`,
	`return "{}{}".format(1)`,
	`return "{a.b}".format(a = 1)`,
	`return "{0:x}".format(1)`,
	`return "{0!z}".format(1)`,
	`return "a,b,c".split(","), "a b  c".split(), "a,b,c".rsplit(",", 1), "a\nb".splitlines(), " x ".strip(), "xax".strip("x")`,
	`s = "x" * 300; return s.split("x") == [""] * 301, s.strip("x"), s.upper() == "X" * 300, s.count("x"), s.find("y"), s.title()[:2]`,
	`return "a".nosuch`,
	`return "a".joins`,
	`return (1).join`,
	`return None.format("a")`,
	`x = [3, 1]; x.extend((2,)); x.remove(1); return x, x.index(2), x.pop()`,
	`return [1].index(2)`,
	`return [1].remove([])`,
	`[1].extend(1)`,
	`d = {"a": 1, "b": [2]}; d.update([("c", 3)], e = 4); return d.items(), d.keys(), d.values(), d.popitem(), d.get("x", 5), d.pop("b")`,
	`return {}.popitem()`,
	`return {}.update(1)`,
	`return set([1]).union([2], [3]), set([1, 2]).intersection([2]), set([1]).issubset([1, 2])`,
	`return set([1]).union(1)`,
	`x = [1, 2]; return [x.append(i) for i in x]`,
	`x = [1, 2]; return [x.extend([i]) for i in x]`,
	"def f():\n  x = [1, 2]\n  for i in x:\n    x += [3]\n",
	`m = "-".join; return m(["a", "b"]), type(m), str(m), m == m`,
	`return getattr("-", "join")(["a"]), getattr("-", "x", 1), hasattr("-", "join")`,
	`return getattr("-", "x")`,
	`return getattr("-")`,
	// Functions of the language.
	`return str(1), str([1, "a", None, True]), repr("a"), repr({"k": (1,)}), str("a"), str(b"a"), str(1.5), repr(b"a\xff"), str(range(3))`,
	`return str(), 1`,
	`return list((1, 2)), tuple([1]), set([1, 1]), dict([(1, 2)], a = 3), dict(), list(), tuple(), set()`,
	`return list(1)`,
	`return dict([1])`,
	`return list("abc".elems()), list("aé".codepoints()), tuple(b"ab".elems())`,
	`return list(range(5)), list(range(5, 0, -2)), len(range(0)), range(3)[1:]`,
	`return range(1, 2, 0)`,
	`return range("a")`,
	`return sorted([3, 1, 2]), sorted(["b", "a"], reverse = True), sorted([1, -2], key = abs), sorted([[2], [1]], lambda x: x[0], True)`,
	`return sorted([1, "a"])`,
	`return sorted(1)`,
	`return sorted()`,
	`return sorted([1, 2], key = lambda x: x + "")`,
	`return sorted([1, 2], key = 5)`,
	`return min(1, 2), max([3, 4]), min("b", "a"), max([1, -5], key = abs), min([(1, 2), (1, 1)])`,
	`return max([])`,
	`return max()`,
	`return max(1, "a")`,
	`return max([1, 2], key = lambda x: fail("deep"))`,
	`return enumerate(["a"]), enumerate(["a"], 5), zip([1, 2], ("a", "b")), zip(), reversed([1, 2]), any([0, 1]), all([1, 0])`,
	`return zip([1], 2)`,
	`return enumerate(1)`,
	`return int("12"), int("ff", 16), int(3.7), int("0x1f", 0)`,
	`return int("x")`,
	`return bytes("a"), bytes([1, 2]), hash("a"), hash(b"a")`,
	`return hash([])`,
	`return bytes(1)`,
	`x = []; x.append(x); return str(x), [x]`,
	`x = {}; x["k"] = x; return "%s" % x, repr([x])`,
	`return [str, join] if 0 else str`,
	// Slices, elements, comprehensions.
	`x = [1, 2, 3, 4]; return x[:2], x[1:], x[::-1], x[::2], "abcd"[1:3], "abcd"[::-1], (1, 2, 3)[1:], b"abc"[:2], x[:]`,
	`return 1[2:3]`,
	`return "abc"["a":]`,
	`return "abc"[::0]`,
	`return {"a": 1}["b"]`,
	`return [1][2]`,
	`return {(1, 2): 3}[1, 2]`,
	`return {x: y for x, y in {"a": 1}.items() if y * 2 == 2}, [(x, y) for x in range(2) for y in "ab".elems()]`,
	`return [x for x in 5]`,
	`return {[]: 1}`,
	`return {(1, []): 1}`,
	`return [y for y in [[1, 2]] for y in y]`,
	`return {"a" + "b": 1, "a" + "c": 2, "ab": 3}`,
	"def f():\n  if [1] == [1]: return 'eq'\n  elif 1 in [2]: return 'in'\n",
	"def f():\n  for a, b in zip([1], [2]):\n    if a + b in [3]: continue\n    return 1\n  return (a, b)\n",
	"x = [i * 2 for i in range(3)]\ny = {k: v for k, v in zip('ab'.elems(), x)}\ndef f(): return x, y\n",
	"x = [1]\ndef f(): x.append(2)\n",
	"x = [1]\ndef f():\n  y = x\n  y += [2]\n",
	"x = {}\ndef f(): x['a'] = 1 * 2\n",
	"def f(): return undefined_later\nundefined_later = 'x' * 2\n",
}

func TestCheckedProgramsDoTheSame(t *testing.T) {
	for _, text := range programs {
		if !strings.Contains(text, "def f(") {
			text = "def f():\n  " + text + "\n"
		}
		t.Run(text, func(t *testing.T) {
			want := bare(text)
			got := boxed(text)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-bare +checked:\n%s", diff)
			}
		})
	}
}

// outcome is what a program did.
type outcome struct {
	Value, Msg, Backtrace string
	Place                 string
	Printed               string
}

func bare(text string) outcome {
	var o outcome
	thread := &starlark.Thread{Print: func(thread *starlark.Thread, msg string) {
		o.Printed += sandbox.Where(thread).String() + " " + msg + "\n"
	}}
	options := &syntax.FileOptions{Set: true, TopLevelControl: true}
	globals, err := starlark.ExecFileOptions(options, thread, "t.star", text, nil)
	var v starlark.Value
	if err == nil {
		v, err = starlark.Call(thread, globals["f"], nil, nil)
	}
	if err == nil {
		o.Value = v.String()
		return o
	}
	e, ok := errors.AsType[*starlark.EvalError](err)
	if !ok {
		o.Msg = err.Error()
		return o
	}
	o.Msg, o.Backtrace = e.Msg, e.Backtrace()
	for stack := e.CallStack; len(stack) > 0; stack.Pop() {
		if pos := stack.At(0).Pos; pos.Line > 0 {
			o.Place = pos.String()
			break
		}
	}
	if globals == nil || !globals.Has("f") {
		// The file did not load: that has no backtrace.
		return outcome{Msg: o.Place + ": " + o.Msg, Printed: o.Printed}
	}
	return o
}

func boxed(text string) outcome {
	o, _ := boxedWithin(text, sandbox.Limits{})
	return o
}

// boxedWithin also says how it failed.
func boxedWithin(text string, limits sandbox.Limits) (o outcome, kind sandbox.FailureKind) {
	print := func(pos syntax.Position, msg string) { o.Printed += pos.String() + " " + msg + "\n" }
	l := &sandbox.Loader{Read: files{"t.star": text}.read, Print: print, Limits: limits}
	modules, err := l.Load("t.star")
	if err != nil {
		p := err.(*sandbox.Errors).List[0]
		o.Msg = fmt.Sprintf("%s: %s", p.Pos, p.Msg)
		return o, ""
	}
	c := sandbox.NewCaller(nil)
	c.Print = print
	v, err := c.Call(modules[0].Globals["f"].(starlark.Callable), nil, limits)
	if err == nil {
		o.Value = v.String()
		return o, ""
	}
	f := err.(*sandbox.Failure)
	o.Msg, o.Backtrace, o.Place = f.Msg, f.Backtrace, f.Pos.String()
	return o, f.Kind
}
