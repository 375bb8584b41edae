package queue

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
)

const version = 1

var (
	bucketMeta       = []byte("meta")
	bucketDeliveries = []byte("deliveries")
	keyVersion       = []byte("version")
	keyCursor        = []byte("cursor")
)

// fileAt is the delivery queue at path.
func fileAt(path string) boltfile.File {
	return boltfile.File{
		Path: path, Kind: "delivery queue", Owner: "webhookd", Create: createSchema,
		Loss: "deliveries begin again with the oldest event that leased still has",
	}
}

// createSchema makes the buckets of an empty file.
func createSchema(tx *bbolt.Tx) error {
	if _, err := tx.CreateBucket(bucketDeliveries); err != nil {
		return fmt.Errorf("create bucket deliveries: %w", err)
	}
	meta, err := tx.CreateBucket(bucketMeta)
	if err != nil {
		return fmt.Errorf("create bucket meta: %w", err)
	}
	if err := meta.Put(keyVersion, binary.BigEndian.AppendUint64(nil, version)); err != nil {
		return fmt.Errorf("write version: %w", err)
	}
	return nil
}

// readMeta returns the cursor, zero where there is none yet, or refuses a file that is not ours or has a layout this program does
// not know.
func readMeta(tx *bbolt.Tx, file boltfile.File) (Position, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return 0, file.Foreign("has no bucket meta")
	}
	v := meta.Get(keyVersion)
	if len(v) != 8 {
		return 0, file.Foreign("has no version")
	}
	if found := binary.BigEndian.Uint64(v); found > version {
		return 0, file.Newer(found, version)
	} else if found == 0 {
		return 0, file.Foreign("has version 0")
	}
	if tx.Bucket(bucketDeliveries) == nil {
		return 0, file.Foreign("has no bucket deliveries")
	}
	cursor := meta.Get(keyCursor)
	if cursor == nil {
		return 0, nil
	}
	if len(cursor) != 8 {
		return 0, file.Damaged(fmt.Errorf("the cursor has %d octets instead of 8", len(cursor)))
	}
	return Position(binary.BigEndian.Uint64(cursor)), nil
}
