package value

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/engine"
)

// Time is a moment in UTC unix seconds. Of two moments the later one is greater; their difference is in seconds, and seconds can be
// added and taken off.
type Time int64

var timeObject = newObject("Time", "a moment, in UTC; str() writes it as RFC 3339 does", []attribute[Time]{
	{name: "unix", doc: "seconds since 1970", read: func(t Time) starlark.Value { return starlark.MakeInt64(int64(t)) }},
	{name: "year", doc: "the year", read: func(t Time) starlark.Value { return starlark.MakeInt(t.utc().Year()) }},
	{name: "month", doc: "the month, 1 to 12",
		read: func(t Time) starlark.Value { return starlark.MakeInt(int(t.utc().Month())) }},
	{name: "day", doc: "the day of the month, 1 to 31",
		read: func(t Time) starlark.Value { return starlark.MakeInt(t.utc().Day()) }},
	{name: "hour", doc: "the hour, 0 to 23", read: func(t Time) starlark.Value { return starlark.MakeInt(t.utc().Hour()) }},
	{name: "minute", doc: "the minute, 0 to 59", read: func(t Time) starlark.Value { return starlark.MakeInt(t.utc().Minute()) }},
	{name: "second", doc: "the second, 0 to 59", read: func(t Time) starlark.Value { return starlark.MakeInt(t.utc().Second()) }},
	{name: "weekday", doc: "the day of the week, 0 (Monday) to 6 (Sunday)", read: func(t Time) starlark.Value {
		return starlark.MakeInt((int(t.utc().Weekday()) + 6) % 7)
	}},
})

// moment is Time for unix seconds, None for none and for never.
func moment(sec int64) starlark.Value {
	if sec == 0 || sec == engine.Never {
		return starlark.None
	}
	return Time(sec)
}

func (t Time) utc() time.Time { return time.Unix(int64(t), 0).UTC() }

// String returns it as RFC 3339 writes it.
func (t Time) String() string { return t.utc().Format(time.RFC3339) }

// Type implements starlark.Value.
func (t Time) Type() string { return "Time" }

// Freeze implements starlark.Value.
func (t Time) Freeze() {}

// Truth implements starlark.Value.
func (t Time) Truth() starlark.Bool { return true }

// Hash implements starlark.Value.
func (t Time) Hash() (uint32, error) { return uint32(t) ^ uint32(t>>32), nil }

// Attr implements starlark.HasAttrs.
func (t Time) Attr(name string) (starlark.Value, error) { return timeObject.read(t, name) }

// AttrNames implements starlark.HasAttrs.
func (t Time) AttrNames() []string { return timeObject.names }

// Cmp implements starlark.TotallyOrdered.
func (t Time) Cmp(y starlark.Value, _ int) (int, error) { return cmp.Compare(t, y.(Time)), nil }

// Binary implements starlark.HasBinary.
func (t Time) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case Time:
		if op == syntax.MINUS { // the interpreter asks the left one first
			return starlark.MakeInt64(int64(t - y)), nil
		}
	case starlark.Int:
		n, ok := y.Int64()
		const far = int64(1) << 40 // some 34,000 years
		if !ok || n > far || n < -far {
			return nil, fmt.Errorf("%v seconds lead beyond all calendars", y)
		}
		switch {
		case op == syntax.PLUS:
			return t.plus(n)
		case op == syntax.MINUS && side == starlark.Left:
			return t.plus(-n)
		}
	}
	return nil, nil
}

func (t Time) plus(n int64) (starlark.Value, error) {
	const far = 1 << 42
	if sum := t + Time(n); sum > -far && sum < far {
		return sum, nil
	}
	return nil, errors.New("the sum is beyond all calendars")
}
