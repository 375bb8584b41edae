package queue

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// ErrBadToken is what List says to a page token it did not make.
var ErrBadToken = errors.New("page token is not one of this service")

// Filter says which deliveries to list; both conditions must hold.
type Filter struct {
	// Endpoint is a name; "" for every endpoint.
	Endpoint string
	// State is Pending or Dead; 0 for both.
	State State
}

// List returns up to limit deliveries by endpoint and, for each, in the order of the log, beginning after the page that gave
// token, or at the start if it is "". Bodies are left out. The next token is "" when there are no more. A delivery is never listed
// twice by one walk through the pages; one that leaves between two pages is not missed.
func (q *Queue) List(f Filter, token string, limit int) (page []Delivery, next string, err error) {
	prefix := []byte(nil)
	if f.Endpoint != "" {
		prefix = append([]byte(f.Endpoint), 0)
	}
	from := prefix
	if token != "" {
		last, err := hex.DecodeString(token)
		if _, _, ok := splitKey(last); err != nil || !ok || !bytes.HasPrefix(last, prefix) {
			return nil, "", ErrBadToken
		}
		from = append(last, 0) // the smallest key after it
	}
	err = q.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketDeliveries).Cursor()
		for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			d, err := unmarshal(k, v)
			if err != nil {
				return err
			}
			if f.State != 0 && d.State != f.State || f.Endpoint != "" && d.Endpoint != f.Endpoint {
				continue
			}
			if len(page) == limit {
				last := page[limit-1]
				next = hex.EncodeToString(key(last.Endpoint, last.Position))
				return nil
			}
			d.Body = nil
			page = append(page, d)
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries: %w", err)
	}
	return page, next, nil
}
