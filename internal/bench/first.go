package main

import (
	"context"
	"errors"
	"time"
)

// what the search for clean rates of new clients is called.
const firstGrants = "first grants"

// first measures the clean rate of clients that the server has never seen.
func (b *bench) first(ctx context.Context, k kind) (err error) {
	s, err := b.start(ctx, k, fresh.setup())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	b.guess(firstGrants, k, b.clean[searchKey(steady, k)])
	rate, _, err := b.cleanRate(ctx, s, firstGrants, startRate, b.unknown)
	if err != nil {
		return err
	}
	b.add("first", k, float64(rate))
	return nil
}

func firstCost(o *options, _ kind, _ int) time.Duration {
	return 2*time.Second + runsKnown*(o.run+overhead)
}

// guess says where a search begins that was not made before.
func (b *bench) guess(what string, k kind, rate int) {
	if key := searchKey(what, k); b.clean[key] == 0 {
		b.clean[key] = rate
	}
}

func searchKey(what string, k kind) string { return what + " " + string(k) }

// baseline returns what a search found last, or has a scenario find it.
func (b *bench) baseline(ctx context.Context, what string, find func(context.Context, kind) error) (int, error) {
	key := searchKey(what, rollcall)
	if b.clean[key] == 0 {
		if err := find(ctx, rollcall); err != nil {
			return 0, err
		}
	}
	if b.clean[key] == 0 {
		return 0, errors.New("no rate is clean even without, so there is nothing to compare with")
	}
	return b.clean[key], nil
}

// steadyBaseline returns the clean rate of known clients.
func (b *bench) steadyBaseline(ctx context.Context) (int, error) {
	return b.baseline(ctx, steady, func(ctx context.Context, k kind) (err error) {
		s, err := b.start(ctx, k, small.setup())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		if err := b.warm(ctx, s, clients); err != nil {
			return err
		}
		_, err = b.steadyRate(ctx, s)
		return err
	})
}
