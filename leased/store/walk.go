package store

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// readStep is how many records one read transaction looks at. Pages that are open to a reader cannot be used again, and a
// file that outgrows its mapping waits for every reader; so a long list is read in pieces.
const readStep = 1024

// walk calls visit for the records of a bucket, beginning with the first whose key is not less than from and moving on with
// step, (*bbolt.Cursor).Next or Prev, until visit returns false or an error. k and v are valid during the call only.
func (s *Store) walk(bucket, from []byte, step func(*bbolt.Cursor) (k, v []byte), visit func(k, v []byte) (bool, error)) error {
	for from != nil {
		err := s.db.View(func(tx *bbolt.Tx) error {
			c := tx.Bucket(bucket).Cursor()
			k, v := c.Seek(from)
			for range readStep {
				if k == nil {
					break
				}
				if more, err := visit(k, v); err != nil || !more {
					from = nil
					return err
				}
				k, v = step(c)
			}
			from = bytes.Clone(k)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
