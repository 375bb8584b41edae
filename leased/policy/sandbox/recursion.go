package sandbox

import (
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// checkRecursion notes the functions that call themselves. Those that do so by way of others are found when they are called.
func (f *file) checkRecursion() {
	syntax.Walk(f.tree, func(n syntax.Node) bool {
		def, ok := n.(*syntax.DefStmt)
		if !ok {
			return true
		}
		for _, stmt := range def.Body {
			syntax.Walk(stmt, func(n syntax.Node) bool {
				if call, ok := n.(*syntax.CallExpr); ok && means(call.Fn, def.Name) {
					f.problem(syntax.Start(call), fmt.Sprintf("function %s calls itself", def.Name.Name), "go through a list in a loop")
				}
				return true
			})
		}
		return true
	})
}

// means: an expression is the name of a function, and no other variable of that name.
func means(e syntax.Expr, function *syntax.Ident) bool {
	id, ok := e.(*syntax.Ident)
	if !ok || id.Name != function.Name {
		return false
	}
	used, ok := id.Binding.(*resolve.Binding)
	defined, ok2 := function.Binding.(*resolve.Binding)
	return ok && ok2 && used.First == defined.First
}
