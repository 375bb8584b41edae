package policy

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/policy/sandbox"
)

// testPrefix begins the names of functions that test a policy. A file of nothing else has its reason to be there.
const testPrefix = "test_"

// oldWords are what staticDHCPd calls its hooks.
var oldWords = map[string]hookKind{
	"filterPacket": hookFilter, "handleUnknownMAC": hookUnknown, "filterRetrievedDefinitions": hookChoose, "loadDHCPPacket": hookReply,
}

// bind adds the hooks of a file.
func (b *binder) bind(m *sandbox.Module) {
	found := false
	for k := range hookKind(hookKinds) {
		v, ok := m.Globals[k.String()]
		if !ok {
			continue
		}
		found = true
		fn, ok := v.(*starlark.Function)
		if !ok {
			b.fault(m, definition(m, k.String()), "define it as "+k.heading(), "%s is the name of a hook, and this is a value of type %s", k,
				v.Type())
			continue
		}
		if why := k.mismatch(fn); why != "" {
			b.fault(m, fn.Position(), k.heading(), "%s", why)
			continue
		}
		if at, silent := b.policy.wants.silent[fn.Position()]; silent && k == hookFilter {
			b.fault(m, at, "return True to let the message go on, or None in so many words",
				"filter can end without saying what it returns: that is None, which suspends the machine")
		}
		for _, one := range b.policy.wants.slips[fn.Position()] {
			if one.wrong(b.names()) {
				b.fault(m, one.at, one.hint, "%s", one.msg)
			}
		}
		b.policy.hooks[k] = append(b.policy.hooks[k], newHook(k, m, fn, b.cfg))
	}
	switch {
	case found:
		b.misspelt(m)
	case !b.policy.wants.loads[m.Name]:
		b.hookless(m)
	}
}

// names are those of options.
func (b *binder) names() *option.Names {
	if b.cfg.Names == nil {
		return option.Standard()
	}
	return b.cfg.Names
}

// misspelt looks for functions that nobody calls and that are a slip of the fingers away from being a hook.
func (b *binder) misspelt(m *sandbox.Module) {
	for _, name := range m.Globals.Keys() {
		fn, ok := m.Globals[name].(*starlark.Function)
		if !ok || b.policy.wants.names[name] > 1 {
			continue
		}
		if k, old := oldWords[name]; old {
			b.outdated(m, fn, k)
			continue
		}
		near := config.Nearest(name, hookWords[:])
		if near == "" || near == name || len(name) > len(near)+1 || len(near) > len(name)+1 {
			continue
		}
		b.fault(m, fn.Position(), hookKind(slices.Index(hookWords[:], near)).heading(), "nobody calls %s; did you mean the hook %q?", name, near)
	}
}

// outdated tells of a hook of staticDHCPd.
func (b *binder) outdated(m *sandbox.Module, fn *starlark.Function, k hookKind) {
	b.fault(m, fn.Position(), k.heading(), "what staticDHCPd calls %s is the hook %s here, and takes other arguments", fn.Name(), k)
}

// hookless finds out what is wrong with a file without a hook.
func (b *binder) hookless(m *sandbox.Module) {
	outdated := false
	for _, name := range m.Globals.Keys() {
		fn, ok := m.Globals[name].(*starlark.Function)
		if !ok {
			continue
		}
		if strings.HasPrefix(name, testPrefix) {
			return
		}
		if k, old := oldWords[name]; old {
			b.outdated(m, fn, k)
			outdated = true
			continue
		}
		if outdated {
			continue
		}
		if near := config.Nearest(name, hookWords[:]); near != "" {
			k := hookKind(slices.Index(hookWords[:], near))
			b.fault(m, fn.Position(), k.heading(), "the file defines no hook; %s is none, did you mean %q?", name, near)
			return
		}
	}
	if outdated {
		return
	}
	name := m.Name
	b.fault(m, syntax.MakePosition(&name, 1, 1), fmt.Sprintf("define at least one of %s; what other files load need not be listed",
		strings.Join(hookWords[:], ", ")), "the file defines no hook")
}

// definition finds where a file gives a name its value.
func definition(m *sandbox.Module, name string) syntax.Position {
	at := syntax.MakePosition(&m.Name, 1, 1)
	f, err := sandbox.Dialect.Parse(m.Name, m.Text, 0)
	if err != nil {
		return at
	}
	for _, s := range f.Stmts {
		syntax.Walk(s, func(n syntax.Node) bool {
			if assign, ok := n.(*syntax.AssignStmt); ok {
				if id, ok := assign.LHS.(*syntax.Ident); ok && id.Name == name {
					at = id.NamePos
				}
			}
			return true
		})
	}
	return at
}
