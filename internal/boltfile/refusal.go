package boltfile

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"rollcall/internal/fault"
)

// The reasons why a file is not opened or not read.
const (
	ReasonInUse      = "DATABASE_IN_USE"
	ReasonCorrupt    = "DATABASE_CORRUPT"
	ReasonForeign    = "DATABASE_FOREIGN"
	ReasonNewer      = "DATABASE_NEWER"
	ReasonUnwritable = "DATABASE_UNWRITABLE"
)

// Damaged refuses a file that contradicts itself.
func (f File) Damaged(err error) error {
	return fault.New(fault.Corrupt, ReasonCorrupt, "%s is damaged; restore a backup, or move the file away and start empty: %s",
		f.Path, f.Loss).Wrap(err)
}

// Foreign refuses a file of another program. why goes on after "it".
func (f File) Foreign(why string) error {
	return fault.New(fault.Corrupt, ReasonForeign, "%s is no %s of rollcall (it %s); move the file away or choose another data_dir",
		f.Path, f.Kind, why)
}

// Newer refuses a file whose layout has a version from the future.
func (f File) Newer(version, known uint64) error {
	return fault.New(fault.Precondition, ReasonNewer, "%s was written by a newer rollcall (schema %d, this one knows %d); "+
		"run the newer one, or restore a backup made before the upgrade", f.Path, version, known)
}

// refusal turns an error of opening the file into one that says what to do.
func (f File) refusal(err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return fault.New(fault.Unavailable, ReasonInUse, "%s is in use by another process; stop that one first", f.Path)
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return f.unwritable(pathErr.Err)
	}
	return f.Damaged(err)
}

// unwritable refuses a file that the operating system does not let us have.
func (f File) unwritable(err error) error {
	remedy := "make the directory and the file writable for the user that " + f.Owner + " runs as"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		remedy = "create the directory " + filepath.Dir(f.Path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		remedy = "make room on the disk"
	}
	return fault.New(fault.Precondition, ReasonUnwritable, "%s cannot be opened for writing; %s", f.Path, remedy).Wrap(err)
}
