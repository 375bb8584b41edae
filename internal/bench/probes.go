package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// scanLimit is how long the scan of a pool may take.
const scanLimit = 2 * time.Minute

// probes measures the clean rate of new clients whose addresses are probed before they
// are offered, after the pool was scanned.
func (b *bench) probes(ctx context.Context, k kind) (err error) {
	base, err := b.baseline(ctx, firstGrants, b.first)
	if err != nil {
		return err
	}
	set := fresh.setup()
	set.Probe = true
	s, err := b.start(ctx, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.scan(ctx, s); err != nil {
		return err
	}
	b.guess("probes", k, base)
	rate, _, err := b.cleanRate(ctx, s, "probes", base, b.unknown)
	if err != nil {
		return err
	}
	b.share("probes", s, rate, base)
	return nil
}

// scan has the pools scanned and waits for the end of that.
func (b *bench) scan(ctx context.Context, s *server) error {
	p, err := b.wire.Server.Start("pool scan", filepath.Join(s.dir, "scan.log"),
		b.opt.rollcall, "-c", configFile(s.dir), "--timeout", scanLimit.String(), "pool", "scan")
	if err != nil {
		return err
	}
	select {
	case <-p.Ended():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.Stop(stopLimit))
	}
	if code := p.ExitCode(); code != 0 {
		return fmt.Errorf("pool scan ended with status %d: %v", code, p.Tail(3))
	}
	b.note("%-9s %-22s pool scanned: %v", s.kind, "probes", p.Tail(1))
	return nil
}
