package sandbox

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// rewriter changes a program, before it is compiled, so that each operation whose work or result is not bounded by the
// operation itself goes through a function that measures it first. Places of the program are kept: what fails is told as if
// nothing had been changed.
type rewriter struct {
	// temporaries counts the variables that were added.
	temporaries int
	// told are the functions at the top of the file that tell where they return, telling is whether this is one of them.
	told    []string
	telling bool
	// depth counts the functions around a statement.
	depth int
}

// tupleGuard is what stands around a tuple, dictGuard around a dictionary that is written out, and rest what is done with the tuple of a parameter *args, and is true. Spread
// stands behind the * of a call, sliced and stepped around a slice.
var (
	tupleGuard = hidden("tuple", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		t, ok := args[0].(starlark.Tuple)
		if !ok {
			return args[0], nil
		}
		return t, c.tuple(t)
	})
	rest = hidden("rest", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		return starlark.True, c.tuple(args[0].(starlark.Tuple))
	})
	spread = hidden("spread", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		return args[0], c.elements(length(args[0]), elementSize)
	})
	dictGuard = hidden("dictionary", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		return args[0], c.charge(0, max(starlark.Len(args[0]), leastEntries)*entrySize)
	})
	sliced = hidden("slice", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		if list, ok := args[0].(*starlark.List); ok {
			return list, c.elements(list.Len(), elementSize)
		}
		return args[0], nil
	})
	stepped = hidden("stepped slice", func(c *Caller, args starlark.Tuple) (starlark.Value, error) {
		return args[0], c.charge(0, elementSize*max(starlark.Len(args[0]), 0))
	})
)

// guards are the functions that rewritten programs call, by the names that they have there.
var guards = func() starlark.StringDict {
	all := starlark.StringDict{}
	for _, b := range []*starlark.Builtin{attribute, tupleGuard, rest, dictGuard, spread, sliced, stepped, returned} {
		all[b.Name()] = b
	}
	for op := range guarded {
		b := operator(op)
		all[b.Name()] = b
	}
	for op := syntax.PLUS_EQ; op <= syntax.GTGT_EQ; op++ {
		if plain := op - syntax.PLUS_EQ + syntax.PLUS; guarded[plain] {
			b := augmented(plain)
			all[b.Name()] = b
		}
	}
	return all
}()

// guarded are the binary operators that are not done at once whatever their operands are.
var guarded = map[syntax.Token]bool{
	syntax.PLUS: true, syntax.MINUS: true, syntax.STAR: true, syntax.PERCENT: true, syntax.LTLT: true,
	syntax.PIPE: true, syntax.AMP: true, syntax.CIRCUMFLEX: true, syntax.IN: true, syntax.NOT_IN: true,
	syntax.EQL: true, syntax.NEQ: true, syntax.LT: true, syntax.LE: true, syntax.GT: true, syntax.GE: true,
}

// guard returns a call of a guard that stands at pos.
func guard(name string, pos syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	return &syntax.CallExpr{
		Fn:     &syntax.Ident{NamePos: syntax.Start(args[0]), Name: hiddenMark + name},
		Lparen: pos,
		Args:   args,
		Rparen: syntax.End(args[len(args)-1]),
	}
}

func guardRest(rest *syntax.Ident) *syntax.CallExpr { return guard("rest", rest.NamePos, use(rest)) }

func (r *rewriter) stmts(list []syntax.Stmt) []syntax.Stmt {
	out := make([]syntax.Stmt, 0, len(list))
	for _, stmt := range list {
		out = r.stmt(out, stmt)
	}
	return out
}

