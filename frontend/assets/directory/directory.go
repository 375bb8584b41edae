package directory

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"rollcall/frontend/assets/refusal"
)

// Directory is safe for concurrent use.
type Directory struct {
	path    string
	root    *os.Root
	is      fs.FileInfo
	maxSize int64
}

// Open opens the directory at path, of which files of at most maxSize octets are served.
func Open(path string, maxSize int64) (*Directory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, openError(path, err)
	}
	is, err := root.Stat(".")
	if err != nil {
		root.Close()
		return nil, openError(path, err)
	}
	return &Directory{path: path, root: root, is: is, maxSize: maxSize}, nil
}

// openError says what to do about a directory that cannot be opened.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s; create it, or name another one", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("may not enter the directory %s; let the user of this process read it", path)
	}
	return fmt.Errorf("open the directory: %w", err)
}

// Replaced reports whether another directory is at its path by now. An error, which says what to do, means that none can be seen there.
func (d *Directory) Replaced() (bool, error) {
	is, err := os.Stat(d.path)
	if err != nil {
		return false, openError(d.path, err)
	}
	return !os.SameFile(is, d.is), nil
}

// Close closes the directory; files that were opened stay open. Open fails with [os.ErrClosed] from then on.
func (d *Directory) Close() error { return d.root.Close() }

// File is an open file of known size.
type File struct {
	*os.File
	Size int64
	Time time.Time // when it was changed last
}

// Open opens the file at path, which comes from [Clean], or returns why it is not served. The error tells more where the disk or
// its permissions are at fault, and is [os.ErrClosed] after Close.
func (d *Directory) Open(path string) (File, refusal.Reason, error) {
	// A look first: opening a device can do something to it.
	info, err := d.root.Stat(path)
	if err != nil {
		return File{}, reasonOf(err), beyondClient(err)
	}
	if reason := d.refuse(info); reason != "" {
		return File{}, reason, nil
	}
	// It may be another file by now: without O_NONBLOCK a pipe would hold up the caller for ever.
	f, err := d.root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return File{}, reasonOf(err), beyondClient(err)
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return File{}, refusal.Unreadable, err
	}
	if reason := d.refuse(info); reason != "" {
		f.Close()
		return File{}, reason, nil
	}
	return File{File: f, Size: info.Size(), Time: info.ModTime()}, "", nil
}

func (d *Directory) refuse(info fs.FileInfo) refusal.Reason {
	switch {
	case info.IsDir():
		return refusal.Directory
	case !info.Mode().IsRegular():
		return refusal.Special
	case info.Size() > d.maxSize:
		return refusal.TooLarge
	}
	return ""
}

// reasonOf tells what a client asked for amiss from what is amiss here. A name below a file, and one that no file system takes,
// are those of files that do not exist.
func reasonOf(err error) refusal.Reason {
	var number syscall.Errno
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, syscall.EINVAL):
		return refusal.NotFound
	case errors.Is(err, syscall.ELOOP):
		return refusal.Unreadable
	case !errors.As(err, &number) && !errors.Is(err, fs.ErrClosed):
		return refusal.Outside // os.Root has no name for this error: it is the one that the kernel did not make
	}
	return refusal.Unreadable
}

// beyondClient returns err if it is not the client's doing.
func beyondClient(err error) error {
	if reasonOf(err) == refusal.Unreadable {
		return err
	}
	return nil
}
