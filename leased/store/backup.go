package store

import (
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// Backup hands a copy of the file as of one commit to write: its size in octets, the sequence number of the newest event in it,
// and what puts its octets out. It may be called while Run runs and holds up no commit, but pages that are freed meanwhile are
// not used again, so the file grows while a slow reader takes its time.
func (s *Store) Backup(write func(size int64, last uint64, to io.WriterTo) error) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		return write(tx.Size(), tx.Bucket(bucketEvents).Sequence(), tx)
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", s.file.Path, err)
	}
	return nil
}
