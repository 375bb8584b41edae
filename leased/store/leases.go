package store

import (
	"math"

	"go.etcd.io/bbolt"

	"rollcall/leased/engine"
)

// Leases returns leases with after < address <= last for which keep returns true, by address, at most limit of them. last 0
// means the last address there is, limit 0 means all, a nil keep takes every lease.
//
// It reads the disk, in pieces, and never holds up the committer; a lease that changes meanwhile is returned as it is when it is
// reached. A lease may be seen here an instant before its Done.
func (s *Store) Leases(after, last engine.IP, limit int, keep func(*engine.Lease) bool) ([]*engine.Lease, error) {
	if last == 0 {
		last = math.MaxUint32
	}
	if after >= last {
		return nil, nil
	}
	var found []*engine.Lease
	err := s.walk(bucketLeases, appendIP(nil, after+1), (*bbolt.Cursor).Next, func(k, v []byte) (bool, error) {
		l, err := decodeLease(k, v, nil)
		if err != nil {
			return false, s.badRecord(bucketLeases, k, err)
		}
		if l.IP > last {
			return false, nil
		}
		if keep == nil || keep(l) {
			found = append(found, l)
		}
		return limit <= 0 || len(found) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Lease returns the lease of an address on disk and whether there is one.
func (s *Store) Lease(ip engine.IP) (*engine.Lease, bool, error) {
	var lease *engine.Lease
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		k := appendIP(nil, ip)
		v := tx.Bucket(bucketLeases).Get(k)
		if v == nil {
			return nil
		}
		if lease, err = decodeLease(k, v, nil); err != nil {
			return s.badRecord(bucketLeases, k, err)
		}
		return nil
	})
	return lease, lease != nil, err
}
