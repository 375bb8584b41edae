package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// parseDuration reads Go's notation and, in front of it, days: 90s, 1h30m, 7d, 1d12h.
func parseDuration(s string) (time.Duration, *problem) {
	const hint = "write a time such as 30s, 15m, 8h or 7d"
	bad := &problem{fmt.Sprintf("%q is not a time", s), hint}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n < 0 {
		return 0, &problem{fmt.Sprintf("%q is negative", s), hint}
	} else if err == nil && s != "0" {
		return 0, &problem{fmt.Sprintf("%q has no unit", s), fmt.Sprintf("write %ss, %sm or %sh", s, s, s)}
	}
	var days time.Duration
	rest := s
	if digits, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return 0, bad
		}
		if n > math.MaxInt64/uint64(day) {
			return 0, &problem{fmt.Sprintf("%q is longer than any time rollcall can count", s), hint}
		}
		days, rest = time.Duration(n)*day, after
		if rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	switch {
	case err != nil, days > 0 && rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'):
		return 0, bad
	case d < 0:
		return 0, &problem{fmt.Sprintf("%q is negative", s), hint}
	case days+d < 0:
		return 0, &problem{fmt.Sprintf("%q is longer than any time rollcall can count", s), hint}
	}
	return days + d, nil
}

// formatDuration writes a time as people write it: 7d, 1h30m, 100ms.
func formatDuration(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	var b strings.Builder
	if d >= 2*day {
		fmt.Fprintf(&b, "%dd", d/day)
		d %= day
	}
	if d > 0 {
		s := d.String()
		if strings.HasSuffix(s, "m0s") {
			s = strings.TrimSuffix(s, "0s")
		}
		if strings.HasSuffix(s, "h0m") {
			s = strings.TrimSuffix(s, "0m")
		}
		b.WriteString(s)
	}
	return b.String()
}
