package boltfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// lockTimeout is how long to wait for a process that is just ending.
	lockTimeout = 5 * time.Second
	// mapSize is reserved in the address space, not in memory or on disk. Up to it the file grows without a remap, for which
	// the writer would have to wait for every reader.
	mapSize  = 1 << 30
	fileMode = 0o600
)

// File is a bbolt file, and what to say of it when it cannot be used.
type File struct {
	// Path is where it is. The directory must exist.
	Path string
	// Kind says what it is, such as "lease database".
	Kind string
	// Owner is the service that it belongs to, such as "leased".
	Owner string
	// Loss says what starting with an empty file costs, as the end of a sentence.
	Loss string
	// Create fills an empty file.
	Create func(*bbolt.Tx) error
}

// Open opens the file for writing, or creates it. It waits up to 5 s for a process that still has it, and reads every page in use
// once. Its errors are faults that name the file and the remedy: Unavailable [ReasonInUse], Corrupt [ReasonCorrupt] or
// Precondition [ReasonUnwritable].
func (f File) Open() (*bbolt.DB, error) {
	db, err := f.open()
	if err != nil {
		return nil, f.refusal(err)
	}
	return db, nil
}

func (f File) open() (*bbolt.DB, error) {
	if info, err := os.Stat(f.Path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		if err := f.create(); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	if err := verify(f.Path); err != nil {
		return nil, err
	}
	return openBolt(f.Path)
}

// create makes the file under another name and renames it once it is whole.
func (f File) create() error {
	part := f.Path + ".new"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := openBolt(part)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(f.Create), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, f.Path); err != nil {
		return &fs.PathError{Op: "rename", Path: part, Err: err}
	}
	return syncDir(filepath.Dir(f.Path))
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// openBolt opens a file for writing. bbolt panics where it finds what the verifier overlooked; that becomes an error, and the
// lock is given back.
func openBolt(path string) (db *bbolt.DB, err error) {
	var file *os.File
	defer func() {
		if p := recover(); p != nil {
			if file != nil {
				// The mapping stays and with it the lock, if it were not given back here.
				_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
				_ = file.Close()
			}
			db, err = nil, fmt.Errorf("open database: %v", p)
		}
	}()
	return bbolt.Open(path, fileMode, &bbolt.Options{
		Timeout: lockTimeout,
		// The list of free pages is found by a scan when the file is opened instead of being written with each commit.
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize,
		NoStatistics:    true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
}
