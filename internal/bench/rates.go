package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/bench/client"
	"rollcall/internal/bench/perfdhcp"
	"rollcall/internal/bench/wire"
)

// what the search for clean rates of known clients is called.
const steady = "known clients"

const (
	// startRate is where a search begins that knows nothing.
	startRate = 8000
	// quietRate is the load at which delays are measured.
	quietRate = 2000
	// renewing is how many clients renew.
	renewing = 20000
	// acquireRate is the pace at which they get their leases.
	acquireRate = 4000
)

// rates measures what needs nothing but a server whose clients have been there before: its clean rate, what it does beyond that,
// how quickly it answers, and renewals.
func (b *bench) rates(ctx context.Context, k kind) (err error) {
	b.best[k] = 0
	s, err := b.start(ctx, k, small.setup())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.warm(ctx, s, clients); err != nil {
		return err
	}
	rate := 0
	if b.opt.wants("clean") || b.opt.wants("overload") || b.opt.wants("cpu") {
		if rate, err = b.steadyRate(ctx, s); err != nil {
			return err
		}
	}
	if b.opt.wants("overload") && k != ceiling {
		for _, times := range []int{2, 4} {
			if err := b.overload(ctx, s, rate, times); err != nil {
				return err
			}
			if b.opt.quick {
				break
			}
		}
	}
	if b.opt.wants("ack") {
		run, _, err := b.perfdhcp(ctx, s, "delay", b.known(quietRate))
		if err != nil {
			return err
		}
		b.add("ack", k, ms(run.ack.Avg))
	}
	if b.opt.wants("renewals") && k != ceiling {
		rate, err := b.renewals(ctx, s, "renewals")
		if err != nil {
			return err
		}
		b.add("renewals", k, float64(rate))
	}
	return nil
}

// steadyRate finds the clean rate.
func (b *bench) steadyRate(ctx context.Context, s *server) (int, error) {
	rate, run, err := b.cleanRate(ctx, s, steady, startRate, b.known)
	if err != nil {
		return 0, err
	}
	if rate == 0 {
		return 0, errors.New("no rate is clean")
	}
	b.add("clean", s.kind, float64(rate))
	b.add("cpu", s.kind, us(run.processor))
	return rate, nil
}

// overload asks for more than a server can do, and adds how much of its best it still does.
func (b *bench) overload(ctx context.Context, s *server, rate, times int) error {
	best := b.best[s.kind]
	run, r, err := b.perfdhcp(ctx, s, fmt.Sprintf("%d × clean", times), b.known(times*rate))
	if err != nil {
		return err
	}
	key := fmt.Sprintf("overload%d", times)
	b.add(key, s.kind, run.rate/best)
	b.remark(key, "%s was asked for %.0f/s in fact and answered %.0f/s, round %d", s.kind,
		float64(r.Offer.Sent)/b.opt.run.Seconds(), run.rate, b.round)
	return nil
}

// renewals finds the clean rate of renewals alone.
func (b *bench) renewals(ctx context.Context, s *server, what string) (int, error) {
	c, err := client.Open(b.wire.Relay, wire.RelayAddr, wire.ServerAddr, perfdhcp.FirstMAC, renewing)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := c.Acquire(ctx, acquireRate); err != nil {
		return 0, err
	}
	return b.search(ctx, s, what, 2*startRate, func(ctx context.Context, rate int) (bool, error) {
		for again := false; ; again = true {
			r, err := b.renew(ctx, s, c, what, rate)
			if err != nil {
				return false, err
			}
			sent := float64(r.Begun) >= sentShare*float64(rate)*r.Took.Seconds()
			if r.Dropped() <= cleanShare && sent {
				return true, nil
			}
			if again || !sent || r.Dropped() > nearShare {
				return false, nil
			}
		}
	})
}

func (b *bench) renew(ctx context.Context, s *server, c *client.Client, what string, rate int) (*client.Result, error) {
	before, err := processorTime(s.proc.PID())
	if err != nil {
		return nil, err
	}
	r, err := c.Renew(ctx, rate, b.opt.run)
	if err != nil {
		return nil, err
	}
	after, err := processorTime(s.proc.PID())
	if err != nil {
		return nil, err
	}
	b.own(s, what, rate, r, (after-before)/time.Duration(max(r.Finished, 1)))
	return r, s.alive()
}

// reuse measures renewals that are confirmed without a write while the lease is
// young.
func (b *bench) reuse(ctx context.Context, k kind) (err error) {
	set := small.setup()
	set.Reuse = 25
	s, err := b.start(ctx, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	rate, err := b.renewals(ctx, s, "renewals, reuse 25%")
	if err != nil {
		return err
	}
	b.add("reuse", k, float64(rate))
	return nil
}

func ratesCost(o *options, k kind, round int) time.Duration {
	load := o.run + overhead
	cost := 2*time.Second + time.Duration(clients/warmRates[0]+1)*time.Second
	runs := 0
	if o.wants("clean") || o.wants("overload") || o.wants("cpu") {
		runs += runsKnown
		if round == 1 {
			runs += runsUnknown - runsKnown
		}
	}
	if o.wants("overload") && k != ceiling {
		runs += 2
		if o.quick {
			runs--
		}
	}
	if o.wants("ack") {
		runs++
	}
	if o.wants("renewals") && k != ceiling {
		cost += renewing / acquireRate * time.Second
		runs += runsKnown
	}
	return cost + time.Duration(runs)*load
}

func reuseCost(o *options, _ kind, _ int) time.Duration {
	return renewing/acquireRate*time.Second + 2*time.Second + runsUnknown*(o.run+overhead)
}
