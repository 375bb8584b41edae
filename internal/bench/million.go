package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"rollcall/internal/bench/perfdhcp"
	"rollcall/leased/keeper"
	"rollcall/leased/store/storetest"
)

const (
	stored = 1_000_000
	// settle is how long leased is left alone before its memory is looked at.
	settle = 2 * time.Second
)

// million measures a server that has a million leases of others: its start, its
// memory, and what it does besides.
func (b *bench) million(ctx context.Context, k kind) error {
	base, err := b.steadyBaseline(ctx)
	if err != nil {
		return err
	}
	dir, err := b.emptyDir(string(k))
	if err != nil {
		return err
	}
	set := large.setup()
	if _, err := b.rollcallArgs(dir, set); err != nil { // makes the directory of the database
		return err
	}
	err = storetest.Fill(filepath.Join(dir, "data", "leased.db"), storetest.Leases{
		Subnet: "hall", First: large.first, Count: stored, Ends: time.Now().Add(2 * time.Hour).Truncate(time.Second), Over: time.Hour,
	})
	if err != nil {
		return err
	}
	b.note("%-9s %-22s %d leases written", k, "million", stored)
	if err := b.leasedAlone(ctx, dir, set); err != nil {
		return err
	}
	return b.besideMillion(ctx, dir, set, base)
}

// leasedAlone measures the start and the memory of leased.
func (b *bench) leasedAlone(ctx context.Context, dir string, set setup) (err error) {
	set.Verb = "leased"
	args, err := b.rollcallArgs(dir, set)
	if err != nil {
		return err
	}
	begin := time.Now()
	proc, err := b.wire.Server.Start("leased", filepath.Join(dir, "server.log"), args...)
	if err != nil {
		return err
	}
	s := &server{kind: rollcall, proc: proc, dir: dir}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.ready(ctx, s, leasedHTTP); err != nil {
		return err
	}
	took := time.Since(begin)
	if n, err := b.metric(ctx, leasedHTTP, keeper.MetricLeases); err != nil || n != stored {
		return fmt.Errorf("leased counts %v leases instead of %d: %w", n, stored, err)
	}
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	const mb = 1 << 20
	figures := map[string]float64{}
	for _, name := range []string{"VmRSS", "RssAnon", "VmHWM"} {
		n, err := memory(proc.PID(), name)
		if err != nil {
			return err
		}
		figures[name] = float64(n) / mb
	}
	b.note("%-9s %-22s ready after %.2f s, resident %.0f MB, anonymous %.0f MB, highest ever %.0f MB", rollcall, "million",
		took.Seconds(), figures["VmRSS"], figures["RssAnon"], figures["VmHWM"])
	b.add("start", rollcall, took.Seconds())
	b.add("memory", rollcall, figures["VmRSS"])
	b.add("anonymous", rollcall, figures["RssAnon"])
	b.remark("memory", "resident at most, while it started: %.0f MB", figures["VmHWM"])
	return nil
}

// besideMillion measures the clean rate of clients that have their leases beside the million.
func (b *bench) besideMillion(ctx context.Context, dir string, set setup, base int) (err error) {
	s, err := b.startIn(ctx, dir, rollcall, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return b.beside(ctx, s, "million", base, clients, b.known)
}

// beside finds a clean rate, of so many clients who are made known before, and adds its share of the rate base to the row key.
func (b *bench) beside(ctx context.Context, s *server, key string, base, n int, load func(rate int) perfdhcp.Load) error {
	if err := b.warm(ctx, s, n); err != nil {
		return err
	}
	b.guess(key, s.kind, base)
	rate, _, err := b.cleanRate(ctx, s, key, base, load)
	if err != nil {
		return err
	}
	b.share(key, s, rate, base)
	return nil
}

// share adds to a row how much of the rate base is left.
func (b *bench) share(key string, s *server, rate, base int) {
	b.add(key, s.kind, float64(rate)/float64(base))
	b.remark(key, "round %d: %d/s beside %d/s", b.round, rate, base)
}
