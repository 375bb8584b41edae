package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Dialect is what files may say. Loops and conditions outside of functions are allowed: they build tables. There is no while
// and no recursion, so that every loop is over something that ends.
var Dialect = syntax.FileOptions{Set: true, TopLevelControl: true}

// loadSite is where a file names another one.
type loadSite struct {
	file *file
	pos  syntax.Position
}

func (s *loadSite) problem(msg, remedy string) { s.file.problem(s.pos, msg, remedy) }

// parse makes a program of the file, after the files that it loads.
func (f *file) parse(g *graph) {
	if len(f.problems) > 0 {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			f.problem(syntax.MakePosition(&f.name, 0, 0), panicked(nil, p).Msg, "")
		}
	}()
	tree, err := Dialect.Parse(f.name, f.text, 0)
	if err != nil {
		f.syntaxError(err)
		return
	}
	f.tree = tree
	if !f.checkShape() {
		return
	}
	if g.loader.Look != nil {
		g.loader.Look(tree)
	}
	for _, stmt := range tree.Stmts {
		if load, ok := stmt.(*syntax.LoadStmt); ok {
			f.load(g, load)
		}
	}
	f.checkConstants()
	r := rewriter{told: g.loader.Tell}
	tree.Stmts = r.stmts(tree.Stmts)
	f.program, err = starlark.FileProgram(tree, g.predeclared.Has)
	if list, ok := errors.AsType[resolve.ErrorList](err); ok {
		slices.SortStableFunc(list, func(a, b resolve.Error) int { return comparePlaces(a.Pos, b.Pos) })
		for _, e := range list[:min(len(list), maxProblems+1)] {
			f.nameError(e, g.predeclared)
		}
	} else if err != nil {
		f.problem(syntax.MakePosition(&f.name, 0, 0), err.Error(), "")
	}
	f.checkRecursion()
	if module, ok := tree.Module.(*resolve.Module); ok {
		for _, b := range module.Globals {
			f.defines[b.First.Name] = true
		}
	}
}

// load adds the file that a statement names, and looks whether it has what is asked of it.
func (f *file) load(g *graph, stmt *syntax.LoadStmt) {
	site := &loadSite{f, stmt.Module.TokenPos}
	module := stmt.ModuleName()
	path, err := resolvePath(f.path, module)
	if err != nil {
		site.problem(err.Error(), "")
		return
	}
	loaded := g.add(f.dir, path, site)
	if loaded == nil || loaded.open {
		return
	}
	f.loads[module] = loaded
	if len(loaded.problems) > 0 {
		// What it defines is not known.
		return
	}
	for _, name := range stmt.From {
		if !loaded.defines[name.Name] {
			f.problem(name.NamePos, fmt.Sprintf("%s does not define %s", loaded.name, name.Name), "")
		}
	}
}

// syntaxError notes what the parser found; it stops at the first.
func (f *file) syntaxError(err error) {
	e, ok := errors.AsType[syntax.Error](err)
	if !ok {
		f.problem(syntax.MakePosition(&f.name, 0, 0), err.Error(), "")
		return
	}
	if strings.HasPrefix(e.Msg, "got newline") && e.Pos.Col == 1 && e.Pos.Line > 1 {
		// The parser is behind it already.
		e.Pos.Line--
		e.Pos.Col = int32(utf8.RuneCountInString(strings.TrimRight(f.line(e.Pos.Line), "\r")) + 1)
	}
	line := f.line(e.Pos.Line)
	e.Pos.Col = int32(tokenStart(e.Msg, line, int(e.Pos.Col)))
	say, remedy := advise(syntaxHabits, e.Msg, line, int(e.Pos.Col))
	if strings.Contains(e.Msg, "indent") && (indentedByTab(line) || e.Pos.Line > 1 && indentedByTab(f.line(e.Pos.Line-1))) {
		remedy += "; a tab counts as eight spaces"
	}
	f.problem(e.Pos, say, remedy)
}

// indentedByTab reports whether a line begins with space in which there is a tab.
func indentedByTab(line string) bool {
	return strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t")
}

// nameError notes what was found when names were looked up.
func (f *file) nameError(e resolve.Error, predeclared starlark.StringDict) {
	say, remedy := advise(nameHabits, e.Msg, f.line(e.Pos.Line), int(e.Pos.Col))
	if name, ok := strings.CutPrefix(e.Msg, "undefined: "); ok && remedy == "" {
		if near := nearest(name, predeclared); near != "" {
			remedy = "did you mean " + near + "?"
		}
	}
	f.problem(e.Pos, say, remedy)
}
