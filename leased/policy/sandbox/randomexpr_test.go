package sandbox_test

import "fmt"

// expr is an expression for a value of a kind; of another one where chance wants it so.
func (p *programmer) expr(k kind, depth int) string {
	if p.chance(3) {
		k = kind(p.r.IntN(int(kinds)))
	}
	if v, ok := p.variable(k); ok && p.chance(40) {
		return v
	}
	if depth <= 0 {
		return p.literal(k)
	}
	depth--
	e := func(k kind) string { return p.expr(k, depth) }
	switch n := p.r.IntN(20); n {
	case 0:
		return fmt.Sprintf("note(%s)", e(k))
	case 1:
		return fmt.Sprintf("(%s)", e(k))
	case 2:
		return fmt.Sprintf("(%s if %s else %s)", e(k), e(truth), e(k))
	case 3:
		return fmt.Sprintf("(%s %s %s)", e(k), p.pick("and", "or"), e(k))
	case 4:
		return fmt.Sprintf("(%s)[%s]", p.pick("["+e(k)+"]", e(k)+",", "{0: "+e(k)+"}"), e(number))
	case 5:
		return fmt.Sprintf("(lambda *a, **k: %s)(%s, *%s, **%s)", p.pick("a[0]", e(k)), e(k), e(list), p.pick("{}", "{'x': 1}", e(dict)))
	case 6:
		return fmt.Sprintf("[x for x in %s if %s][0]", e(list), e(truth))
	case 7:
		return fmt.Sprintf("(lambda x, y = %s: %s)(%s)", e(k), p.pick("x", "y", e(k)), e(k))
	case 8:
		if v, ok := p.variable(function); ok {
			return fmt.Sprintf("%s(%s, %s)", v, e(number), p.pick("b = "+e(text), e(text)+", 1", "*"+e(list), "k = "+e(text)))
		}
	}
	return p.operation(k, e)
}

func (p *programmer) literal(k kind) string {
	switch k {
	case number:
		return p.pick("0", "1", "2", "-1", "3", "1.5")
	case text:
		return p.pick(`""`, `"a"`, `"ab"`, `"b,a"`, `"%s"`, `"{}-{0}"`, `"A b"`)
	case list:
		return p.pick("[]", "[1]", "[1, 2]", `["a", "b"]`, "[[1], 2]")
	case tuple:
		return p.pick("()", "(1,)", `(1, "a")`, "((1, 2), 3)")
	case dict:
		return p.pick("{}", `{"a": 1}`, `{1: "a", 2: "b"}`, "{(1, 2): [3]}")
	case set:
		return p.pick("set()", "set([1])", "set((1, 2))")
	case truth:
		return p.pick("True", "False", "None")
	}
	return p.pick("len", "repr", "(lambda a, *b, **k: a)", "type", "note")
}

