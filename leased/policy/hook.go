package policy

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/config"
	"rollcall/leased/policy/sandbox"
)

// hookKind is one of the functions that a file may define.
type hookKind uint8

const (
	hookFilter hookKind = iota
	hookUnknown
	hookChoose
	hookReply
	hookEvent
	hookKinds = int(hookEvent) + 1
)

// hookWords are their names, hookParams what they are given.
var (
	hookWords  = [hookKinds]string{config.HookFilter, config.HookUnknown, config.HookChoose, config.HookReply, "event"}
	hookParams = [hookKinds][]string{{"request"}, {"request"}, {"request", "candidates"}, {"request", "lease", "reply"}, {"e"}}
)

// String returns the name.
func (k hookKind) String() string { return hookWords[k] }

// hook is one function of one file.
type hook struct {
	kind   hookKind
	file   string // its name as it was given
	shown  string // its path from the configuration file, so that metrics keep it whatever that is called
	fn     *starlark.Function
	closed bool
	place  string // where it is defined
	by     string // names it where it is said who decides

	offenders offenders
	waste     waste
}

func newHook(k hookKind, m *sandbox.Module, fn *starlark.Function, cfg *Config) *hook {
	at := fn.Position().String()
	h := &hook{
		kind: k, file: m.Name, shown: m.Name, fn: fn, closed: cfg.Settings.Closed[k.String()], place: at, by: fmt.Sprintf("%s (%s)", k, at),
	}
	if from, err := filepath.Rel(filepath.Dir(cfg.Path), m.Name); err == nil {
		h.shown = from
	}
	return h
}

// mismatch says why fn cannot be called as a hook of the kind, "" if it can.
func (k hookKind) mismatch(fn *starlark.Function) string {
	want := len(hookParams[k])
	named := fn.NumParams() - fn.NumKwonlyParams()
	if fn.HasKwargs() {
		named--
	}
	if fn.HasVarargs() {
		named--
	}
	required := 0
	for i := range named {
		if fn.ParamDefault(i) == nil {
			required++
		}
	}
	for i := named; i < named+fn.NumKwonlyParams(); i++ {
		if fn.ParamDefault(i) == nil {
			name, _ := fn.Param(i)
			return fmt.Sprintf("%s is called without its argument %s, which has no default", k, name)
		}
	}
	if required > want || named < want && !fn.HasVarargs() {
		takes := strconv.Itoa(required)
		if required == 0 {
			takes = "none"
		}
		return fmt.Sprintf("%s takes %s, and this one takes %s", k, k.arguments(), takes)
	}
	return ""
}

// arguments names what it takes.
func (k hookKind) arguments() string {
	params := hookParams[k]
	count := [...]string{"no", "one argument", "two arguments", "three arguments"}[len(params)]
	return count + ", " + strings.Join(params, ", ")
}

// heading is how its definition begins.
func (k hookKind) heading() string {
	return fmt.Sprintf("def %s(%s):", k, strings.Join(hookParams[k], ", "))
}
