package store

import (
	"errors"
	"fmt"
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

// The reasons why events are not read from a cursor.
const (
	ReasonCursorTooOld = "CURSOR_TOO_OLD"
	ReasonCursorAhead  = "CURSOR_AHEAD"
)

// refusal turns an error of opening path into one that says what to do.
func refusal(path string, err error) error {
	var f *fault.Error
	var pathErr *fs.PathError
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return fault.New(fault.Unavailable, ReasonInUse, "%s is in use by another process; stop that one first", path)
	case errors.As(err, &pathErr):
		return unwritable(path, pathErr.Err)
	}
	return corrupt(path, err)
}

// unwritable refuses a file that the operating system does not let us have.
func unwritable(path string, err error) error {
	remedy := "make the directory and the file writable for the user that leased runs as"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		remedy = "create the directory " + filepath.Dir(path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		remedy = "make room on the disk"
	}
	return fault.New(fault.Precondition, ReasonUnwritable, "%s cannot be opened for writing; %s", path, remedy).Wrap(err)
}

// corrupt refuses a file that contradicts itself.
func corrupt(path string, err error) error {
	return fault.New(fault.Corrupt, ReasonCorrupt, "%s is damaged; restore a backup, or move the file away and start empty: "+
		"the leases of pools with scan are found again by ARP, reservations made through the API are not", path).Wrap(err)
}

// notOurs refuses a file of another program.
func notOurs(path, why string) error {
	return fault.New(fault.Corrupt, ReasonForeign, "%s is no lease database of rollcall (it %s); "+
		"move the file away or choose another data_dir", path, why)
}

// tooNew refuses a file with a layout from the future.
func tooNew(path string, version uint32) error {
	return fault.New(fault.Precondition, ReasonNewer, "%s was written by a newer rollcall (schema %d, this one knows %d); "+
		"run the newer one, or restore a backup made before the upgrade", path, version, schemaVersion)
}

// badRecord says which record is broken.
func badRecord(path string, bucket, key []byte, err error) error {
	return corrupt(path, fmt.Errorf("read record %x of bucket %s: %w", key, bucket, err))
}
