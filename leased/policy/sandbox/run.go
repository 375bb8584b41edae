package sandbox

import (
	"maps"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// run runs all files, each once, those that are loaded before those that load them.
func (g *graph) run() {
	c := NewCaller(nil)
	c.Print = g.loader.Print
	limits := g.loader.Limits
	if limits == (Limits{}) {
		limits = LoadLimits
	}
	for _, f := range g.sorted {
		if f.ready() {
			g.runFile(c, f, limits)
		}
	}
}

// ready: all that it loads is there. Where that failed, what this file would say is not worth knowing.
func (f *file) ready() bool {
	for _, loaded := range f.loads {
		if loaded.module == nil {
			return false
		}
	}
	return true
}

func (g *graph) runFile(c *Caller, f *file, limits Limits) {
	c.thread.Load = func(_ *starlark.Thread, module string) (starlark.StringDict, error) {
		return f.loads[module].module.Globals, nil
	}
	globals, from, failure := c.init(f.program, g.predeclared, limits)
	if failure != nil {
		g.failed(f, failure, from)
		return
	}
	maps.DeleteFunc(globals, func(name string, _ starlark.Value) bool { return strings.HasPrefix(name, hiddenMark) })
	if failure := freeze(globals); failure != nil {
		g.failed(f, failure, failure.Pos)
		return
	}
	f.module = &Module{Name: f.name, Globals: globals, Text: f.text}
}

// init runs the top level of a program. Where that fails, from is the line of the top level.
func (c *Caller) init(program *starlark.Program, predeclared starlark.StringDict, limits Limits) (globals starlark.StringDict, from syntax.Position, failure *Failure) {
	c.begin(limits)
	defer func() {
		if p := recover(); p != nil {
			failure = panicked(nil, p)
		}
	}()
	globals, err := program.Init(&c.thread, predeclared)
	if err != nil {
		failure = c.failure(err)
		from = failure.Pos
		if stack := stackOf(err); len(stack) > 0 {
			from = stack[0].Pos
		}
		return nil, from, failure
	}
	return globals, from, nil
}

// failed notes why a file could not be run, at the line where that was, which may be one of another file.
func (g *graph) failed(f *file, failure *Failure, from syntax.Position) {
	p := Problem{Pos: failure.Pos, Msg: failure.Msg, Remedy: failure.Remedy}
	if from != failure.Pos {
		p.Remedy = "called from " + from.String()
	}
	for _, at := range g.found {
		if at.name == failure.Pos.Filename() {
			p.Source = at.line(failure.Pos.Line)
		}
	}
	f.problems = append(f.problems, p)
}
