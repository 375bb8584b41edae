package sandbox

import (
	"maps"
	"strings"

	"go.starlark.net/starlark"
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
	globals, failure := c.init(f.program, g.predeclared, limits)
	if failure != nil {
		g.failed(f, failure)
		return
	}
	maps.DeleteFunc(globals, func(name string, _ starlark.Value) bool { return strings.HasPrefix(name, hiddenMark) })
	if failure := freeze(globals); failure != nil {
		g.failed(f, failure)
		return
	}
	f.module = &Module{Name: f.name, Globals: globals, Text: f.text}
}

// init runs the top level of a program.
func (c *Caller) init(program *starlark.Program, predeclared starlark.StringDict, limits Limits) (globals starlark.StringDict, failure *Failure) {
	c.begin(limits)
	defer func() {
		if p := recover(); p != nil {
			failure = panicked(nil, p)
		}
	}()
	globals, err := program.Init(&c.thread, predeclared)
	if err != nil {
		return nil, c.failure(err)
	}
	return globals, nil
}

// failed notes why a file could not be run, at the line where that was, which may be one of another file.
func (g *graph) failed(f *file, failure *Failure) {
	p := Problem{Pos: failure.Pos, Msg: failure.Msg}
	for _, at := range g.found {
		if at.name == failure.Pos.Filename() {
			p.Source = at.line(failure.Pos.Line)
		}
	}
	f.problems = append(f.problems, p)
}
