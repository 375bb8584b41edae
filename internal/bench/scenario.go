package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// scenario measures some of the topics with one server.
type scenario struct {
	topics  []string
	servers []kind
	rounds  int // at most so many; 0: as many as are asked for
	run     func(b *bench, ctx context.Context, k kind) error
	// cost estimates how long it takes, with a server in the given round.
	cost func(o *options, k kind, round int) time.Duration
}

var all = []*scenario{
	{
		topics: []string{"clean", "overload", "ack", "cpu", "renewals"}, servers: []kind{rollcall, kea, ceiling},
		run: (*bench).rates, cost: ratesCost,
	},
	{topics: []string{"first"}, servers: []kind{rollcall, kea}, run: (*bench).first, cost: firstCost, rounds: 2},
	{topics: []string{"avalanche"}, servers: []kind{rollcall, kea}, run: (*bench).avalanche, cost: fixed(25 * time.Second)},
	{topics: []string{"renewals"}, servers: []kind{rollcall, kea}, run: (*bench).reuse, cost: reuseCost, rounds: 1},
	{topics: []string{"million"}, servers: []kind{rollcall}, run: (*bench).million, cost: searchCost(35 * time.Second), rounds: 2},
	{topics: []string{"expiry"}, servers: []kind{rollcall}, run: (*bench).expiry, cost: fixed(110 * time.Second), rounds: 1},
	{topics: []string{"operations"}, servers: []kind{rollcall}, run: (*bench).operations, cost: searchCost(15 * time.Second), rounds: 2},
	{topics: []string{"reservations"}, servers: []kind{rollcall}, run: (*bench).reservations, cost: searchCost(30 * time.Second), rounds: 2},
	{topics: []string{"probes"}, servers: []kind{rollcall}, run: (*bench).probes, cost: searchCost(20 * time.Second), rounds: 2},
	{topics: []string{"policy"}, servers: []kind{rollcall}, run: (*bench).policy, cost: policyCost, rounds: 2},
	{topics: []string{"allocs"}, servers: []kind{rollcall}, run: (*bench).allocs, cost: fixed(30 * time.Second), rounds: 1},
}

// repeat returns how often a scenario is run.
func (s *scenario) repeat(o *options) int {
	if s.rounds == 0 {
		return o.repeat
	}
	return min(s.rounds, o.repeat)
}

// scenarios returns those that measure anything that is wanted.
func (b *bench) scenarios() []*scenario {
	var some []*scenario
	for _, s := range all {
		if !slices.ContainsFunc(s.topics, b.opt.wants) {
			continue
		}
		if b.opt.quick {
			// What the arithmetic reaches changes little from day to day.
			quick := *s
			quick.servers = slices.DeleteFunc(slices.Clone(s.servers), func(k kind) bool { return k == ceiling })
			s = &quick
		}
		some = append(some, s)
	}
	return some
}

// announce says what will be done and how long it takes.
func (b *bench) announce() {
	var whole time.Duration
	for _, s := range b.scenarios() {
		rounds := s.repeat(b.opt)
		var cost time.Duration
		var names []string
		for _, k := range s.servers {
			names = append(names, string(k))
			for round := 1; round <= rounds; round++ {
				cost += s.cost(b.opt, k, round)
			}
		}
		topics := slices.DeleteFunc(slices.Clone(s.topics), func(t string) bool { return !b.opt.wants(t) })
		fmt.Fprintf(b.say, "  %-38s %-24s %d ×  %5.1f min\n", strings.Join(topics, ", "), strings.Join(names, ", "), rounds, cost.Minutes())
		whole += cost
	}
	fmt.Fprintf(b.say, "  all of it takes about %.0f minutes\n\n", whole.Minutes())
}

func fixed(d time.Duration) func(*options, kind, int) time.Duration {
	return func(*options, kind, int) time.Duration { return d }
}

// overhead is what a load takes beyond its time.
const overhead = 500 * time.Millisecond

// Runs of a search, on the average: with no idea of the outcome, and with a good one.
const (
	runsUnknown = 8
	runsKnown   = 5
)

// searchCost is for a search that begins at a known rate, and what has to be done before it.
func searchCost(before time.Duration) func(*options, kind, int) time.Duration {
	return func(o *options, _ kind, _ int) time.Duration { return before + runsKnown*(o.run+overhead) }
}
