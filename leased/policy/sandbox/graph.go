package sandbox

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// fileKey is where a file was looked for: the directory that it may not leave, and the path from there.
type fileKey struct{ dir, path string }

// file is one file on its way to be a module.
type file struct {
	fileKey
	name     string
	text     []byte
	lines    []string
	tree     *syntax.File
	program  *starlark.Program
	loads    map[string]*file
	defines  map[string]bool
	problems []Problem
	// open: the files that it loads are being looked at.
	open bool
	// module is nil until it has run, and where it or what it loads failed.
	module *Module
}

// graph is the files of one Load.
type graph struct {
	loader *Loader
	// predeclared are the names that every file finds.
	predeclared starlark.StringDict
	files       map[fileKey]*file
	// found is in the order in which they are named, sorted in the order in which they must run.
	found, sorted []*file
}

// add looks at a file and what it loads. Where load is not nil, it is the statement that names it, in another file, which has
// the problem if there is none.
func (g *graph) add(dir, path string, load *loadSite) *file {
	key := fileKey{dir, path}
	if f := g.files[key]; f != nil {
		if f.open {
			load.problem("the files load each other in a circle: "+g.circle(f), "move what both need into a third file")
		}
		return f
	}
	if len(g.files) == MaxFiles && load != nil {
		load.problem(fmt.Sprintf("there are more than %d files", MaxFiles), "put some of them together")
		return nil
	}
	f := &file{fileKey: key, name: filepath.Join(dir, path), loads: map[string]*file{}, defines: map[string]bool{}}
	if err := f.read(g.loader.Read, load != nil); err != nil {
		if load != nil {
			load.problem(fmt.Sprintf("cannot load %s: %s", f.name, err), "")
			return nil
		}
		f.problem(syntax.MakePosition(&f.name, 0, 0), "cannot be read: "+err.Error(), "")
	}
	g.files[key] = f
	g.found = append(g.found, f)
	f.open = true
	f.parse(g)
	f.open = false
	g.sorted = append(g.sorted, f)
	return f
}

func (f *file) read(read func(string) ([]byte, error), loaded bool) (err error) {
	switch {
	case read != nil:
		f.text, err = read(f.name)
	case loaded:
		f.text, err = readLoaded(f.dir, f.path)
	default:
		f.text, err = readGiven(f.name)
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		// Its own message names the path once more.
		err = e.Err
	}
	if err == nil && len(f.text) > MaxFile {
		err = fmt.Errorf("it is larger than %d bytes", MaxFile)
	}
	f.text = bytes.TrimPrefix(f.text, []byte("\ufeff")) // what some editors begin a file with
	return err
}

// circle names the files from f on that are open, and f again.
func (g *graph) circle(f *file) string {
	var names []string
	for _, one := range g.found[slices.Index(g.found, f):] {
		if one.open {
			names = append(names, one.name)
		}
	}
	return strings.Join(append(names, f.name), ", ")
}

// errors returns what is wrong with all files, nil for nothing.
func (g *graph) errors() error {
	var all []Problem
	for _, f := range g.found {
		slices.SortStableFunc(f.problems, func(a, b Problem) int { return comparePlaces(a.Pos, b.Pos) })
		all = append(all, f.problems...)
	}
	if len(all) == 0 {
		return nil
	}
	return &Errors{List: all}
}

func comparePlaces(a, b syntax.Position) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// maxProblems is how many mistakes of one file are told. Who has that many has one mistake.
const maxProblems = 100

// problem notes a mistake in f.
func (f *file) problem(pos syntax.Position, msg, remedy string) {
	switch n := len(f.problems); {
	case n < maxProblems:
		// What a file says is quoted in there.
		f.problems = append(f.problems, Problem{Pos: pos, Msg: oneLine(msg), Remedy: remedy, Source: f.line(pos.Line)})
	case n == maxProblems:
		f.problems = append(f.problems, Problem{Pos: pos, Msg: "and so on"})
	}
}

// line returns the text of a line, which counts from 1.
func (f *file) line(n int32) string {
	if f.lines == nil {
		f.lines = strings.Split(string(f.text), "\n")
	}
	if n < 1 || int(n) > len(f.lines) {
		return ""
	}
	return strings.TrimRight(f.lines[n-1], "\r")
}
