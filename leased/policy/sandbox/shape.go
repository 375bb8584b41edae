package sandbox

import (
	"fmt"
	"math/big"

	"go.starlark.net/syntax"
)

// What a program may look like. The parser bounds how deep brackets and blocks may be; what follows one upon the other it takes
// without end, and the compiler goes down into that, and takes time with the square of it.
const (
	// maxChain is how many operators, calls or conditions one expression or statement may chain.
	maxChain = 10_000
	// maxName is the length of the longest name, in bytes.
	maxName = 256
	// maxParams is how many parameters a function may have, as many as a call may have arguments. More would each be compared with
	// each argument that ** gives.
	maxParams = 255
)

const longChain = "this chains more than %d operations"

// checkShape refuses programs that take much time or memory before they run. It says whether the others may look at the tree.
func (f *file) checkShape() bool {
	depth, told := 0, false
	syntax.Walk(f.tree, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		if depth == maxChain {
			if !told {
				f.problem(startOf(n), fmt.Sprintf(longChain, maxChain), "split it up, or make a table of it")
			}
			told = true
			return false
		}
		depth++
		switch n := n.(type) {
		case *syntax.Comprehension:
			if len(n.Clauses) > maxChain {
				f.problem(n.Lbrack, fmt.Sprintf(longChain, maxChain), "use loops in a function")
			}
		case *syntax.DefStmt:
			f.checkParams(n.Def, n.Params)
		case *syntax.LambdaExpr:
			f.checkParams(n.Lambda, n.Params)
		case *syntax.Ident:
			if len(n.Name) > maxName {
				f.problem(n.NamePos, fmt.Sprintf("a name is longer than %d bytes", maxName), "")
			}
		case *syntax.Literal:
			if i, ok := n.Value.(*big.Int); ok && i.BitLen() > maxBits {
				f.problem(n.TokenPos, fmt.Sprintf("an integer has more than %d bits", maxBits), "")
			}
		}
		return true
	})
	return len(f.problems) == 0
}

func (f *file) checkParams(at syntax.Position, params []syntax.Expr) {
	if len(params) > maxParams {
		f.problem(at, fmt.Sprintf("a function takes more than %d parameters", maxParams), "take a list or a dictionary")
	}
}

// startOf is where a node that may be the top of a long chain shows itself: going to its start would go down the chain.
func startOf(n syntax.Node) syntax.Position {
	switch n := n.(type) {
	case *syntax.BinaryExpr:
		return n.OpPos
	case *syntax.CallExpr:
		return n.Lparen
	case *syntax.IndexExpr:
		return n.Lbrack
	case *syntax.SliceExpr:
		return n.Lbrack
	case *syntax.DotExpr:
		return n.Dot
	case *syntax.IfStmt:
		return n.If
	}
	return syntax.Start(n)
}
