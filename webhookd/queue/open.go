package queue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	version     = 1
	lockTimeout = 5 * time.Second
	// mapSize is address space, not memory: a larger map never has to wait for readers when the file grows.
	mapSize = 1 << 30
)

var (
	bucketMeta       = []byte("meta")
	bucketDeliveries = []byte("deliveries")
	keyVersion       = []byte("version")
	keyCursor        = []byte("cursor")
)

// openFile opens or creates the file. Its errors name the file and the remedy.
func openFile(path string) (*bbolt.DB, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		if err := verify(path); err != nil {
			return nil, err
		}
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockTimeout,
		NoFreelistSync:  true, // one page less to write in every commit; opening reads the file anyway
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize,
		NoStatistics:    true,
	})
	if err != nil {
		return nil, explain(path, err)
	}
	return db, nil
}

// verify reads every page in use before bbolt opens the file for writing. Without a stored freelist bbolt does that too, but in a
// goroutine of its own, where a damaged page is a panic that nobody can catch.
func verify(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a page that points behind the end of the file
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true, NoStatistics: true})
	if err != nil {
		return explain(path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(_, _ []byte) error { return nil })
		})
	})
}

// explain adds the file and the remedy to what bbolt says.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("open delivery queue %s: another process holds it; is another rollcall webhookd running on this data_dir? %w",
			path, err)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return damaged(path, err)
	}
	return fmt.Errorf("open delivery queue %s: %w", path, err)
}

// damaged wraps what was found wrong with the file.
func damaged(path string, err error) error {
	return fmt.Errorf("open delivery queue %s: the file is damaged: %w; restore it from a backup, or move it away to start with an "+
		"empty queue and the oldest event leased still has", path, err)
}

// prepare creates the buckets of a new file, checks the version of an old one and returns the cursor.
func prepare(db *bbolt.DB, path string) (cursor Position, err error) {
	found, cursor, err := readMeta(db)
	if err == nil && found == 0 {
		err = db.Update(func(tx *bbolt.Tx) error {
			if _, err := tx.CreateBucket(bucketDeliveries); err != nil {
				return err
			}
			meta, err := tx.CreateBucket(bucketMeta)
			if err != nil {
				return err
			}
			found = version
			return meta.Put(keyVersion, binary.BigEndian.AppendUint64(nil, version))
		})
	}
	if err != nil {
		return 0, fmt.Errorf("prepare delivery queue %s: %w", path, err)
	}
	if found != version {
		return 0, fmt.Errorf("open delivery queue %s: it has format %d and this rollcall knows %d; run the newer rollcall, or restore "+
			"the backup made before the upgrade", path, found, version)
	}
	return cursor, nil
}

// readMeta returns the version and the cursor of a file, zero where it has none.
func readMeta(db *bbolt.DB) (found uint64, cursor Position, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			return nil
		}
		if v := meta.Get(keyVersion); len(v) == 8 {
			found = binary.BigEndian.Uint64(v)
		}
		if v := meta.Get(keyCursor); len(v) == 8 {
			cursor = Position(binary.BigEndian.Uint64(v))
		}
		if found == version && tx.Bucket(bucketDeliveries) == nil {
			return errors.New("it has no deliveries bucket; it is not a queue of webhookd")
		}
		return nil
	})
	return found, cursor, err
}
