package main

import (
	"context"
	"fmt"
)

// search finds the highest rate that a server keeps cleanly, as far as resolution,
// which divides all rates that are tried.
//
// It goes from start in steps of growth until it has one rate that is clean and one
// that is not, then halves the distance. What it finds has to be clean a second
// time; otherwise the next lower rate has to. It returns 0 if nothing is clean.
type search struct {
	start      int
	growth     float64 // of the first step, above 1; further ones grow up to maxGrowth
	resolution int
	// try says whether a rate is clean.
	try func(ctx context.Context, rate int) (bool, error)
	// confirm is the second time.
	confirm func(ctx context.Context, rate int) (bool, error)
}

// Growth of a first step: with no idea of the outcome, and with a good one.
const (
	maxGrowth   = 1.25
	knownGrowth = 1.06
)

// steps bounds a search: a server whose outcome changes from one run to the next
// must not keep it going.
const steps = 20

func (s search) run(ctx context.Context) (int, error) {
	clean, dirty := 0, 0 // the highest and the lowest so far; 0: none
	rate, growth := s.round(float64(s.start)), s.growth
	for range steps {
		ok, err := s.try(ctx, rate)
		if err != nil {
			return 0, err
		}
		if ok {
			clean = rate
		} else {
			dirty = rate
		}
		switch {
		case dirty == 0:
			rate = max(s.round(float64(clean)*growth), clean+s.resolution)
		case clean == 0 && dirty <= s.resolution:
			return 0, nil
		case clean == 0:
			rate = min(s.round(float64(dirty)/growth), dirty-s.resolution)
		case dirty-clean <= s.resolution:
			return s.settle(ctx, clean)
		default:
			rate = s.round(float64(clean+dirty) / 2)
		}
		growth = max(s.growth, min(growth*growth, maxGrowth))
	}
	return 0, fmt.Errorf("no end after %d runs", steps)
}

// settle goes down from what was clean once to what is clean twice, faster with every disappointment.
func (s search) settle(ctx context.Context, rate int) (int, error) {
	for step := s.resolution; rate > 0; rate, step = rate-step, 2*step {
		if ok, err := s.confirm(ctx, rate); err != nil || ok {
			return rate, err
		}
	}
	return 0, nil
}

// round returns the nearest multiple of the resolution, at least that.
func (s search) round(rate float64) int {
	return max(int(rate/float64(s.resolution)+0.5), 1) * s.resolution
}
