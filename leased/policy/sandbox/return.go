package sandbox

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// returned stands around what a function returns that tells where. The interpreter itself knows no place of a return statement.
var returned = hidden("return", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
	if c.Follow {
		c.left = Where(&c.thread)
	}
	return args[0], nil
})

// guardReturn returns what a statement returns, told.
func guardReturn(stmt *syntax.ReturnStmt) syntax.Expr {
	result := stmt.Result
	if result == nil {
		result = &syntax.Ident{NamePos: stmt.Return, Name: starlark.None.String()}
	}
	return guard("return", stmt.Return, result)
}

// body rewrites the body of a function.
func (r *rewriter) body(def *syntax.DefStmt) []syntax.Stmt {
	telling := r.telling
	r.telling = r.depth == 0 && slices.Contains(r.told, def.Name.Name)
	r.depth++
	body := r.stmts(def.Body)
	r.depth--
	r.telling = telling
	return body
}
