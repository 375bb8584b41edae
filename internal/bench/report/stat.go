package report

import (
	"slices"
)

// Stat sums up repetitions of a measurement.
type Stat struct {
	Values []float64 // in the order they were measured
}

// Measured reports whether there is any.
func (s Stat) Measured() bool { return len(s.Values) > 0 }

// Median returns the middle one, or the mean of the two in the middle; 0 without any.
func (s Stat) Median() float64 {
	n := len(s.Values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.Values))
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Min returns the lowest, 0 without any.
func (s Stat) Min() float64 {
	if !s.Measured() {
		return 0
	}
	return slices.Min(s.Values)
}

// Max returns the highest, 0 without any.
func (s Stat) Max() float64 {
	if !s.Measured() {
		return 0
	}
	return slices.Max(s.Values)
}
