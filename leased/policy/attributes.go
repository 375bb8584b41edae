package policy

import (
	"fmt"
	"slices"

	"go.starlark.net/syntax"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/policy/value"
)

// attributesOf has the attributes of what hooks are given, by the name of the type.
var attributesOf = func() map[string][]string {
	all := map[string][]string{}
	for _, o := range value.Reference() {
		for _, a := range o.Attributes {
			all[o.Name] = append(all[o.Name], a.Name)
		}
	}
	return all
}()

// givenTypes are the types of what each hook is given, in the order of its parameters; "" for a list.
var givenTypes = [hookKinds][]string{
	hookFilter: {"request"}, hookUnknown: {"request"}, hookChoose: {"request", ""}, hookReply: {"request", "lease", "reply"}, hookEvent: {"event"},
}

// slip is an attribute that does not exist, or an option that may not.
type slip struct {
	at        syntax.Position
	msg, hint string
	option    string // "" for an attribute
}

// wrong reports whether the option, if it is one, does not exist, and completes the slip.
func (s *slip) wrong(names *option.Names) bool {
	if s.option == "" {
		return true
	}
	if _, ok := names.ByName(s.option); ok {
		return false
	}
	s.msg, s.hint = fmt.Sprintf("unknown option %q", s.option), "write its name as in the configuration, or its number"
	if near := names.Suggest(s.option); near != "" {
		s.hint = fmt.Sprintf("did you mean %q?", near)
	}
	return true
}

// slips finds the attributes of what a hook is given that do not exist, and the options that it names there. Such a line fails each time it is reached, which may be at the
// first phone on Monday: better it is refused when it is loaded. A name that means something else anywhere in the function is left out.
func slips(k hookKind, def *syntax.DefStmt) (list []slip) {
	given := map[string]string{}
	for i, p := range def.Params {
		if id, ok := p.(*syntax.Ident); ok && i < len(givenTypes[k]) {
			given[id.Name] = givenTypes[k][i]
		}
	}
	for _, s := range def.Body {
		syntax.Walk(s, func(n syntax.Node) bool {
			for _, name := range bound(n) {
				delete(given, name)
			}
			return true
		})
	}
	for _, s := range def.Body {
		syntax.Walk(s, func(n syntax.Node) bool {
			if index, ok := n.(*syntax.IndexExpr); ok {
				if at, name := optionIn(index, given); name != "" {
					list = append(list, slip{at: at, option: name})
				}
			}
			dot, ok := n.(*syntax.DotExpr)
			if !ok {
				return true
			}
			id, ok := dot.X.(*syntax.Ident)
			if !ok {
				return true
			}
			known := attributesOf[given[id.Name]]
			if name := dot.Name.Name; given[id.Name] != "" && !slices.Contains(known, name) {
				one := slip{at: dot.Name.NamePos, msg: fmt.Sprintf("%s has no attribute %s", given[id.Name], name)}
				if near := config.Nearest(name, known); near != "" {
					one.hint = "did you mean " + id.Name + "." + near + "?"
				}
				list = append(list, one)
			}
			return true
		})
	}
	return list
}

// optionIn returns the name in request.options["name"] and the like, and where it stands; "" for anything else.
func optionIn(index *syntax.IndexExpr, given map[string]string) (at syntax.Position, name string) {
	dot, ok := index.X.(*syntax.DotExpr)
	if !ok || dot.Name.Name != "options" {
		return at, ""
	}
	id, ok := dot.X.(*syntax.Ident)
	if !ok || given[id.Name] == "" {
		return at, ""
	}
	key, ok := index.Y.(*syntax.Literal)
	if !ok {
		return at, ""
	}
	name, _ = key.Value.(string)
	return key.TokenPos, name
}

// bound returns the names that a node of the tree gives a meaning to.
func bound(n syntax.Node) []string {
	var targets []syntax.Expr
	switch n := n.(type) {
	case *syntax.AssignStmt:
		targets = append(targets, n.LHS)
	case *syntax.ForStmt:
		targets = append(targets, n.Vars)
	case *syntax.ForClause:
		targets = append(targets, n.Vars)
	case *syntax.DefStmt:
		targets = append(targets, n.Name)
		targets = append(targets, n.Params...)
	case *syntax.LambdaExpr:
		targets = append(targets, n.Params...)
	}
	var names []string
	for len(targets) > 0 {
		t := targets[0]
		targets = targets[1:]
		switch t := t.(type) {
		case *syntax.Ident:
			names = append(names, t.Name)
		case *syntax.ParenExpr:
			targets = append(targets, t.X)
		case *syntax.TupleExpr:
			targets = append(targets, t.List...)
		case *syntax.ListExpr:
			targets = append(targets, t.List...)
		case *syntax.BinaryExpr: // a parameter with a default
			targets = append(targets, t.X)
		case *syntax.UnaryExpr: // *args
			if t.X != nil {
				targets = append(targets, t.X)
			}
		}
	}
	return names
}
