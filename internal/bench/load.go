package main

import (
	"context"
	"time"

	"rollcall/internal/bench/client"
	"rollcall/internal/bench/perfdhcp"
	"rollcall/internal/bench/wire"
)

// Thresholds of the share of questions without an answer.
const (
	cleanShare = 0.001
	// nearShare is few enough that chance may have been at work: such a run is made once more. A machine that takes the load
	// generator off its processor for some milliseconds causes as much.
	nearShare = 0.01
	// sentShare is how much of the asked rate has to be asked in fact: below, the generator cannot do it, whatever the server can.
	sentShare = 0.97
)

// underWay is how long the generator waits for what is under way when a run ends. A server that answers later than another
// would have more drops otherwise, without dropping anything. It is short, so that a backlog still counts.
const underWay = 50 * time.Millisecond

// loadRun is a run of a load generator, as runs.csv tells of it.
type loadRun struct {
	at        time.Duration // since the beginning
	round     int
	what      string
	server    kind
	generator string
	asked     int     // per second
	rate      float64 // finished per second
	dropped   float64 // share
	offer     perfdhcp.Phase
	ack       perfdhcp.Phase
	lost      int64 // at the generator's own socket
	processor time.Duration
}

// perfdhcp runs perfdhcp against a server and notes what came of it.
func (b *bench) perfdhcp(ctx context.Context, s *server, what string, load perfdhcp.Load) (*loadRun, *perfdhcp.Result, error) {
	load.Server = wire.ServerAddr.String()
	before, err := processorTime(s.proc.PID())
	if err != nil {
		return nil, nil, err
	}
	r, err := perfdhcp.Run(ctx, b.wire.Relay, b.dir, load)
	if err != nil {
		return nil, nil, err
	}
	if err := s.alive(); err != nil {
		return nil, nil, err
	}
	after, err := processorTime(s.proc.PID())
	if err != nil {
		return nil, nil, err
	}
	run := loadRun{
		at: time.Since(b.began), round: b.round, what: what, server: s.kind, generator: "perfdhcp", asked: load.Rate, rate: r.Rate,
		dropped: r.Dropped(), offer: r.Offer, ack: r.Ack, lost: r.Lost,
	}
	if n := r.Ack.Received; n > 0 {
		run.processor = (after - before) / time.Duration(n)
	}
	b.runs = append(b.runs, run)
	b.note("%-9s %-22s asked %6d  finished %8.1f/s  dropped %6.2f%% (%d at the generator)  offer %.2f ms  ack %.2f ms  %.1f µs each",
		s.kind, what, run.asked, run.rate, 100*run.dropped, run.lost, ms(r.Offer.Avg), ms(r.Ack.Avg), us(run.processor))
	return &run, r, nil
}

// known is a load of clients that the server knows after [bench.warm].
func (b *bench) known(rate int) perfdhcp.Load {
	return perfdhcp.Load{Clients: clients, Rate: rate, Time: b.opt.run}
}

// unknown is a load of clients that no server has seen.
func (b *bench) unknown(rate int) perfdhcp.Load {
	// perfdhcp may send a little more than it should.
	n := int(float64(rate)*b.opt.run.Seconds()*1.1) + 1
	load := perfdhcp.Load{Clients: n, Rate: rate, Time: b.opt.run, FirstMAC: b.next}
	b.next += uint64(n)
	return load
}

// warmRates are the paces at which clients are made known: the next one where the one before was too much.
var warmRates = []int{7000, 4000, 2000}

// warmShare is how many clients may be left that are not known.
const warmShare = 0.01

// warm makes n clients known to a server.
func (b *bench) warm(ctx context.Context, s *server, n int) error {
	for _, rate := range warmRates {
		seconds := (n + rate - 1) / rate
		run, _, err := b.perfdhcp(ctx, s, "warm up", perfdhcp.Load{Clients: n, Rate: rate, Time: time.Duration(seconds) * time.Second})
		if err != nil || run.dropped <= warmShare {
			return err
		}
	}
	return nil // what is left is too little to matter, or the search will find nothing clean
}

// isClean makes a run with a load, twice if the first is a near miss, and says whether it was clean.
func (b *bench) isClean(ctx context.Context, s *server, what string, load func() perfdhcp.Load) (bool, *loadRun, error) {
	for again := false; ; again = true {
		l := load()
		l.Wait = underWay
		run, r, err := b.perfdhcp(ctx, s, what, l)
		if err != nil {
			return false, nil, err
		}
		b.best[s.kind] = max(b.best[s.kind], run.rate)
		sent := float64(r.Offer.Sent) >= sentShare*float64(l.Rate)*l.Time.Seconds()
		if run.dropped <= cleanShare && sent {
			return true, run, nil
		}
		if again || !sent || run.dropped > nearShare {
			return false, run, nil
		}
	}
}

// cleanRate searches for the highest clean rate of a load, beginning near where it
// was found last, or else at start. It returns the rate and the run that confirmed
// it; the rate is 0 if nothing was clean.
func (b *bench) cleanRate(ctx context.Context, s *server, what string, start int, load func(rate int) perfdhcp.Load) (int, *loadRun, error) {
	var last *loadRun
	try := func(ctx context.Context, rate int) (bool, error) {
		ok, run, err := b.isClean(ctx, s, what, func() perfdhcp.Load { return load(rate) })
		last = run
		return ok, err
	}
	rate, err := b.search(ctx, s, what, start, try)
	if rate > 0 {
		b.lost += last.lost
	}
	return rate, last, err
}

// search searches as cleanRate does, for anything that try tells.
func (b *bench) search(ctx context.Context, s *server, what string, start int, try func(context.Context, int) (bool, error)) (int, error) {
	key := what + " " + string(s.kind)
	find := search{start: start, growth: maxGrowth, resolution: b.opt.resolution, try: try, confirm: try}
	if found := b.clean[key]; found > 0 {
		find.start, find.growth = found, knownGrowth
	}
	rate, err := find.run(ctx)
	if err != nil {
		return 0, err
	}
	b.clean[key] = rate
	b.note("%-9s %-22s clean to %d/s", s.kind, what, rate)
	return rate, nil
}

// own notes a run of the generator that is our own.
func (b *bench) own(s *server, what string, asked int, r *client.Result, processor time.Duration) {
	run := loadRun{
		at: time.Since(b.began), round: b.round, what: what, server: s.kind, generator: "own", asked: asked, rate: r.Rate(),
		dropped: r.Dropped(), processor: processor,
	}
	b.runs = append(b.runs, run)
	b.note("%-9s %-22s asked %6d  finished %8.1f/s  dropped %6.2f%%  median %.2f ms  p99 %.2f ms", s.kind, what, asked, run.rate,
		100*run.dropped, ms(r.Quantile(0.5)), ms(r.Quantile(0.99)))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
