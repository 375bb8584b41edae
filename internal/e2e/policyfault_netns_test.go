//go:build netns

package e2e_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fault is what a hook does to one machine.
type fault struct {
	name string
	// kinds are those under which it may be counted; none where it is no failure, only nonsense.
	kinds []string
	body  string

	first, last int // its lines in the file
}

// hook is one of a policy, and the faults that it has.
type hook struct {
	name, params string
	otherwise    string // what it returns to all others
	mac          string // how it knows a machine
	faults       []*fault

	line int // where it returns what the functions of faults do
}

// The kinds that a failure may be of.
var (
	raised  = []string{"raised"}
	result  = []string{"result"}
	endless = []string{"steps", "time"}
	large   = []string{"memory", "steps", "time"}
	either  = []string{"memory", "steps", "time", "raised"}
	wrong   = []string{"raised", "result"}
)

// Beginnings of scripts: values that are small and have 2⁶⁰ parts, or 10⁹, and loops of as many rounds.
const (
	shared = "x = ['a']\nfor i in range(60):\n    x = [x, x]\n"
	wide   = "x = [0] * 1000\ny = [x] * 1000\nz = [y] * 1000\n"
	tuples = "x = (0,) * 1000\ny = (x,) * 1000\nz = (y,) * 1000\n"
	loops  = "for i in range(MANY):\n    for j in range(MANY):\n"
)

