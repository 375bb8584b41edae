package policy

import "go.starlark.net/syntax"

// silent returns where a function can end without saying what it returns: at a return without a value, or else at the function itself,
// whose end can be reached. ok is false for one that always says it.
//
// For a filter this is no matter of style: a function that says nothing returns None, and None suspends the machine. One return that was
// forgotten would suspend everybody.
func silent(def *syntax.DefStmt) (at syntax.Position, ok bool) {
	for _, s := range def.Body {
		syntax.Walk(s, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.DefStmt, *syntax.LambdaExpr:
				return false // another function
			case *syntax.ReturnStmt:
				if n.Result == nil && !ok {
					at, ok = n.Return, true
				}
			}
			return true
		})
	}
	if !ok && !returns(def.Body) {
		at, ok = def.Def, true
	}
	return at, ok
}

// returns reports whether what follows the statements is never reached.
func returns(body []syntax.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	switch s := body[len(body)-1].(type) {
	case *syntax.ReturnStmt:
		return true
	case *syntax.IfStmt:
		return returns(s.True) && returns(s.False)
	case *syntax.ExprStmt:
		if call, ok := s.X.(*syntax.CallExpr); ok {
			fn, ok := call.Fn.(*syntax.Ident)
			return ok && fn.Name == "fail"
		}
	}
	return false
}
