package main

import (
	"context"
	"errors"
	"testing"
)

func TestSearch(t *testing.T) {
	for _, c := range []struct {
		name          string
		start, limit  int // the server keeps up to limit
		growth        float64
		want, atMost  int
		confirmsBelow int // the second time it keeps only so much; 0: limit
	}{
		{"from below", 6000, 9130, 1.25, 9000, 8, 0},
		{"from above", 16000, 9130, 1.25, 9000, 9, 0},
		{"near", 9000, 9130, 1.06, 9000, 4, 0},
		{"exact", 8000, 8000, 1.25, 8000, 6, 0},
		{"not clean again", 6000, 9130, 1.25, 8250, 10, 8600},
		{"far from a good idea", 9000, 2100, 1.06, 2000, 14, 0},
		{"nothing is clean", 4000, 100, 2, 0, 6, 0},
		{"only the lowest", 4000, 250, 2, 250, 7, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			runs := 0
			below := func(limit int) func(context.Context, int) (bool, error) {
				return func(_ context.Context, rate int) (bool, error) {
					runs++
					if rate <= 0 || rate%250 != 0 {
						t.Errorf("rate %d was tried", rate)
					}
					return rate <= limit, nil
				}
			}
			again := c.confirmsBelow
			if again == 0 {
				again = c.limit
			}
			s := search{start: c.start, growth: c.growth, resolution: 250, try: below(c.limit), confirm: below(again)}
			got, err := s.run(t.Context())
			if err != nil || got != c.want {
				t.Errorf("found %d, %v; want %d", got, err, c.want)
			}
			if runs > c.atMost {
				t.Errorf("it took %d runs; want at most %d", runs, c.atMost)
			}
		})
	}
}

func TestSearchFails(t *testing.T) {
	broken := errors.New("broken")
	fails := func(context.Context, int) (bool, error) { return false, broken }
	if _, err := (search{start: 1000, growth: 2, resolution: 250, try: fails, confirm: fails}).run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("err = %v; want that of the run", err)
	}
	always := func(context.Context, int) (bool, error) { return true, nil }
	if rate, err := (search{start: 250, growth: 1.01, resolution: 250, try: always, confirm: always}).run(t.Context()); err == nil {
		t.Errorf("a search without end found %d", rate)
	}
}
