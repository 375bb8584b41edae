package boltfile

import (
	"fmt"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// Release takes the pages of the file that were read out of the memory of the process. They stay in the page cache, so that the next
// look at one costs a page fault and no read; but whoever looks at the process, or limits it, no longer sees all of the file in it, as
// after a walk through everything.
func Release(db *bbolt.DB) error {
	return db.View(func(tx *bbolt.Tx) error { // meanwhile the mapping stays where it is
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("release the pages of %s: %w", db.Path(), errno)
		}
		return nil
	})
}