// operation is an operator, a method or a function of the language that makes a value of a kind.
func (p *programmer) operation(k kind, e func(kind) string) string {
	any := func() string { return e(kind(p.r.IntN(int(kinds)))) }
	switch k {
	case number:
		return p.pick(
			fmt.Sprintf("%s %s %s", e(number), p.pick("+", "-", "*", "//", "%", "|", "&", "^", "<<", ">>"), e(number)),
			fmt.Sprintf("(%s)", "-"+p.pick("1", "note(2)", "(3)")), fmt.Sprintf("len(%s)", any()),
			fmt.Sprintf("(%s).index(%s)", e(list), any()), fmt.Sprintf("(%s).count(%s)", e(text), e(text)),
			fmt.Sprintf("int(%s)", any()), fmt.Sprintf("%s(%s)", p.pick("max", "min"), p.pick(any(), any()+", "+any(), any()+", key = "+e(function))),
			fmt.Sprintf("hash(%s)", e(text)))
	case text:
		return p.pick(
			fmt.Sprintf("%s + %s", e(text), e(text)), fmt.Sprintf("%s * %s", e(text), e(number)), fmt.Sprintf("%s %% %s", e(text), any()),
			fmt.Sprintf("(%s).join(%s)", e(text), any()), fmt.Sprintf("(%s).format(%s)", e(text), p.pick(any(), "*"+e(list), "k = "+any())),
			fmt.Sprintf("(%s).replace(%s, %s)", e(text), e(text), e(text)), fmt.Sprintf("%s(%s)", p.pick("str", "repr", "type"), any()),
			fmt.Sprintf("(%s)[%s:%s]", e(text), e(number), p.pick("", e(number), e(number)+":"+e(number))),
			fmt.Sprintf("(%s).%s()", e(text), p.pick("upper", "strip", "title", "nosuch")), `"%s-%r" % `+fmt.Sprintf("(%s, %s)", any(), any()),
			fmt.Sprintf("getattr(%s, %s)(%s)", e(text), p.pick(`"join"`, `"split"`, any()), any()))
	case list:
		return p.pick(
			fmt.Sprintf("[%s, %s]", any(), any()), fmt.Sprintf("%s + %s", e(list), e(list)), fmt.Sprintf("%s * %s", e(list), e(number)),
			fmt.Sprintf("[%s for x in %s]", p.pick("x", any(), "(x, "+any()+")"), e(p.collection())),
			fmt.Sprintf("[%s for x in %s for y in %s if x != y]", p.pick("x", "[x] + [y]", "x == y"), e(list), any()),
			fmt.Sprintf("%s(%s)", p.pick("list", "sorted", "reversed", "enumerate", "zip"), any()),
			fmt.Sprintf("sorted(%s, key = %s)", e(list), e(function)), fmt.Sprintf("zip(%s, %s)", any(), any()),
			fmt.Sprintf("(%s).%s()", e(dict), p.pick("keys", "items", "values")), fmt.Sprintf("(%s)[%s:]", e(list), e(number)),
			fmt.Sprintf("[(%s).extend(%s)]", e(list), any()), fmt.Sprintf("(%s).split(%s)", e(text), p.pick("", e(text))), "list(range("+e(number)+"))")
	case tuple:
		return p.pick(
			fmt.Sprintf("(%s, %s)", any(), any()), fmt.Sprintf("(%s,)", any()), fmt.Sprintf("%s + %s", e(tuple), e(tuple)),
			fmt.Sprintf("tuple(%s)", any()), fmt.Sprintf("%s * %s", e(tuple), e(number)), fmt.Sprintf("(lambda *a: a)(*%s)", any()),
			fmt.Sprintf("(%s).popitem()", e(dict)), fmt.Sprintf("(%s)[::%s]", e(tuple), e(number)))
	case dict:
		return p.pick(
			fmt.Sprintf("{%s: %s, %s: %s}", any(), any(), any(), any()), fmt.Sprintf("dict(%s)", p.pick(any(), "a = "+any(), "**"+any())),
			fmt.Sprintf("%s | %s", e(dict), e(dict)), fmt.Sprintf("{x: %s for x in %s}", any(), any()),
			fmt.Sprintf("[d.update(%s) or d for d in [%s]][0]", any(), e(dict)))
	case set:
		return p.pick(
			fmt.Sprintf("set(%s)", any()), fmt.Sprintf("%s %s %s", e(set), p.pick("|", "&", "-", "^"), e(set)),
			fmt.Sprintf("(%s).%s(%s)", e(set), p.pick("union", "intersection", "difference", "symmetric_difference", "issubset"), any()))
	case truth:
		return p.pick(
			fmt.Sprintf("(%s %s %s)", any(), p.pick("==", "!="), any()), fmt.Sprintf("(%s %s %s)", e(number), p.pick("<", "<=", ">", ">="), e(number)),
			fmt.Sprintf("(%s < %s)", any(), any()), fmt.Sprintf("(%s %s %s)", any(), p.pick("in", "not in"), any()),
			fmt.Sprintf("not %s", e(truth)), fmt.Sprintf("%s(%s)", p.pick("all", "any", "bool"), any()), fmt.Sprintf("hasattr(%s, %s)", any(), e(text)))
	}
	return p.pick(fmt.Sprintf("(lambda a, b = %s, *c, **d: %s)", any(), any()), "("+e(text)+").join", "("+e(list)+").append", "("+e(dict)+").get", "(lambda *a: a)")
}
