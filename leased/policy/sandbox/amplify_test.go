package sandbox_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"rollcall/leased/policy/sandbox"
)

// Each of these makes much out of little, or works long in one step of the interpreter, unless that is bounded.
var amplifiers = []struct {
	name, text string
	kinds      string
}{
	{"text times", `def f(): return "x" * 1000000000`, "memory"},
	{"times text", `def f(): return 1000000000 * "x"`, "memory"},
	{"text times a huge number", `def f(): return "x" * (1 << 500)`, "memory"},
	{"bytes times", `def f(): return b"x" * 1000000000`, "memory"},
	{"list times", `def f(): return [0] * 100000000`, "memory"},
	{"tuple times", `def f(): return (0,) * 100000000`, "memory"},
	{"times in place", "def f():\n  s = 'x'\n  s *= 1000000000\n", "memory"},
	{"times in place of an element", "def f():\n  d = {'a': 'x'}\n  d['a'] *= 1000000000\n", "memory"},
	{"times in place of an element behind a call", "def f():\n  d = {'a': ['x']}\n  d.get('a')[len('')] *= 1000000000\n", "memory"},
	{"text doubled", "def f():\n  s = 'x'\n  for i in range(40): s = s + s\n", "memory"},
	{"text doubled in place", "def f():\n  s = 'x'\n  for i in range(40): s += s\n", "memory"},
	{"bytes doubled", "def f():\n  s = b'x'\n  for i in range(40): s += s\n", "memory"},
	{"list doubled", "def f():\n  s = [1]\n  for i in range(40): s = s + s\n", "memory"},
	{"list doubled in place", "def f():\n  s = [1]\n  for i in range(40): s += list(s)\n", "memory"},
	{"list extended", "def f():\n  s = [1]\n  for i in range(40): s.extend(list(s))\n", "memory"},
	{"list extended by a range", "def f():\n  s = []\n  for i in range(2000): s.extend(range(9999))\n", "memory"},
	{"tuple doubled", "def f():\n  s = (1,)\n  for i in range(40): s = s + s\n", "memory"},
	{"element doubled", "def f():\n  d = ['x']\n  for i in range(40): d[0] += d[0]\n", "memory"},
	{"many long texts", "def f():\n  return [x * 60000 for x in 'a b c d e f g h i j'.split()]\n", "memory"},
	{"number squared", "def f():\n  n = 10\n  for i in range(60): n = n * n\n", "memory"},
	{"number squared in place", "def f():\n  n = 10\n  for i in range(60): n *= n\n", "memory"},
	{"number shifted", "def f():\n  n = 1\n  for i in range(1000): n = n << 511\n", "memory"},
	{"number shifted in place", "def f():\n  n = 1\n  for i in range(1000): n <<= 511\n", "memory"},
	{"number from text", `def f(): return int("9" * 60000)`, "memory"},
	{"interpolation", `def f(): return ("%s" * 1000) % (("x" * 1000,) * 1000)`, "memory"},
	{"interpolation by name", `def f(): return ("%(a)s" * 1000) % {"a": "x" * 10000}`, "memory"},
	{"interpolation in place", "def f():\n  s = '%(a)s' * 1000\n  s %= {'a': 'x' * 10000}\n", "memory"},
	{"interpolation of one value", "def f():\n  s = 'x'\n  for i in range(60): s = '%s%s' % (s, s)\n", "memory"},
	{"interpolation of lists", "def f():\n  s = 'x' * 100\n  for i in range(60): s = '%s' % [s, s]\n", "memory"},
	{"format", `def f(): return ("{0}" * 1000).format("x" * 10000)`, "memory"},
	{"format by name", `def f(): return ("{a!r}" * 1000).format(a = "x" * 10000)`, "memory"},
	{"format in a variable", "def f():\n  g = ('{0}' * 1000).format\n  return g('x' * 10000)\n", "memory"},
	{"format by getattr", `def f(): return getattr("{0}" * 1000, "format")("x" * 10000)`, "memory"},
	{"join", `def f(): return ("x" * 1000).join(["y"] * 1000)`, "memory"},
	{"join of one long text", `def f(): return "".join(["y" * 1000] * 1000)`, "memory"},
	{"join of nothing, often", "def f():\n  x = [''] * 9999\n  for i in range(900): ''.join(x)\n", "steps"},
	{"format by one of many names", "D = {'k%d' % i: '' for i in range(9999)}\ndef f(): return ('{k9998}' * 5000).format(**D)\n", "steps"},
	{"join as a function argument", "def g(h): return h(['y'] * 1000)\ndef f(): return g(('x' * 1000).join)", "memory"},
	{"replace", `def f(): return ("x" * 1000).replace("x", "y" * 1000)`, "memory"},
	{"replace of nothing", `def f(): return ("x" * 1000).replace("", "y" * 1000)`, "memory"},
	{"split", "def f():\n  s = 'x,' * 30000\n  return s.split(',')\n", "memory"},
	{"lower again and again", "def f():\n  s = 'Ä' * 30000\n  for i in range(3000): s.lower()\n", "memory"},
	{"text of nested lists", "def f():\n  x = ['']\n  for i in range(60): x = [x, x]\n  return str(x)\n", "memory"},
	{"repr of nested lists", "def f():\n  x = ['']\n  for i in range(60): x = [x, x]\n  return repr(x)\n", "memory"},
	{"text of nested dictionaries", "def f():\n  x = {}\n  for i in range(60): x = {1: x, 2: x}\n  return '%s' % x\n", "memory"},
	{"print of nested lists", "def f():\n  x = ['']\n  for i in range(60): x = [x, x]\n  print(x)\n", "memory"},
	{"fail of nested lists", "def f():\n  x = ['']\n  for i in range(60): x = [x, x]\n  fail(x)\n", "memory"},
	{"format of nested lists", "def f():\n  x = ['']\n  for i in range(60): x = [x, x]\n  return '{}'.format(x)\n", "memory"},
	{"text of what iterates over a text", "def f():\n  x = ('x' * 60000).codepoints()\n  return str([x] * 900)\n", "memory"},
	{"text of deep lists", "def f():\n  x = []\n  for i in range(1500): x = [x]\n  return str(x)\n", "memory"},
	{"comparison of nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return x == y\n", "steps"},
	{"order of nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return x < y\n", "steps"},
	{"wide lists compared", "def f():\n  x = [['a'] * 5000] * 5000\n  y = [['a'] * 5000] * 5000\n  return x == y\n", "steps memory"},
	{"search for nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return x in [y]\n", "steps"},
	{"index of nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return [y].index(x)\n", "steps"},
	{"sorting nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return sorted([y, x])\n", "steps"},
	{"sorting by nested lists", "def f():\n  x = ['a']\n  for i in range(9): x = [x] * 9\n  return sorted([1, 2, 3], key = lambda _: x)\n", "steps"},
	{"greatest of nested lists", "def f():\n  x, y = ['a'], ['a']\n  for i in range(9): x, y = [x] * 9, [y] * 9\n  return max(x, y)\n", "steps"},
	{"large values with empty ones", "def f():\n  t = [([1] * 99,) * 99] * 9\n  for i in range(9000): t == [] or t in [] or [] in t\n", "steps"},
	{"search again and again", "def f():\n  x = list(range(10000))\n  for i in range(1900): -1 in x\n", "steps"},
	{"search for a long text", "def f():\n  x, y = ['a' * 30000 + 'b'] * 5000, 'a' * 30000 + 'c'\n  for i in range(9): y in x\n", "steps"},
	{"set of large tuples", "def f():\n  t = (None,) * 9000\n  l = [t] * 1000\n  return set(l)\n", "steps"},
	{"dictionary of large tuples", "def f():\n  t = (None,) * 9000\n  l = [[t, 1]] * 1000\n  return dict(l)\n", "steps"},
	{"union with large tuples", "def f():\n  t = (None,) * 9000\n  l = [t] * 1000\n  return set().union(l)\n", "steps"},
	{"sets of large tuples", "x = set([(i,) * 9000 for i in range(90)])\ndef f():\n  for i in range(90): x & x\n", "steps"},
	{"numbers added", "def f():\n  n = (1 << 500) * (1 << 500)\n  n = n * n * n\n  for i in range(1500): n = n + n\n", "memory"},
	{"numbers added in place", "def f():\n  n = (1 << 500) * (1 << 500)\n  n = n * n * n\n  for i in range(1500): n += n\n", "memory"},
	{"numbers taken off", "def f():\n  n = (1 << 500) * (1 << 500)\n  n = n * n * n\n  for i in range(1500): n = n - (-n)\n", "memory"},
	{"number from text of another base", `def f(): return int("z" * 4000, 36)`, "memory"},
	{"nested tuples", "def f():\n  x = ()\n  for i in range(60): x = (x, x)\n  return {x: 1}\n", "memory"},
	{"nested tuples of rest", "def g(*args): return args\ndef f():\n  x = ()\n  for i in range(60): x = g(x, x)\n  return {x: 1}\n", "memory"},
	{"nested tuples of rest of a lambda", "def f():\n  x = ()\n  g = lambda *args: args\n  for i in range(60): x = g(x, x)\n  return {x: 1}\n", "memory"},
	{"nested tuples of tuple", "def f():\n  x = ()\n  for i in range(60): x = tuple([x, x])\n  return {x: 1}\n", "memory"},
	{"nested tuples of items", "def f():\n  x = ()\n  for i in range(60): x = {x: x}.items()[0]\n  return {x: 1}\n", "memory"},
	{"nested tuples of popitem", "def f():\n  x = ()\n  for i in range(60): x = {x: x}.popitem()\n  return {x: 1}\n", "memory raised"},
	{"nested tuples of zip", "def f():\n  x = ()\n  for i in range(60): x = zip([x], [x])[0]\n  return {x: 1}\n", "memory"},
	{"nested tuples of sums", "def f():\n  x = (1,)\n  for i in range(60): x = (x,) + (x,)\n  return {x: 1}\n", "memory"},
	{"nested tuples of products", "def f():\n  x = (1,)\n  for i in range(60): x = (x,) * 2\n  return {x: 1}\n", "memory"},
	{"tuple of long texts", "def f():\n  t = ('x' * 60000,) * 9000\n  return {t: 1}\n", "memory"},
	{"range", `def f(): return list(range(1000000000))`, "memory"},
	{"range that is not used up", `def f(): return all(range(1, 1000000000))`, "memory"},
	{"range as arguments", `def f(): return max(*range(1000000000))`, "memory"},
	{"arguments again and again", "def g(*args): pass\ndef f():\n  x = list(range(9999))\n  for i in range(500): g(*x)\n", "memory"},
	{"slices kept", "def f():\n  x = list(range(9999))\n  return [x[:] for i in range(900)]\n", "memory"},
	{"stepped slices kept", "def f():\n  x = 'x' * 60000\n  return [x[::-1] for i in range(900)]\n", "memory"},
	{"dictionaries kept", "def f():\n  return [{} for i in range(2000)]\n", "memory"},
	{"sets kept", "def f():\n  return [set() for i in range(2000)]\n", "memory"},
	{"lists kept", "def f():\n  x = range(9999)\n  return [list(x) for i in range(900)]\n", "memory"},
	{"keys kept", "def f():\n  d = {x: x for x in range(300)}\n  return [d.keys() for i in range(900)]\n", "memory"},
	{"elements of a text", `def f(): return list(("x" * 60000).elems())`, "memory"},
	{"union of sets", "def f():\n  x = set(range(900))\n  return [x | x for i in range(900)]\n", "memory"},
	{"union of dictionaries", "def f():\n  x = {i: i for i in range(900)}\n  return [x | x for i in range(900)]\n", "memory"},
	{"union method", "def f():\n  x = set(range(900))\n  return [x.union(x) for i in range(900)]\n", "memory"},
	{"endless comprehension", "def f():\n  r = range(9999)\n  return [1 for a in r for b in r for c in r for d in r]\n", "steps"},
	{"endless loops", "def f():\n  r = range(9999)\n  for a in r:\n    for b in r:\n      for c in r: pass\n", "steps"},
	{"endless loops of nothing", "def f():\n  r = range(9999)\n  [0 for a in r for b in r if False]\n", "steps"},
	{"strip", "def f():\n  s, cut = 'x' * 60000, 'y' * 60000 + 'x'\n  for i in range(900): s.strip(cut)\n", "steps"},
	{"partition", "def f():\n  s = 'x' * 60000\n  for i in range(2000): s.partition('y')\n", "steps"},
	{"bytes in bytes", "def f():\n  s, y = b'x' * 60000, b'y'\n  for i in range(2000): y in s\n", "steps"},
	{"find", "def f():\n  s = 'x' * 60000\n  for i in range(2000): s.find('y')\n", "steps"},
}

func TestWhatMakesMuchOutOfLittleEnds(t *testing.T) {
	limits := sandbox.Limits{Steps: 20_000, Time: time.Minute}
	for _, tt := range amplifiers {
		t.Run(tt.name, func(t *testing.T) {
			m := load(t, tt.text)
			c := sandbox.NewCaller(nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, failure := callWith(t, c, m, limits)
			runtime.ReadMemStats(&after)
			if failure == nil {
				t.Fatal("it went well")
			}
			if !strings.Contains(tt.kinds, string(failure.Kind)) {
				t.Errorf("%s: %s, want %s", failure.Kind, failure.Msg, tt.kinds)
			}
			if failure.Pos.Line == 0 {
				t.Error("the failure has no place")
			}
			if strings.Contains(failure.Backtrace, "builtin>") {
				t.Errorf("the backtrace shows what is not in the script:\n%s", failure.Backtrace)
			}
			if made := after.TotalAlloc - before.TotalAlloc; made > 4<<20 {
				t.Errorf("it made %d bytes", made)
			}
			// The next call has a whole budget.
			if _, failure := callWith(t, c, load(t, "def f(): return 'x' * 60000"), limits); failure != nil {
				t.Errorf("the next call: %v", failure)
			}
		})
	}
}
