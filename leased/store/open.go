package store

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
	// the committer would have to wait for every reader.
	mapSize  = 1 << 30
	fileMode = 0o600
)

// openFile opens the database at path, creating it if there is none.
func openFile(path string) (*bbolt.DB, error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		if err := createFile(path); err != nil {
			return nil, refusal(path, err)
		}
	} else if err != nil {
		return nil, refusal(path, err)
	}
	if err := verifyFile(path); err != nil {
		return nil, refusal(path, err)
	}
	db, err := openBolt(path)
	if err != nil {
		return nil, refusal(path, err)
	}
	return db, nil
}

// createFile makes the file under another name and renames it once it is whole, so that a crash at any point leaves no half
// file. The directory is synced: without that a power failure may take a whole file that already holds leases.
func createFile(path string) error {
	part := path + ".new"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := openBolt(part)
	if err != nil {
		return err
	}
	if err := db.Update(createSchema); err != nil {
		_ = db.Close()
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return &fs.PathError{Op: "rename", Path: part, Err: err}
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// verifyFile checks the structure of the file. It holds bbolt's lock meanwhile, shared, so that nobody writes.
func verifyFile(path string) error {
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout})
	if err != nil {
		return err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		pageSize := db.Info().PageSize
		v := verifier{file: file, pageSize: pageSize, pages: uint64(tx.Size()) / uint64(pageSize), seen: map[uint64]struct{}{}}
		return v.tree(uint64(tx.Cursor().Bucket().RootPage()), nil, nil)
	})
	return errors.Join(err, db.Close())
}

// openBolt opens the file for writing. bbolt panics where it finds what the verifier overlooked; that becomes an error, and
// the lock is given back.
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
