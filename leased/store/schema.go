package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"go.etcd.io/bbolt"

	"rollcall/internal/boltfile"
)

// schemaVersion is the version of the layout in doc.go. Fields of records may be added without raising it; it is raised when
// a program that knows only the old one would lose or misread something: version 2 came with the journal, version 3 with boots, which
// an older program would leave out of the journal and boot machines again that are done.
const schemaVersion = 3

// The buckets, and the keys in meta.
var (
	bucketMeta         = []byte("meta")
	bucketLeases       = []byte("leases")
	bucketReservations = []byte("reservations")
	bucketEvents       = []byte("events")
	bucketBoots        = []byte("boots")

	keySchema  = []byte("schema")
	keyID      = []byte("id")
	keyJournal = []byte("journal")
	keyApplied = []byte("applied")
	keyAhead   = []byte("ahead")
)

// fileAt is the lease database at path.
func fileAt(path string) boltfile.File {
	return boltfile.File{
		Path: path, Kind: "lease database", Owner: "leased", Create: createSchema,
		Loss: "the leases of pools with scan are found again by ARP, reservations made through the API are not",
	}
}

// createSchema makes the buckets of an empty file and gives it its id.
func createSchema(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketLeases, bucketReservations, bucketEvents, bucketBoots} {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("create bucket %s: %w", name, err)
		}
	}
	meta, err := tx.CreateBucket(bucketMeta)
	if err != nil {
		return fmt.Errorf("create bucket meta: %w", err)
	}
	var id [16]byte
	rand.Read(id[:])
	if err := meta.Put(keyID, []byte(hex.EncodeToString(id[:]))); err != nil {
		return fmt.Errorf("write id: %w", err)
	}
	return putSchemaVersion(meta)
}

func putSchemaVersion(meta *bbolt.Bucket) error {
	if err := meta.Put(keySchema, binary.BigEndian.AppendUint32(nil, schemaVersion)); err != nil {
		return fmt.Errorf("write schema version: %w", err)
	}
	return nil
}

// readSchema returns the id of the file, or refuses a file that is not ours or has a layout this program does not know.
func readSchema(tx *bbolt.Tx, file boltfile.File) (string, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return "", file.Foreign("has no bucket meta")
	}
	v := meta.Get(keySchema)
	if len(v) != 4 {
		return "", file.Foreign("has no schema version")
	}
	version := binary.BigEndian.Uint32(v)
	if version > schemaVersion {
		return "", file.Newer(uint64(version), schemaVersion)
	} else if version == 0 {
		return "", file.Foreign("has schema version 0")
	}
	buckets := [][]byte{bucketLeases, bucketReservations, bucketEvents}
	if version >= 3 {
		buckets = append(buckets, bucketBoots)
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return "", file.Foreign("has no bucket " + string(name))
		}
	}
	id := string(meta.Get(keyID))
	if len(id) != 32 {
		return "", file.Foreign("has no id")
	}
	return id, nil
}

// badRecord says which record is broken.
func (s *Store) badRecord(bucket, key []byte, err error) error {
	return s.file.Damaged(fmt.Errorf("read record %x of bucket %s: %w", key, bucket, err))
}
