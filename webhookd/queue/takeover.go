package queue

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

// TakeOver stores the deliveries of some events and, in the same transaction, the cursor that has passed these events. Of each
// delivery it takes Endpoint, Position, Kind, Machine, Time and Body; all are due at now. The cursor may move without deliveries,
// and backwards never: that would be a defect of the caller.
func (q *Queue) TakeOver(ctx context.Context, cursor Position, now time.Time, deliveries []Delivery) error {
	if before := q.Cursor(); cursor < before {
		panic(fmt.Sprintf("queue: cursor goes back from %d to %d", before, cursor))
	}
	fresh := make([]Delivery, len(deliveries))
	added := map[string]int{}
	for i, d := range deliveries {
		fresh[i] = Delivery{
			ID: newID(d.Endpoint, d.Position, d.Time), Endpoint: d.Endpoint, Position: d.Position, Kind: d.Kind,
			Machine: d.Machine, State: Pending, Next: now, Time: d.Time, Queued: now, Body: d.Body,
		}
		added[d.Endpoint]++
	}
	died, forgotten := map[string]cut{}, map[string]cut{}
	err := q.do(ctx, func(tx *txn) error {
		for i := range fresh {
			if err := tx.put(&fresh[i]); err != nil {
				return err
			}
		}
		for endpoint, n := range added {
			var err error
			if died[endpoint], err = q.overflow(tx, endpoint, n); err != nil {
				return err
			}
			if forgotten[endpoint], err = q.trim(tx, endpoint, len(died[endpoint].gone)); err != nil {
				return err
			}
		}
		return tx.meta.Put(keyCursor, binary.BigEndian.AppendUint64(nil, uint64(cursor)))
	}, func() {
		q.cursor = cursor
		for i := range fresh {
			d := &fresh[i]
			q.lane(d.Endpoint).add(d.Machine, entry{d.Position, millis(d.Queued)}, millis(d.Next))
		}
		for endpoint := range added {
			q.settle(endpoint, died[endpoint], forgotten[endpoint])
		}
	})
	if err != nil {
		return fmt.Errorf("take over %d deliveries: %w", len(deliveries), err)
	}
	for endpoint := range added {
		q.lost(endpoint, len(died[endpoint].gone), len(forgotten[endpoint].gone))
	}
	return nil
}