// stmt appends what stands for stmt.
func (r *rewriter) stmt(out []syntax.Stmt, stmt syntax.Stmt) []syntax.Stmt {
	switch stmt := stmt.(type) {
	case *syntax.AssignStmt:
		if stmt.Op != syntax.EQ {
			return r.augmented(out, stmt)
		}
		r.target(stmt.LHS)
		if tuple, ok := stmt.RHS.(*syntax.TupleExpr); ok && isSequence(stmt.LHS) {
			// It is taken apart at once.
			r.exprs(tuple.List)
		} else {
			stmt.RHS = r.expr(stmt.RHS)
		}
	case *syntax.DefStmt:
		r.params(stmt.Params)
		stmt.Body = r.body(stmt)
		if rest := restOf(stmt.Params); rest != nil {
			stmt.Body = slices.Insert(stmt.Body, docEnd(stmt.Body), syntax.Stmt(&syntax.ExprStmt{X: guardRest(rest)}))
		}
	case *syntax.ExprStmt:
		stmt.X = r.expr(stmt.X)
	case *syntax.IfStmt:
		stmt.Cond = r.expr(stmt.Cond)
		stmt.True = r.stmts(stmt.True)
		if stmt.False != nil {
			stmt.False = r.stmts(stmt.False)
		}
	case *syntax.ForStmt:
		r.target(stmt.Vars)
		stmt.X = r.expr(stmt.X)
		stmt.Body = r.stmts(stmt.Body)
	case *syntax.WhileStmt:
		stmt.Cond = r.expr(stmt.Cond)
		stmt.Body = r.stmts(stmt.Body)
	case *syntax.ReturnStmt:
		if stmt.Result != nil {
			stmt.Result = r.expr(stmt.Result)
		}
		if r.telling {
			stmt.Result = guardReturn(stmt)
		}
	}
	return append(out, stmt)
}

// docEnd is where the body of a function begins behind its documentation.
func docEnd(body []syntax.Stmt) int {
	if stmt, ok := body[0].(*syntax.ExprStmt); ok && isLiteral(stmt.X) {
		return 1
	}
	return 0
}

// augmented rewrites x op= y into x op= guard(x, y). Where evaluating x twice could be noticed, what it is made of is put into
// variables first.
func (r *rewriter) augmented(out []syntax.Stmt, stmt *syntax.AssignStmt) []syntax.Stmt {
	r.target(stmt.LHS)
	stmt.RHS = r.expr(stmt.RHS)
	op := stmt.Op - syntax.PLUS_EQ + syntax.PLUS
	if !guarded[op] || isNumber(stmt.RHS) && op != syntax.STAR && op != syntax.LTLT {
		return append(out, stmt)
	}
	var old syntax.Expr
	switch lhs := unparen(stmt.LHS).(type) {
	case *syntax.Ident:
		old = use(lhs)
	case *syntax.IndexExpr:
		out, lhs.X = r.once(out, lhs.X)
		out, lhs.Y = r.once(out, lhs.Y)
		old = &syntax.IndexExpr{X: again(lhs.X), Lbrack: lhs.Lbrack, Y: again(lhs.Y), Rbrack: lhs.Rbrack}
	case *syntax.DotExpr:
		out, lhs.X = r.once(out, lhs.X)
		old = &syntax.DotExpr{X: again(lhs.X), Dot: lhs.Dot, NamePos: lhs.NamePos, Name: lhs.Name}
	default:
		// It is an error, which is told later.
		return append(out, stmt)
	}
	stmt.RHS = guard(op.String()+"=", stmt.OpPos, old, stmt.RHS)
	return append(out, stmt)
}

// once returns an expression that has the value of e and may be evaluated twice: e itself, or a variable that is assigned
// in a statement that it appends.
func (r *rewriter) once(out []syntax.Stmt, e syntax.Expr) ([]syntax.Stmt, syntax.Expr) {
	switch e := e.(type) {
	case *syntax.Ident, *syntax.Literal:
		return out, e
	}
	r.temporaries++
	variable := &syntax.Ident{NamePos: syntax.Start(e), Name: fmt.Sprintf("%stemporary %d", hiddenMark, r.temporaries)}
	return append(out, &syntax.AssignStmt{OpPos: variable.NamePos, Op: syntax.EQ, LHS: variable, RHS: e}), use(variable)
}

// again copies what once returned.
func again(e syntax.Expr) syntax.Expr {
	if id, ok := e.(*syntax.Ident); ok {
		return use(id)
	}
	return e
}

// use returns another mention of a variable.
func use(id *syntax.Ident) *syntax.Ident { return &syntax.Ident{NamePos: id.NamePos, Name: id.Name} }
