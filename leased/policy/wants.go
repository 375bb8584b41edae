package policy

import (
	"path/filepath"
	"slices"

	"go.starlark.net/syntax"

	"rollcall/leased/policy/value"
)

// wants is what the files look at that costs something to find out. It is read off the attributes that stand anywhere in them: more
// than is looked at in fact, never less.
type wants struct {
	facts  bool            // what is known of the machine
	lookup bool            // what the registration system answered
	loads  map[string]bool // files that are loaded by others
	names  map[string]int  // how often names stand anywhere

	silent map[syntax.Position]syntax.Position // functions that can end without a word, and where
	slips  map[syntax.Position][]slip          // attributes that do not exist, by the hook that reads them
}

// factsOf are the attributes of a request that the message alone does not tell.
var factsOf = value.FactAttributes()

// lookupOf is the one that shows the answer of the registration system.
const lookupOf = "lookup"

// look adds what a file looks at.
func (w *wants) look(f *syntax.File) {
	if w.loads == nil {
		w.loads, w.names, w.silent = map[string]bool{}, map[string]int{}, map[syntax.Position]syntax.Position{}
		w.slips = map[syntax.Position][]slip{}
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.DefStmt:
			if at, ok := silent(n); ok {
				w.silent[n.Def] = at
			}
			if i := slices.Index(hookWords[:], n.Name.Name); i >= 0 {
				w.slips[n.Def] = slips(hookKind(i), n)
			}
		case *syntax.LoadStmt:
			w.loads[filepath.Join(filepath.Dir(f.Path), n.ModuleName())] = true
		case *syntax.DotExpr:
			w.facts = w.facts || slices.Contains(factsOf, n.Name.Name)
			w.lookup = w.lookup || n.Name.Name == lookupOf
		case *syntax.Ident:
			w.names[n.Name]++
			if n.Name == "getattr" { // which names attributes at run time
				w.facts, w.lookup = true, true
			}
		}
		return true
	})
}