// anywhere are faults that any hook may have: scripts without an end, that raise, and that want all the memory there is.
func anywhere() []*fault {
	return []*fault{
		{name: "endless loop", kinds: endless, body: loops + "        pass"},
		{name: "endless sums", kinds: endless, body: "x = 0\n" + loops + "        x += i * j"},
		{name: "endless calls", kinds: endless, body: "f = lambda n: n + 1\n" + loops + "        f(j)"},
		{name: "endless comprehension", kinds: large, body: "x = [j for i in range(MANY) for j in range(MANY)]"},
		{name: "loop over more than there is", kinds: large, body: "for i in range(BIG):\n    pass"},
		{name: "fail", kinds: raised, body: "fail('no')"},
		{name: "division by zero", kinds: raised, body: "return 1 // 0"},
		{name: "missing key", kinds: raised, body: "return {}['x']"},
		{name: "missing attribute", kinds: raised, body: "return 'a'.nothing"},
		{name: "text times n", kinds: large, body: "x = 'a' * BIG"},
		{name: "n times text", kinds: large, body: "x = BIG * 'a'"},
		{name: "text times more than an integer", kinds: either, body: "x = 'a' * (BIG * BIG * BIG)"},
		{name: "bytes times n", kinds: large, body: "x = b'a' * BIG"},
		{name: "list times n", kinds: large, body: "x = [0] * BIG"},
		{name: "list times itself n", kinds: large, body: "x = [0]\nx *= BIG"},
		{name: "tuple times n", kinds: large, body: "x = (0,) * BIG"},
		{name: "text doubled", kinds: large, body: "x = 'ab'\nfor i in range(64):\n    x = x + x"},
		{name: "text doubled in place", kinds: large, body: "x = 'ab'\nfor i in range(64):\n    x += x"},
		{name: "list doubled", kinds: large, body: "x = [0]\nfor i in range(64):\n    x = x + x"},
		{name: "list doubled in place", kinds: large, body: "x = [0]\nfor i in range(64):\n    x += x"},
		{name: "list extended by itself", kinds: large, body: "x = [0]\nfor i in range(64):\n    x.extend(x)"},
		{name: "list extended", kinds: large, body: "x = []\nx.extend(range(BIG))"},
		{name: "slices", kinds: large, body: "x = [0] * 1000\nfor i in range(64):\n    x = x[:] + x[::-1]"},
		{name: "tuple doubled", kinds: large, body: "x = (0,)\nfor i in range(64):\n    x += x"},
		{name: "join", kinds: large, body: "x = ('a' * 60000).join(['b'] * 9000)"},
		{name: "replace", kinds: large, body: "x = ('a' * 60000).replace('a', 'b' * 60000)"},
		{name: "replace nothing", kinds: large, body: "x = ('a' * 60000).replace('', 'b' * 60000)"},
		{name: "format", kinds: large, body: "x = ('{0}' * 9000).format('a' * 60000)"},
		{name: "percent", kinds: large, body: "x = ('%s' * 5000) % tuple(['a' * 60000] * 5000)"},
		{name: "percent of one", kinds: either, body: "x = '%s' % ['a' * 60000] * 5000"},
		{name: "split again and again", kinds: large, body: "x = []\nfor i in range(MANY):\n    x.append(('a ' * 20000).split(' '))"},
		{name: "characters", kinds: large, body: "x = []\nfor i in range(MANY):\n    x.append(list(('a' * 60000).elems()))"},
		{name: "str of shared lists", kinds: large, body: shared + "x = str(x)"},
		{name: "repr of shared lists", kinds: large, body: shared + "x = repr(x)"},
		{name: "percent of shared lists", kinds: large, body: shared + "x = '%r' % x"},
		{name: "format of shared lists", kinds: large, body: shared + "x = '{}'.format(x)"},
		{name: "print of shared lists", kinds: either, body: shared + "print(x)\nfail('printed')"},
		{name: "fail with shared lists", kinds: either, body: shared + "fail(x)"},
		{name: "shared lists called", kinds: either, body: shared + "x()"},
		{name: "shared lists as a key", kinds: either, body: shared + "return {}[x]"},
		{name: "shared tuples as a key", kinds: either, body: "x = ('a',)\nfor i in range(60):\n    x = (x, x)\nreturn {}[x]"},
		{name: "wide tuples as a key", kinds: either, body: tuples + "return {z: 1}[0]"},
		{name: "wide lists compared", kinds: either, body: wide + "return z == [y] * 1000 and fail('equal')"},
		{name: "shared lists compared", kinds: either, body: shared + "y = x\nreturn [x, 1] < [y, 0] or fail('less')"},
		{name: "wide lists looked up", kinds: either, body: wide + "return [y] * 1000 in [z] and fail('there')"},
		{name: "wide lists sorted", kinds: either, body: wide + "x = sorted([z, [y] * 1000, z])\nfail('sorted')"},
		{name: "greatest of wide lists", kinds: either, body: wide + "x = max(z, [y] * 1000)\nfail('found')"},
		{name: "list of a range", kinds: large, body: "x = list(range(BIG))"},
		{name: "tuple of a range", kinds: large, body: "x = tuple(range(BIG))"},
		{name: "set of a range", kinds: large, body: "x = set(range(BIG))"},
		{name: "range sorted", kinds: large, body: "x = sorted(range(BIG))"},
		{name: "range reversed", kinds: large, body: "x = reversed(range(BIG))"},
		{name: "range enumerated", kinds: large, body: "x = enumerate(range(BIG))"},
		{name: "ranges zipped", kinds: large, body: "x = zip(range(BIG), range(BIG))"},
		{name: "all of a range", kinds: large, body: "x = all(range(1, BIG))"},
		{name: "any of a range", kinds: large, body: "x = any(range(0, BIG * BIG, BIG * BIG)) or any([0] * 10000) or all(range(1, BIG))"},
		{name: "greatest of a range", kinds: large, body: "x = max(range(BIG))"},
		{name: "least of a range", kinds: large, body: "x = min(range(BIG), key = lambda n: -n)"},
		{name: "range as arguments", kinds: either, body: "x = max(*range(BIG))"},
		{name: "range unpacked", kinds: either, body: "x, y = range(BIG)"},
		{name: "range in a list", kinds: large, body: "x = [i for i in range(BIG)]"},
		{name: "range in a dict", kinds: large, body: "x = {i: 'a' * 1000 for i in range(MANY)}"},
		{name: "dict that grows", kinds: large, body: "x = {}\nfor i in range(MANY):\n    x[i] = 'a' * 60000"},
		{name: "dict of pairs", kinds: large, body: "x = [dict(zip(range(MANY), range(MANY))) for i in range(MANY)]"},
		{name: "list of texts", kinds: large, body: "x = []\nfor i in range(MANY):\n    x.append('a' * 60000 + str(i))"},
		{name: "sorted again and again", kinds: large, body: "x = [sorted(range(MANY, 0, -1)) for i in range(MANY)]"},
		{name: "least again and again", kinds: large, body: "for i in range(MANY):\n    x = min(range(MANY))"},
		{name: "looked up again and again", kinds: large, body: "x = list(range(MANY))\nfor i in range(MANY):\n    y = -1 in x"},
		{name: "compared again and again", kinds: large, body: "x = 'a' * 60000\ny = 'a' * 60000\nfor i in range(MANY):\n    z = x == y and x <= y"},
		{name: "searched again and again", kinds: large, body: "x = 'a' * 60000\nfor i in range(MANY):\n    z = x.find('a' * 3000 + 'b')"},
		{name: "upper case again and again", kinds: large, body: "x = 'a' * 60000\nfor i in range(MANY):\n    z = x.upper()"},
		{name: "keys again and again", kinds: large, body: "x = {i: i for i in range(1000)}\nfor i in range(MANY):\n    z = sorted(x.keys()) + x.values() + x.items()"},
		{name: "integer squared", kinds: large, body: "x = 3\nfor i in range(64):\n    x = x * x"},
		{name: "integer shifted", kinds: either, body: "x = 1 << BIG"},
		{name: "integer shifted again and again", kinds: either, body: "x = 1\nfor i in range(MANY):\n    x = x << 500"},
		{name: "integer of digits", kinds: either, body: "x = int('9' * 60000)"},
		{name: "digits of an integer", kinds: large, body: "x = 3\nfor i in range(64):\n    x = x * x\n    y = '%d' % x"},
	}
}

