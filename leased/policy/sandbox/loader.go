package sandbox

import (
	"maps"
	"path/filepath"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Module is a loaded file. Its values are frozen: any number of goroutines may use them.
type Module struct {
	// Name is the file's as given.
	Name string
	// Globals are what it defines.
	Globals starlark.StringDict
	// Text is its source.
	Text []byte
}

// Loader loads files. A file loads others from its own directory and those below it, with load("name.star", "what").
type Loader struct {
	// Read returns the content of a file, by its name as given to Load or as a load statement resolves it. Nil reads from the
	// disk, and there follows no symbolic link out of the directory for a load statement.
	Read func(name string) ([]byte, error)
	// Predeclared are the names that files find there besides those of the language.
	Predeclared starlark.StringDict
	// Look, unless it is nil, sees each file as it was parsed, those too that others load.
	Look func(f *syntax.File)
	// Tell are the names of functions that tell a Caller where they return; see Caller.Follow.
	Tell []string
	// Limits of the loading of each file; the zero value is LoadLimits.
	Limits Limits
	// Print takes what print says while files are loaded; nil for nowhere.
	Print func(pos syntax.Position, msg string)
}

// Load loads files in order, and what they load; it returns those that were named. On error, it is *Errors with all the mistakes
// of all files: those of syntax and names first; only where there are none are the files run.
func (l *Loader) Load(names ...string) ([]*Module, error) {
	g := &graph{loader: l, predeclared: starlark.StringDict{}, files: map[fileKey]*file{}}
	for _, names := range []starlark.StringDict{universe, l.Predeclared, guards} {
		maps.Copy(g.predeclared, names)
	}
	given := make([]*file, len(names))
	for i, name := range names {
		name = filepath.Clean(name)
		given[i] = g.add(filepath.Dir(name), filepath.Base(name), nil)
	}
	if err := g.errors(); err != nil {
		return nil, err
	}
	g.run()
	if err := g.errors(); err != nil {
		return nil, err
	}
	modules := make([]*Module, len(given))
	for i, f := range given {
		modules[i] = f.module
	}
	return modules, nil
}
