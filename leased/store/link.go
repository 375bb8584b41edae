package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"rollcall/leased/journal"
)

// link is what the database says of its journal. It changes in the same transaction as what it speaks of.
type link struct {
	// journal is the id of the journal; zero before the first one.
	journal journal.ID
	// applied is the number of the last group that the database has, and with it all before.
	applied uint64
	// ahead is set while the journal may have groups that the database does not. It is unset by a clean stop and in copies that
	// [Store.Backup] makes: those need no journal.
	ahead bool
}

// readLink reads the link; a file of version 1 has none.
func readLink(meta *bbolt.Bucket) (l link, err error) {
	id, applied, ahead := meta.Get(keyJournal), meta.Get(keyApplied), meta.Get(keyAhead)
	if id == nil && applied == nil && ahead == nil {
		return l, nil
	}
	if len(id) != len(l.journal) || len(applied) != 8 || len(ahead) != 1 || ahead[0] > 1 {
		return l, errors.New("read bucket meta: what it says of the journal makes no sense")
	}
	return link{journal.ID(id), binary.BigEndian.Uint64(applied), ahead[0] == 1}, nil
}

// put writes the link, and makes a file of an older version one of this version with it.
func (l link) put(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	ahead := []byte{0}
	if l.ahead {
		ahead[0] = 1
	}
	err := errors.Join(meta.Put(keyJournal, l.journal[:]), meta.Put(keyApplied, binary.BigEndian.AppendUint64(nil, l.applied)),
		meta.Put(keyAhead, ahead))
	if err != nil {
		return fmt.Errorf("write how far the database is: %w", err)
	}
	if _, err := tx.CreateBucketIfNotExists(bucketBoots); err != nil {
		return fmt.Errorf("create bucket boots: %w", err)
	}
	return putSchemaVersion(meta)
}
