package cli

import (
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// column is one property of a kind of thing: its name for programs, its heading for people, and its value.
type column[T any] struct {
	// key is its name in JSON and in the header of CSV, in snake_case.
	key string
	// head is its heading in tables; "" leaves it to JSON and CSV.
	head string
	// value is a string, bool, uint32, uint64, time.Time, time.Duration or document. The zero time is absent: null in JSON, empty
	// elsewhere.
	value func(T) any
	// cell is its text in tables where that differs from the value's own: relative times, mostly.
	cell func(v T, now time.Time) string
	// lines are its text, line by line, where a thing is shown alone.
	lines func(v T) []string
}

// cellOf returns the text of a column in a table.
func (c column[T]) cellOf(v T, now time.Time) string {
	if c.cell != nil {
		return printable(c.cell(v, now))
	}
	switch x := c.value(v).(type) {
	case time.Time:
		return relative(x, now)
	case time.Duration:
		if x == 0 {
			return ""
		}
		return span(x)
	case bool:
		if !x {
			return ""
		}
		return "yes"
	default:
		return printable(plain(x))
	}
}

// right reports whether a table aligns the column to the right: numbers, so that their sizes compare at a glance.
func (c column[T]) right() bool {
	if c.cell != nil {
		return false
	}
	var zero T
	switch c.value(zero).(type) {
	case uint32, uint64:
		return true
	}
	return false
}

// plain writes a value without units or zone of the reader's: what CSV holds.
func plain(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case uint32:
		return strconv.FormatUint(uint64(x), 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return strconv.FormatInt(int64(x/time.Second), 10)
	case document:
		if x.node == nil {
			return ""
		}
		return string(x.json())
	default:
		panic(fmt.Sprintf("cli: column of type %T", v))
	}
}

// jsonValue returns what encoding/json should write for a value.
func jsonValue(v any) any {
	switch x := v.(type) {
	case time.Time:
		if x.IsZero() {
			return nil
		}
		return plain(x)
	case time.Duration:
		return int64(x / time.Second)
	case document:
		return x.json()
	default:
		return x
	}
}

// instant returns a timestamp of the API; the zero time where it is absent.
func instant(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// printable replaces what could move the cursor or recolour the terminal: names come from clients, and clients may be
// hostile.
func printable(s string) string {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			q := strconv.Quote(s)
			return q[1 : len(q)-1]
		}
	}
	return s
}
