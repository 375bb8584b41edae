package sandbox

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// MaxFile is the size of the largest file, in bytes, MaxFiles how many there may be with those that others load: a symbolic link to its
// own directory is a way to ever more.
const (
	MaxFile  = 1 << 20
	MaxFiles = 256
)

// resolvePath returns the path that a load statement of a file means, relative to the directory that it may not leave.
func resolvePath(from, module string) (string, error) {
	switch {
	case !strings.HasSuffix(module, ".star"):
		return "", fmt.Errorf("a load statement takes a file whose name ends in .star")
	case strings.ContainsAny(module, "\\:\x00"):
		return "", fmt.Errorf("%q is not a path", module)
	}
	path := filepath.Join(filepath.Dir(from), module)
	if filepath.IsAbs(module) || !filepath.IsLocal(path) {
		return "", fmt.Errorf("%s is outside the directory of the policy", module)
	}
	return path, nil
}

// readGiven reads a file that the configuration names, wherever it is.
func readGiven(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return readAll(f)
}

// readLoaded reads a file that another one loads. The directory holds even against symbolic links: what a policy may load is
// what its directory has.
func readLoaded(dir, path string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return readAll(f)
}

func readAll(f *os.File) ([]byte, error) {
	defer f.Close()
	// A pipe or a device would hold up whoever reads it. Opening it has not: see O_NONBLOCK.
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", f.Name())
	}
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}
