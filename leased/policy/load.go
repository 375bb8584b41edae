package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/policy/policytest"
	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// Load reads the files and finds their hooks. On error it is *config.Errors with all mistakes, each with its place: in a file, or in
// the configuration where that names a file that cannot be read.
func Load(cfg Config) (*Policy, error) {
	p := newPolicy(cfg)
	if cfg.Settings == nil {
		return p, nil
	}
	b := &binder{policy: p, cfg: &cfg}
	loader := &sandbox.Loader{Predeclared: predeclared(cfg.Names), Look: p.wants.look, Tell: hookWords[:], Print: p.print}
	modules, err := loader.Load(cfg.Settings.Files...)
	if problems, ok := errors.AsType[*sandbox.Errors](err); ok {
		return nil, &config.Errors{List: faultsOf(problems, &cfg)}
	}
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		b.bind(m)
	}
	if len(b.faults) > 0 {
		return nil, &config.Errors{List: b.faults}
	}
	return p, nil
}

// predeclared is what files find besides the language.
func predeclared(names *option.Names) starlark.StringDict {
	all := value.Predeclared(names)
	all["test"] = policytest.Unusable()
	return all
}

// faultsOf renders mistakes in scripts as those of the configuration. A file that cannot be read is a mistake of who names it.
func faultsOf(problems *sandbox.Errors, cfg *Config) []config.Error {
	list := make([]config.Error, 0, len(problems.List))
	for _, one := range problems.List {
		if i := slices.Index(cfg.Settings.Files, one.Pos.Filename()); one.Pos.Line == 0 && i >= 0 {
			at := cfg.Settings.Pos
			if i < len(cfg.Settings.FilePos) {
				at = cfg.Settings.FilePos[i]
			}
			list = append(list, config.At(cfg.Path, at, one.Remedy, one.Pos.Filename()+": "+one.Msg))
			continue
		}
		list = append(list, config.Error{
			File: one.Pos.Filename(), Line: int(one.Pos.Line), Column: int(one.Pos.Col), Msg: one.Msg, Hint: one.Remedy, Source: one.Source,
		})
	}
	return list
}

// binder finds the hooks of files and collects what is wrong with them.
type binder struct {
	policy *Policy
	cfg    *Config
	faults []config.Error
}

func (b *binder) fault(m *sandbox.Module, at syntax.Position, hint, format string, args ...any) {
	source := ""
	if lines := strings.Split(string(m.Text), "\n"); at.Line >= 1 && int(at.Line) <= len(lines) {
		source = strings.TrimSuffix(lines[at.Line-1], "\r")
	}
	b.faults = append(b.faults, config.Error{
		File: m.Name, Line: int(at.Line), Column: int(at.Col), Msg: fmt.Sprintf(format, args...), Hint: hint, Source: source,
	})
}
