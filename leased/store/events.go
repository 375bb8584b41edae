package store

import (
	"strconv"

	"go.etcd.io/bbolt"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
)

// The reasons why events are not read from a cursor.
const (
	ReasonCursorTooOld = "CURSOR_TOO_OLD"
	ReasonCursorAhead  = "CURSOR_AHEAD"
)

// Events returns committed events with a sequence number greater than after for which keep returns true, oldest first, at
// most limit of them. after 0 begins with the oldest one kept, limit 0 means all, a nil keep takes every event. cursor is
// the last event looked at: the after of the next call, and LastSequence once the end is reached.
//
// A cursor older than the log is Range CURSOR_TOO_OLD with the metadata "oldest", the smallest cursor that can be read from.
// A cursor newer than the log was given by another file and is Range CURSOR_AHEAD with "newest", the newest event.
func (s *Store) Events(after uint64, limit int, keep func(*engine.Event) bool) (evs []*engine.Event, cursor uint64, err error) {
	// What is newer than last may be on its way to the disk, and a crash could still take it back: bbolt shows a transaction
	// to readers before its last sync.
	log := s.extent()
	switch {
	case after > log.last:
		return nil, after, ahead(after, log.last)
	case after == log.last:
		return nil, after, nil
	case after+1 >= log.oldest:
		cursor = after
	case after == 0:
		cursor = log.oldest - 1
	default:
		return nil, after, tooOld(after, log.oldest)
	}
	start := cursor
	err = s.walk(bucketEvents, appendSequence(nil, cursor+1), (*bbolt.Cursor).Next, func(k, v []byte) (bool, error) {
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, s.badRecord(bucketEvents, k, err)
		}
		if e.Sequence > log.last {
			return false, nil
		}
		if e.Sequence != cursor+1 {
			// Trimmed while we were reading. What was found until then counts; the next call says that there is a gap.
			if cursor > start {
				return false, nil
			}
			if after > 0 {
				return false, tooOld(after, e.Sequence)
			}
		}
		cursor = e.Sequence
		if keep == nil || keep(e) {
			evs = append(evs, e)
		}
		return limit <= 0 || len(evs) < limit, nil
	})
	if err != nil {
		return nil, after, err
	}
	return evs, cursor, nil
}

// NewestEvents returns the newest committed events for which keep returns true, newest first, at most limit of them; limit 0
// means all, a nil keep takes every event.
func (s *Store) NewestEvents(limit int, keep func(*engine.Event) bool) ([]*engine.Event, error) {
	var evs []*engine.Event
	next := s.extent().last
	err := s.walk(bucketEvents, appendSequence(nil, next), (*bbolt.Cursor).Prev, func(k, v []byte) (bool, error) {
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, s.badRecord(bucketEvents, k, err)
		}
		if e.Sequence > next {
			return false, nil // next has been trimmed, and so has everything before it
		}
		next = e.Sequence - 1
		if keep == nil || keep(e) {
			evs = append(evs, e)
		}
		return limit <= 0 || len(evs) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return evs, nil
}

// tooOld says that the log begins with event first, later than a reader at after needs.
func tooOld(after, first uint64) error {
	return fault.New(fault.Range, ReasonCursorTooOld,
		"not all events after %d are kept, the log begins with event %d; start from cursor %d", after, first, first-1).
		With("oldest", strconv.FormatUint(first-1, 10))
}

// ahead says that event after has not happened in this log, whose newest is last.
func ahead(after, last uint64) error {
	return fault.New(fault.Range, ReasonCursorAhead,
		"event %d has not happened, the newest is %d: the cursor is of another database; start from cursor 0", after, last).
		With("newest", strconv.FormatUint(last, 10))
}
