package sandbox

import "go.starlark.net/syntax"

// checkConstants refuses to give None, True and False to something else, which the language would allow.
func (f *file) checkConstants() {
	bind := func(e syntax.Expr) {
		for id := range bound(e) {
			if constants[id.Name] {
				f.problem(id.NamePos, id.Name+" cannot be given another value", "choose another name")
			}
		}
	}
	params := func(list []syntax.Expr) {
		for _, param := range list {
			switch param := param.(type) {
			case *syntax.BinaryExpr:
				bind(param.X)
			case *syntax.UnaryExpr:
				bind(param.X)
			default:
				bind(param)
			}
		}
	}
	syntax.Walk(f.tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			bind(n.LHS)
		case *syntax.ForStmt:
			bind(n.Vars)
		case *syntax.ForClause:
			bind(n.Vars)
		case *syntax.DefStmt:
			bind(n.Name)
			params(n.Params)
		case *syntax.LambdaExpr:
			params(n.Params)
		case *syntax.LoadStmt:
			for _, id := range n.To {
				bind(id)
			}
		}
		return true
	})
}

// bound iterates over the names that are given a value by an assignment to e.
func bound(e syntax.Expr) func(func(*syntax.Ident) bool) {
	return func(yield func(*syntax.Ident) bool) { eachBound(e, yield) }
}

func eachBound(e syntax.Expr, yield func(*syntax.Ident) bool) bool {
	var list []syntax.Expr
	switch e := e.(type) {
	case *syntax.Ident:
		return yield(e)
	case *syntax.ParenExpr:
		return eachBound(e.X, yield)
	case *syntax.TupleExpr:
		list = e.List
	case *syntax.ListExpr:
		list = e.List
	}
	for _, x := range list {
		if !eachBound(x, yield) {
			return false
		}
	}
	return true
}
