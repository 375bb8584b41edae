package store

import (
	"math"

	"go.etcd.io/bbolt"

	"rollcall/leased/engine"
)

// Leases returns leases with after < address <= last for which keep returns true, by address, at most limit of them. last 0
// means the last address there is, limit 0 means all, a nil keep takes every lease.
//
// It reads what is durable, in pieces, and holds up no commit; a lease that changes meanwhile is returned as it was before or
// after. A lease may be seen here an instant before its Done.
func (s *Store) Leases(after, last engine.IP, limit int, keep func(*engine.Lease) bool) ([]*engine.Lease, error) {
	if last == 0 {
		last = math.MaxUint32
	}
	if after >= last {
		return nil, nil
	}
	var found []*engine.Lease
	visit := func(key, value []byte) (bool, error) {
		l, err := decodeLease(key, value)
		if err != nil {
			return false, s.badRecord(bucketLeases, key, err)
		}
		if keep == nil || keep(l) {
			found = append(found, l)
		}
		return limit <= 0 || len(found) < limit, nil
	}
	r := leaseRange{next: uint64(after) + 1, last: uint64(last)}
	for r.next <= r.last {
		if err := r.piece(s, visit); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Lease returns the durable lease of an address and whether there is one.
func (s *Store) Lease(ip engine.IP) (*engine.Lease, bool, error) {
	key := appendIP(nil, ip)
	decode := func(value []byte) (*engine.Lease, bool, error) {
		lease, err := decodeLease(key, value)
		if err != nil {
			return nil, false, s.badRecord(bucketLeases, key, err)
		}
		return lease, true, nil
	}
	if value := s.tail.lease(ip); value != nil { // the tail first: see there
		return decode(value)
	}
	var lease *engine.Lease
	found := false
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		if value := tx.Bucket(bucketLeases).Get(key); value != nil {
			lease, found, err = decode(value)
		}
		return err
	})
	return lease, found, err
}

// leaseRange is a walk through the leases of a range, in the tail and in the database together. next is the address to go on with;
// it is greater than last when the walk is over.
type leaseRange struct{ next, last uint64 }

// piece visits some leases more, or ends the walk when visit returns false.
func (r *leaseRange) piece(s *Store, visit func(key, value []byte) (bool, error)) error {
	bound := r.last
	fresh := s.tail.addresses(engine.IP(r.next), engine.IP(r.last), readStep)
	if len(fresh) == readStep {
		bound = uint64(fresh[readStep-1])
	}
	// Nil is what has left the tail since: the transaction, which begins later, has it.
	values := make([][]byte, len(fresh))
	for i, ip := range fresh {
		values[i] = s.tail.lease(ip)
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketLeases).Cursor()
		k, v := c.Seek(appendIP(nil, engine.IP(r.next)))
		for range readStep {
			at, value := bound+1, []byte(nil)
			if k != nil {
				ip, err := decodeIP(k)
				if err != nil {
					return s.badRecord(bucketLeases, k, err)
				}
				at, value = min(at, uint64(ip)), v
			}
			if at <= bound && (len(fresh) == 0 || at <= uint64(fresh[0])) {
				k, v = c.Next()
			}
			if len(fresh) > 0 && uint64(fresh[0]) <= at {
				if newer := values[0]; newer != nil || uint64(fresh[0]) < at {
					value = newer
				}
				at = uint64(fresh[0])
				fresh, values = fresh[1:], values[1:]
			}
			if at > bound {
				r.next = at
				return nil
			}
			r.next = at + 1
			if value == nil {
				continue
			}
			if more, err := visit(appendIP(nil, engine.IP(at)), value); err != nil || !more {
				r.next = r.last + 1
				return err
			}
		}
		return nil
	})
}
