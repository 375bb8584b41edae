package cli

import (
	"fmt"
	"time"
)

// span writes a length of time as people say it: its two largest units, such as 42s, 1m42s, 7h5m or 3d4h.
func span(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	const minute, hour, day = 60, 60 * 60, 24 * 60 * 60
	pair := func(n int64, unit string, rest int64, small string) string {
		if rest == 0 {
			return fmt.Sprintf("%d%s", n, unit)
		}
		return fmt.Sprintf("%d%s%d%s", n, unit, rest, small)
	}
	switch {
	case s < minute:
		return fmt.Sprintf("%ds", s)
	case s < hour:
		return pair(s/minute, "m", s%minute, "s")
	case s < day:
		return pair(s/hour, "h", s%hour/minute, "m")
	default:
		return pair(s/day, "d", s%day/hour, "h")
	}
}

// relative says how far t is from now: "in 1m42s", "18s ago", "now"; "" for the zero time.
func relative(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch d := t.Sub(now).Round(time.Second); {
	case d > 0:
		return "in " + span(d)
	case d < 0:
		return span(-d) + " ago"
	default:
		return "now"
	}
}

// wall is an instant on the clock on the wall, in the zone of now, and with the date unless that is today.
func wall(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
