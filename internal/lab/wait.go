package lab

import (
	"context"
	"fmt"
	"time"
)

// pollEvery is how often Wait looks.
const pollEvery = 25 * time.Millisecond

// Wait calls check until it returns true. It gives up after limit, when ctx ends,
// and never because check returned an error: what is waited for is often not there
// to be asked yet. The error says what was waited for and what check said last.
func Wait(ctx context.Context, what string, limit time.Duration, check func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not within %v", limit))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last error
	for {
		ok, err := check(ctx)
		if ok {
			return nil
		}
		// An error that only says that time is over would hide the real one.
		if err != nil && ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if last != nil {
				return fmt.Errorf("%s: %w; last: %w", what, context.Cause(ctx), last)
			}
			return fmt.Errorf("%s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}
