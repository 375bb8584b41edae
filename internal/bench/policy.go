package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"rollcall/internal/bench/perfdhcp"
)

//go:embed files/policy.star
var policyFile string

const (
	// policyLegs are those with a policy and those without, as many of the one as of the other: with, without, without, with, or the other
	// way round, so that a machine that gets slower all the time hits both the same.
	policyLegs = 4
	// packets that an exchange has of a client, all of which a policy hears of.
	packets = 2
)

// leg is what was measured with a policy, or without one.
type leg struct {
	what  string
	rates []int
	costs []time.Duration // processor time of an exchange, at the same rate with and without
}

// policy measures what a policy costs. The server is the same all the time; it takes up the policy and gives it up by turns, so that
// an hour in which the machine is slow hits both.
func (b *bench) policy(ctx context.Context, k kind) (err error) {
	base, err := b.steadyBaseline(ctx)
	if err != nil {
		return err
	}
	set := small.setup()
	s, err := b.start(ctx, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.warm(ctx, s, clients); err != nil {
		return err
	}
	without, with := &leg{what: "no policy"}, &leg{what: "policy"}
	for i := range policyLegs {
		l := without
		if set.Policy = ((i+1)/2+b.round)%2 == 0; set.Policy {
			l = with
		}
		if err := b.reload(ctx, s, set); err != nil {
			return err
		}
		if err := b.leg(ctx, s, base, l); err != nil {
			return err
		}
	}
	if err := b.heard(ctx, base); err != nil {
		return err
	}
	b.add("policy", k, mean(with.rates)/mean(without.rates))
	b.remark("policy", "round %d: %v/s beside %v/s", b.round, with.rates, without.rates)
	b.add("policycost", k, (mean(with.costs)-mean(without.costs))/float64(time.Microsecond)/packets)
	return nil
}

// leg finds the clean rate, and the processor time at half of base.
func (b *bench) leg(ctx context.Context, s *server, base int, l *leg) error {
	run, _, err := b.perfdhcp(ctx, s, l.what, b.known(base/2))
	if err != nil {
		return err
	}
	l.costs = append(l.costs, run.processor)
	b.guess(l.what, s.kind, base)
	rate, _, err := b.cleanRate(ctx, s, l.what, base, func(rate int) perfdhcp.Load { return b.known(rate) })
	if err != nil {
		return err
	}
	if rate == 0 {
		return fmt.Errorf("%s: no rate is clean", l.what)
	}
	l.rates = append(l.rates, rate)
	return nil
}

// reload has a server take up another configuration.
func (b *bench) reload(ctx context.Context, s *server, set setup) error {
	if _, err := b.rollcallArgs(s.dir, set); err != nil {
		return err
	}
	p, err := b.wire.Server.Start("reload", filepath.Join(s.dir, "reload.log"), b.opt.rollcall, "-c", configFile(s.dir), "reload")
	if err != nil {
		return err
	}
	select {
	case <-p.Ended():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.Stop(stopLimit))
	}
	if code := p.ExitCode(); code != 0 {
		return fmt.Errorf("reload ended with status %d: %v", code, p.Tail(5))
	}
	return nil
}

// heard verifies that the policy had its say at least so many times, or it would cost nothing.
func (b *bench) heard(ctx context.Context, least int) error {
	page, err := fetch(ctx, b.wire.Server.HTTPClient(), upHTTP+"/metrics")
	if err != nil {
		return err
	}
	for _, hook := range []string{"filter", "reply"} {
		switch calls, err := number(page, fmt.Sprintf("rollcall_policy_calls_total{hook=%q}", hook)); {
		case err != nil:
			return err
		case int(calls) < least:
			return fmt.Errorf("%s of the policy was called %.0f times in all", hook, calls)
		}
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, fmt.Sprintf("rollcall_policy_failures_total{hook=%q", hook)) && !strings.HasSuffix(strings.TrimSpace(line), " 0") {
				return fmt.Errorf("the policy failed: %s", line)
			}
		}
	}
	return nil
}

func mean[T int | time.Duration](list []T) float64 {
	var sum float64
	for _, x := range list {
		sum += float64(x)
	}
	return sum / float64(len(list))
}

func policyCost(o *options, _ kind, _ int) time.Duration {
	return 2*time.Second + time.Duration(clients/warmRates[0]+1)*time.Second + policyLegs*(1+runsKnown)*(o.run+overhead)
}
