package store

import (
	"fmt"
	"slices"
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
	take := func(e *engine.Event) bool {
		if keep == nil || keep(e) {
			evs = append(evs, e)
		}
		return limit <= 0 || len(evs) < limit
	}
	for start, more := cursor, true; cursor < log.last && more; {
		before := cursor
		if cursor, more, err = s.eventsBehind(cursor, log.last, take); err != nil {
			return nil, after, err
		}
		if cursor > before {
			continue
		}
		// Trimmed while we were reading. What was found until then counts; the next call says that there is a gap.
		oldest := s.extent().oldest
		switch {
		case cursor > start:
			return evs, cursor, nil
		case oldest <= cursor+1:
			return nil, after, s.file.Damaged(fmt.Errorf("event %d is missing", cursor+1))
		case after > 0:
			return nil, after, tooOld(after, oldest)
		}
		cursor = min(oldest-1, log.last)
		start = cursor
	}
	return evs, cursor, nil
}

// eventsBehind hands the events behind cursor to take, as far as there is no gap, it is not yet last, and take returns true. It
// returns the last one handed over.
func (s *Store) eventsBehind(cursor, last uint64, take func(*engine.Event) bool) (uint64, bool, error) {
	// The tail first: what is not there any more is in the database.
	more := true
	for _, piece := range s.tail.events(cursor + 1) {
		for i := 0; i < len(piece.places) && piece.first+uint64(i) == cursor+1 && cursor < last && more; i++ {
			e, err := piece.event(i)
			if err != nil {
				return cursor, false, err
			}
			cursor++
			more = take(e)
		}
	}
	if cursor == last || !more {
		return cursor, more, nil
	}
	err := s.walk(bucketEvents, appendSequence(nil, cursor+1), (*bbolt.Cursor).Next, func(k, v []byte) (bool, error) {
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, s.badRecord(bucketEvents, k, err)
		}
		if e.Sequence != cursor+1 || cursor == last {
			return false, nil
		}
		cursor++
		more = take(e)
		return more, nil
	})
	return cursor, more, err
}

// NewestEvents returns the newest committed events for which keep returns true, newest first, at most limit of them; limit 0
// means all, a nil keep takes every event.
func (s *Store) NewestEvents(limit int, keep func(*engine.Event) bool) ([]*engine.Event, error) {
	var evs []*engine.Event
	log := s.extent()
	next := log.last
	take := func(e *engine.Event) bool {
		if e.Sequence < log.oldest {
			return false
		}
		next = e.Sequence - 1
		if keep == nil || keep(e) {
			evs = append(evs, e)
		}
		return limit <= 0 || len(evs) < limit
	}
	for _, piece := range slices.Backward(s.tail.events(0)) {
		for i := range slices.Backward(piece.places) {
			if piece.first+uint64(i) != next {
				continue // newer than next, which was looked up before
			}
			e, err := piece.event(i)
			if err != nil {
				return nil, err
			}
			if !take(e) {
				return evs, nil
			}
		}
	}
	if next == 0 {
		return evs, nil
	}
	err := s.walk(bucketEvents, appendSequence(nil, next), (*bbolt.Cursor).Prev, func(k, v []byte) (bool, error) {
		e, err := decodeEvent(k, v)
		if err != nil {
			return false, s.badRecord(bucketEvents, k, err)
		}
		if e.Sequence > next {
			return false, nil // next has been trimmed, and so has everything before it
		}
		return take(e), nil
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
