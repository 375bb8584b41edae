package sandbox

import "go.starlark.net/syntax"

func (r *rewriter) exprs(list []syntax.Expr) {
	for i, e := range list {
		list[i] = r.expr(e)
	}
}

// expr returns what stands for an expression whose value is wanted.
func (r *rewriter) expr(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		return r.binary(e)
	case *syntax.CallExpr:
		r.call(e)
	case *syntax.Comprehension:
		for _, clause := range e.Clauses {
			switch clause := clause.(type) {
			case *syntax.ForClause:
				r.target(clause.Vars)
				clause.X = r.expr(clause.X)
			case *syntax.IfClause:
				clause.Cond = r.expr(clause.Cond)
			}
		}
		e.Body = r.expr(e.Body)
	case *syntax.CondExpr:
		e.Cond, e.True, e.False = r.expr(e.Cond), r.expr(e.True), r.expr(e.False)
	case *syntax.DictEntry:
		e.Key, e.Value = r.expr(e.Key), r.expr(e.Value)
	case *syntax.DictExpr:
		r.exprs(e.List)
		return guard("dictionary", e.Lbrace, e)
	case *syntax.DotExpr:
		e.X = r.expr(e.X)
		if checkedNames[e.Name.Name] {
			return guard("attribute", e.Dot, e)
		}
	case *syntax.IndexExpr:
		e.X, e.Y = r.expr(e.X), r.expr(e.Y)
	case *syntax.LambdaExpr:
		r.params(e.Params)
		e.Body = r.expr(e.Body)
		if rest := restOf(e.Params); rest != nil {
			e.Body = &syntax.BinaryExpr{X: guardRest(rest), OpPos: rest.NamePos, Op: syntax.AND, Y: e.Body}
		}
	case *syntax.ListExpr:
		r.exprs(e.List)
	case *syntax.ParenExpr:
		e.X = r.expr(e.X)
	case *syntax.SliceExpr:
		return r.slice(e)
	case *syntax.TupleExpr:
		r.exprs(e.List)
		for _, elem := range e.List {
			if !isLiteral(elem) {
				return guard("tuple", syntax.Start(e), e)
			}
		}
	case *syntax.UnaryExpr:
		e.X = r.expr(e.X)
	}
	return e
}

// target rewrites what is evaluated in something that is assigned to.
func (r *rewriter) target(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		r.target(e.X)
	case *syntax.TupleExpr:
		for _, x := range e.List {
			r.target(x)
		}
	case *syntax.ListExpr:
		for _, x := range e.List {
			r.target(x)
		}
	case *syntax.IndexExpr:
		e.X, e.Y = r.expr(e.X), r.expr(e.Y)
	case *syntax.DotExpr:
		e.X = r.expr(e.X)
	}
}

func (r *rewriter) binary(e *syntax.BinaryExpr) syntax.Expr {
	e.X = r.expr(e.X)
	if tuple, ok := unparen(e.Y).(*syntax.TupleExpr); ok && e.Op == syntax.PERCENT {
		// The operator looks at all of it.
		r.exprs(tuple.List)
	} else {
		e.Y = r.expr(e.Y)
	}
	if !guarded[e.Op] || simple(e) {
		return e
	}
	return guard(e.Op.String(), e.OpPos, e.X, e.Y)
}

// simple: whatever the values are, the operation is done at once, or fails.
func simple(e *syntax.BinaryExpr) bool {
	x, y := unparen(e.X), unparen(e.Y)
	switch e.Op {
	case syntax.PLUS:
		return isNumber(x) || isNumber(y) || isLiteral(x) && isLiteral(y)
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		return isScalar(x) || isScalar(y)
	case syntax.STAR, syntax.LTLT:
		return false
	case syntax.IN, syntax.NOT_IN:
		return isScalars(y)
	}
	return isNumber(x) || isNumber(y)
}

func (r *rewriter) call(e *syntax.CallExpr) {
	e.Fn = r.expr(e.Fn)
	for i, arg := range e.Args {
		switch arg := arg.(type) {
		case *syntax.BinaryExpr:
			if arg.Op == syntax.EQ {
				arg.Y = r.expr(arg.Y)
				continue
			}
		case *syntax.UnaryExpr:
			if arg.Op == syntax.STAR || arg.Op == syntax.STARSTAR {
				arg.X = guard("spread", arg.OpPos, r.expr(arg.X))
				continue
			}
		}
		e.Args[i] = r.expr(arg)
	}
}

func (r *rewriter) slice(e *syntax.SliceExpr) syntax.Expr {
	e.X = r.expr(e.X)
	for _, part := range []*syntax.Expr{&e.Lo, &e.Hi, &e.Step} {
		if *part != nil {
			*part = r.expr(*part)
		}
	}
	if e.Step != nil {
		return guard("stepped slice", e.Lbrack, e)
	}
	return guard("slice", e.Lbrack, e)
}

func (r *rewriter) params(params []syntax.Expr) {
	for _, param := range params {
		if withDefault, ok := param.(*syntax.BinaryExpr); ok {
			withDefault.Y = r.expr(withDefault.Y)
		}
	}
}

// restOf returns the parameter *args, nil for none.
func restOf(params []syntax.Expr) *syntax.Ident {
	for _, param := range params {
		if star, ok := param.(*syntax.UnaryExpr); ok && star.Op == syntax.STAR {
			if id, ok := star.X.(*syntax.Ident); ok {
				return id
			}
		}
	}
	return nil
}

func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

func isSequence(e syntax.Expr) bool {
	switch unparen(e).(type) {
	case *syntax.TupleExpr, *syntax.ListExpr:
		return true
	}
	return false
}

func isLiteral(e syntax.Expr) bool {
	_, ok := unparen(e).(*syntax.Literal)
	return ok
}

func isNumber(e syntax.Expr) bool {
	lit, ok := unparen(e).(*syntax.Literal)
	return ok && (lit.Token == syntax.INT || lit.Token == syntax.FLOAT)
}

// isScalar: the value has no parts.
func isScalar(e syntax.Expr) bool {
	if id, ok := unparen(e).(*syntax.Ident); ok {
		// No file may give these names to something else.
		return constants[id.Name]
	}
	return isLiteral(e)
}

// constants are names that always mean the same.
var constants = map[string]bool{"None": true, "True": true, "False": true}

// isScalars: a list or tuple of a few values without parts.
func isScalars(e syntax.Expr) bool {
	var list []syntax.Expr
	switch e := e.(type) {
	case *syntax.TupleExpr:
		list = e.List
	case *syntax.ListExpr:
		list = e.List
	}
	for _, elem := range list {
		if !isScalar(elem) {
			return false
		}
	}
	return list != nil
}
