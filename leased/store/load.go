package store

import (
	"go.etcd.io/bbolt"

	storagev1 "rollcall/proto/storage/v1"

	"rollcall/internal/boltfile"
	"rollcall/leased/engine"
)

// Load calls lease for every lease in the order of addresses, then reservation for every reservation in the order of numbers, then
// boot for what is remembered of the boots of every machine. A lease, and what it refers to, is valid during its call only. Load stops
// at the first error; a record that cannot be read is Corrupt DATABASE_CORRUPT and names its key. It is meant to be called once, before Run.
func (s *Store) Load(
	lease func(*engine.Lease) error, reservation func(*engine.Reservation) error, boot func(*engine.BootState) error,
) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		names, l, rec := &interner{}, new(engine.Lease), new(storagev1.LeaseRecord)
		err := tx.Bucket(bucketLeases).ForEach(func(k, v []byte) error {
			if err := readLease(l, rec, k, v, names); err != nil {
				return s.badRecord(bucketLeases, k, err)
			}
			return lease(l)
		})
		if err != nil {
			return err
		}
		err = tx.Bucket(bucketReservations).ForEach(func(k, v []byte) error {
			r, err := decodeReservation(k, v)
			if err != nil {
				return s.badRecord(bucketReservations, k, err)
			}
			return reservation(r)
		})
		boots := tx.Bucket(bucketBoots)
		if err != nil || boots == nil { // of an older version, until something is written
			return err
		}
		return boots.ForEach(func(k, v []byte) error {
			b, err := decodeBoot(k, v)
			if err != nil {
				return s.badRecord(bucketBoots, k, err)
			}
			return boot(b)
		})
	})
	if err != nil {
		return err
	}
	return boltfile.Release(s.db)
}