// hooks are those of the policy under test. Machines that a fault is for have it in the last octet of their hardware address.
func hooks() []*hook {
	of := func(more ...*fault) []*fault { return append(anywhere(), more...) }
	returned := &fault{name: "shared lists returned", kinds: result, body: shared + "return x"}
	return []*hook{
		{name: "filter", params: "request", otherwise: "True", mac: "request.mac", faults: of(
			returned,
			&fault{name: "text returned", kinds: result, body: "return 'yes'"},
			&fault{name: "number returned", kinds: result, body: "return 1"},
			&fault{name: "attribute that is none", kinds: raised, body: "return request.vendor_clas"},
			&fault{name: "request changed", kinds: raised, body: "request.mac = '52:54:00:00:00:00'"},
			&fault{name: "option that is none", kinds: raised, body: "return request.options['no-such-option']"},
		)},
		{name: "unknown", params: "request", otherwise: "None", mac: "request.mac", faults: of(
			&fault{name: "number returned", kinds: result, body: "return 5"},
			&fault{name: "pool that is none", kinds: result, body: "return 'no-such-pool'"},
			&fault{name: "no address", kinds: wrong, body: "return definition(address = 'x')"},
			&fault{name: "address of another", body: "return definition(address = '" + knownAddr + "')"},
			&fault{name: "address of the server", body: "return definition(address = '10.20.0.1')"},
			&fault{name: "address of no subnet", kinds: result, body: "return definition(address = '192.0.2.1')"},
			&fault{name: "broadcast address", kinds: result, body: "return definition(address = '10.40.255.255')"},
			&fault{name: "no subnet", kinds: result, body: "return definition(subnet = 'no-such-subnet')"},
			&fault{name: "time before now", kinds: wrong, body: "return definition(address = '10.40.0.9', lease_time = -1)"},
			&fault{name: "option of the wrong type", kinds: wrong, body: "return definition(address = '10.40.0.9', options = {'routers': 7})"},
			&fault{name: "option that is none", kinds: wrong, body: "return definition(address = '10.40.0.9', options = {'no-such-option': 'x'})"},
			&fault{name: "extra of shared lists", kinds: either, body: shared + "return definition(address = '10.40.0.9', extra = {'a': x})"},
		)},
		{name: "choose", params: "request, candidates", otherwise: "None", mac: "request.mac", faults: of(
			&fault{name: "text returned", kinds: result, body: "return 'the first'"},
			&fault{name: "number returned", kinds: result, body: "return 0"},
			&fault{name: "candidates returned", kinds: result, body: "return candidates"},
			&fault{name: "candidate changed", kinds: raised, body: "candidates[0].address = '10.40.0.9'"},
		)},
		{name: "reply", params: "request, lease, reply", otherwise: "True", mac: "request.mac", faults: of(
			&fault{name: "number returned", body: "return 5"},
			&fault{name: "address by number", kinds: raised, body: "reply.options['routers'] = 7"},
			&fault{name: "address that is none", kinds: raised, body: "reply.options['subnet-mask'] = 'wide'"},
			&fault{name: "number that is too large", kinds: raised, body: "reply.options['interface-mtu'] = 70000"},
			&fault{name: "shared lists as an option", kinds: either, body: shared + "reply.options['routers'] = x"},
			&fault{name: "text that is too long", kinds: either, body: "reply.options['host-name'] = 'a' * 60000"},
			&fault{name: "option that is none", kinds: raised, body: "reply.options['no-such-option'] = 1"},
			&fault{name: "option 0", kinds: raised, body: "reply.options[0] = b'x'"},
			&fault{name: "option 256", kinds: raised, body: "reply.options[256] = b'x'"},
			&fault{name: "overload", kinds: raised, body: "reply.options[52] = b'\\x03'"},
			&fault{name: "message type", kinds: raised, body: "reply.options[53] = b'\\x07'"},
			&fault{name: "server identifier", kinds: raised, body: "reply.options['server-identifier'] = '192.0.2.1'"},
			&fault{name: "relay agent information", kinds: raised, body: "reply.options[82] = b'\\x01\\x01x'"},
			&fault{name: "time by text", kinds: raised, body: "reply.options[51] = 'soon'"},
			&fault{name: "address of another", kinds: raised, body: "reply.yiaddr = '" + knownAddr + "'"},
			&fault{name: "kind that is none", kinds: raised, body: "reply.kind = 'RELEASE'"},
			&fault{name: "NAK of a DISCOVER", kinds: raised, body: "if reply.kind == 'OFFER':\n    reply.kind = 'NAK'"},
			&fault{name: "negative time", kinds: raised, body: "reply.lease_time = -1"},
			&fault{name: "time without end", kinds: raised, body: "reply.lease_time = BIG * BIG"},
			&fault{name: "T1 by text", kinds: raised, body: "reply.t1 = 'half'"},
			&fault{name: "siaddr that is none", kinds: raised, body: "reply.siaddr = 'here'"},
			&fault{name: "sname that is too long", kinds: raised, body: "reply.sname = 's' * 64"},
			&fault{name: "file that is too long", kinds: raised, body: "reply.file = 'f' * 128"},
			&fault{name: "file that is none", kinds: raised, body: "reply.file = ['x']"},
			&fault{name: "attribute that is none", kinds: raised, body: "reply.adress = '10.40.0.9'"},
			&fault{name: "lease changed", kinds: raised, body: "lease.address = '10.40.0.9'"},
			&fault{name: "edit before a fault", kinds: raised, body: "reply.options['domain-name'] = 'wrong.example.org'\nreply.lease_time = 1\nfail('half way')"},
		)},
		{name: "event", params: "e", otherwise: "True", mac: "(e.mac or '')", faults: of(
			&fault{name: "kind changed", kinds: raised, body: "e.kind = 'lease.granted'"},
			&fault{name: "annotation by number", kinds: raised, body: "e.annotations['rack'] = 12"},
			&fault{name: "annotation that is too long", kinds: raised, body: "e.annotations['rack'] = 'a' * 256"},
			&fault{name: "annotations that are too many", kinds: raised, body: "for i in range(17):\n    e.annotations[str(i)] = 'x'"},
			&fault{name: "shared lists as an annotation", kinds: either, body: shared + "e.annotations['rack'] = x"},
		)},
	}
}

