package value

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/policy/sandbox"
)

// builtin is a function that every file finds.
type builtin struct {
	name, doc string
	run       func(*call) (starlark.Value, error)
}

// call is a call of a builtin.
type call struct {
	names  *option.Names
	thread *starlark.Thread
	name   string
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// unpack reads the arguments; see starlark.UnpackArgs.
func (c *call) unpack(pairs ...any) error {
	return starlark.UnpackArgs(c.name, c.args, c.kwargs, pairs...)
}

var builtins = []builtin{
	{"definition", "definition(address=None, subnet=None, serial=0, lease_time=None, hostname=None, options={}, classes=[], extra={}) " +
		"is what a reservation would give, for unknown() to return",
		define},
	{"octets", `octets("10.0.0.7") returns the four numbers of an address, (10, 0, 0, 7)`, octets},
	{"in_subnet", `in_subnet(address, "10.0.0.0/8") returns whether an address is in a prefix; None is in none`, inSubnet},
	{"random", "random() returns a number from 0 to below 1 that comes from policy.seed and the message: a replay has the same ones",
		randomFloat},
	{"hex", "hex(bytes) returns bytes, or the bytes of a text, in hexadecimal", hexText},
}

// Predeclared returns what every policy file finds there: definition, octets, in_subnet, random and hex. names are those of options.
func Predeclared(names *option.Names) starlark.StringDict {
	if names == nil {
		names = option.Standard()
	}
	dict := make(starlark.StringDict, len(builtins))
	for _, b := range builtins {
		dict[b.name] = starlark.NewBuiltin(b.name, func(thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple,
			kwargs []starlark.Tuple) (starlark.Value, error) {
			return b.run(&call{names, thread, fn.Name(), args, kwargs})
		})
	}
	return dict
}

// parseAddress reads an IPv4 address.
func parseAddress(what string, v starlark.Value) (netip.Addr, error) {
	const remedy = `write for example "10.20.0.1"`
	s, ok := v.(starlark.String)
	if !ok {
		return netip.Addr{}, fmt.Errorf("%s takes an address as text, not %s; %s", what, v.Type(), remedy)
	}
	a, err := netip.ParseAddr(string(s))
	if err != nil || !a.Is4() {
		return netip.Addr{}, fmt.Errorf("%s: %s is not an IPv4 address; %s", what, shown(string(s)), remedy)
	}
	return a, nil
}

func octets(c *call) (starlark.Value, error) {
	var address starlark.Value
	if err := c.unpack("address", &address); err != nil {
		return nil, err
	}
	a, err := parseAddress(c.name, address)
	if err != nil {
		return nil, err
	}
	tuple := make(starlark.Tuple, 0, 4)
	for _, o := range a.As4() {
		tuple = append(tuple, starlark.MakeInt(int(o)))
	}
	return tuple, nil
}

func inSubnet(c *call) (starlark.Value, error) {
	var address starlark.Value
	var prefix string
	if err := c.unpack("address", &address, "prefix", &prefix); err != nil {
		return nil, err
	}
	p, err := netip.ParsePrefix(prefix)
	if err != nil || !p.Addr().Is4() {
		return nil, fmt.Errorf(`%s: %s is not an IPv4 prefix; write for example "10.0.0.0/8"`, c.name, shown(prefix))
	}
	if address == starlark.None {
		return starlark.False, nil
	}
	a, err := parseAddress(c.name, address)
	if err != nil {
		return nil, err
	}
	return starlark.Bool(p.Contains(a)), nil
}

func hexText(c *call) (starlark.Value, error) {
	var v starlark.Value
	if err := c.unpack("bytes", &v); err != nil {
		return nil, err
	}
	var b []byte
	switch v := v.(type) {
	case starlark.Bytes:
		b = []byte(v)
	case starlark.String:
		b = []byte(v)
	default:
		return nil, fmt.Errorf(`%s takes bytes or text, not %s; a number is written "%%x" %% n`, c.name, v.Type())
	}
	if err := sandbox.Charge(c.thread, 0, 2*len(b)); err != nil {
		return nil, err
	}
	return starlark.String(hex.EncodeToString(b)), nil
}

var errNoMessage = errors.New("random() comes from the message: it works in hooks, not while files are loaded")

func randomFloat(c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	of, ok := sandbox.ContextOf(c.thread).(*Context)
	if !ok || of.Query == nil && of.event.event == nil {
		return nil, errNoMessage
	}
	return starlark.Float(of.randomFloat()), nil
}
