package store

import (
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// trimEvery is how often the log is trimmed when nothing is committed.
	trimEvery = time.Minute
	// trimStep bounds what one transaction trims when there is nothing to write; others may trim twice what they write.
	trimStep = 512
	// trimSlack and trimDelay let the log outgrow its bounds a little, so that transactions trim a page now and then and not a
	// record each time.
	trimSlack = 64
	trimDelay = time.Minute
)

// eventLog is the extent of a log: events oldest to last are kept. It is empty when oldest is last+1.
type eventLog struct {
	oldest, last uint64
	// oldestTime is the time of event oldest in unix microseconds; it means nothing for an empty log.
	oldestTime int64
}

func (l eventLog) count() uint64 { return l.last + 1 - l.oldest }

// retention says how many events are kept and how long; 0 is no bound.
type retention struct {
	count uint64
	age   time.Duration
}

// excess reports whether event seq of that time is one too many in l.
func (r retention) excess(l eventLog, seq uint64, at int64, now time.Time) bool {
	return r.count > 0 && l.last-seq >= r.count || r.age > 0 && at < now.Add(-r.age).UnixMicro()
}

// slack returns the bounds that commits keep to.
func (r retention) slack() retention {
	if r.count > 0 {
		r.count += trimSlack
	}
	if r.age > 0 {
		r.age += trimDelay
	}
	return r
}

// floor returns the oldest event that the count allows in a log that ends with event last.
func (r retention) floor(last uint64) uint64 {
	if r.count == 0 || last < r.count {
		return 1
	}
	return last + 1 - r.count
}

// due reports whether there is something to trim.
func (r retention) due(l eventLog, now time.Time) bool {
	return l.count() > 0 && r.excess(l, l.oldest, l.oldestTime, now)
}

// trim deletes the oldest events that are too many or too old, at most limit, and notes in l what is left. Age is
// measured by the wall clock: one that is set back keeps events longer, one that is set forward drops them early.
func (r retention) trim(tx *bbolt.Tx, l *eventLog, now time.Time, limit int) error {
	bucket := tx.Bucket(bucketEvents)
	first, left := l.oldest, *l
	left.oldest = l.last + 1
	c := bucket.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		seq, err := decodeSequence(k)
		if err != nil {
			return fmt.Errorf("read event %x: %w", k, err)
		}
		at, err := eventTime(v)
		if err != nil {
			return fmt.Errorf("read event %x: %w", k, err)
		}
		if seq-first >= uint64(limit) || !r.excess(*l, seq, at, now) {
			left.oldest, left.oldestTime = seq, at
			break
		}
	}
	// Only now: deleting under a cursor makes it skip keys.
	var key [8]byte
	for seq := first; seq < left.oldest; seq++ {
		if err := bucket.Delete(appendSequence(key[:0], seq)); err != nil {
			return fmt.Errorf("delete event %d: %w", seq, err)
		}
	}
	*l = left
	return nil
}