// machinesOf begins the hardware addresses of the machines that hook i has faults for; an octet tells attempts apart, and the last one
// faults.
func machinesOf(i int) string { return fmt.Sprintf("52:54:02:%02x", i+1) }

// script writes the policy, and notes where its faults are.
func script(all []*hook) string {
	var b strings.Builder
	line := 1
	put := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		b.WriteString(text + "\n")
		line += strings.Count(text, "\n") + 1
	}
	put("BIG = 1 << 30\nMANY = 10000")
	for i, h := range all {
		for j, f := range h.faults {
			put("\ndef %s_%02x(%s): # %s", h.name, j, h.params, f.name)
			f.first = line
			put("    %s", strings.ReplaceAll(f.body, "\n", "\n    "))
			f.last = line - 1
		}
		put("\n%s = {", strings.ToUpper(h.name))
		for j := range h.faults {
			put("    '%02x': %s_%02x,", j, h.name, j)
		}
		put("}\n")
		put("def %s(%s):\n    fault = None", h.name, h.params)
		put("    if %s.startswith('%s:'):\n        fault = %s.get(%s[-2:])", h.mac, machinesOf(i), strings.ToUpper(h.name), h.mac)
		h.line = line
		put("    return fault(%s) if fault else %s", h.params, h.otherwise)
	}
	return b.String()
}

var policyPlace = regexp.MustCompile(`policy\.star:(\d+):\d+`)

// placed reports whether a text names a line of the policy that is one of the fault, or the hook's own where what it returns is the
// fault.
func (h *hook) placed(f *fault, text string) bool {
	for _, m := range policyPlace.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && (n >= f.first && n <= f.last || n == h.line && slices.Contains(f.kinds, "result")) {
			return true
		}
	}
	return false
}
