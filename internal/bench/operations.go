package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"rollcall/internal/lab"
)

const (
	watchers = 10
	// backupPause is between the end of a backup and the beginning of the next one.
	backupPause = time.Second
	scrapeEvery = time.Second
	// deadEndpoint is where nobody listens: every delivery fails and waits for its next attempt.
	deadEndpoint = "http://127.0.0.1:9/"
)

// operations measures the clean rate while a server is backed up, watched, scraped,
// and cannot get rid of its webhooks.
func (b *bench) operations(ctx context.Context, k kind) (err error) {
	base, err := b.steadyBaseline(ctx)
	if err != nil {
		return err
	}
	set := small.setup()
	set.Endpoint = deadEndpoint
	s, err := b.start(ctx, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	stop, err := b.disturb(ctx, s)
	if err != nil {
		return err
	}
	err = b.beside(ctx, s, "operations", base, clients, b.known)
	return errors.Join(err, stop())
}

// disturbance is what goes on beside a load.
type disturbance struct {
	backups, scrapes int
	err              error
}

// disturb begins to disturb a server. The function it returns ends that.
func (b *bench) disturb(ctx context.Context, s *server) (stop func() error, err error) {
	var procs []*lab.Process
	for i := range watchers {
		// Without a shell the events would go to a file, and load the disk.
		p, err := b.wire.Server.Start("event watch", filepath.Join(s.dir, fmt.Sprintf("watch%d.log", i)),
			"sh", "-c", `exec "$0" -c "$1" event watch -o json >/dev/null`, b.opt.rollcall, configFile(s.dir))
		if err != nil {
			return nil, errors.Join(err, endAll(procs))
		}
		procs = append(procs, p)
	}
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	var backups, scrapes disturbance
	both.Go(func() { backups.err = b.backUp(ctx, s, &backups.backups) })
	both.Go(func() { scrapes.err = b.scrape(ctx, &scrapes.scrapes) })
	return func() error {
		cancel()
		both.Wait()
		b.remark("operations", "round %d: %d backups, %d scrapes", b.round, backups.backups, scrapes.scrapes)
		return errors.Join(backups.err, scrapes.err, endAll(procs))
	}, nil
}

// endAll ends programs; one that had ended before is an error.
func endAll(procs []*lab.Process) error {
	var errs []error
	for _, p := range procs {
		errs = append(errs, p.Failure(), p.Stop(stopLimit))
	}
	return errors.Join(errs...)
}

// backUp copies the database again and again until ctx ends.
func (b *bench) backUp(ctx context.Context, s *server, n *int) error {
	for {
		p, err := b.wire.Server.Start("backup", filepath.Join(s.dir, "backup.log"),
			b.opt.rollcall, "-c", configFile(s.dir), "--timeout", "1m", "backup", "--force", filepath.Join(s.dir, "backup.db"))
		if err != nil {
			return err
		}
		select {
		case <-p.Ended():
		case <-ctx.Done():
			return p.Stop(stopLimit)
		}
		if code := p.ExitCode(); code != 0 {
			return fmt.Errorf("backup ended with status %d: %v", code, p.Tail(3))
		}
		*n++
		select {
		case <-time.After(backupPause):
		case <-ctx.Done():
			return nil
		}
	}
}

// scrape reads the metrics once a second until ctx ends.
func (b *bench) scrape(ctx context.Context, n *int) error {
	client := b.wire.Server.HTTPClient()
	tick := time.NewTicker(scrapeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if _, err := fetch(ctx, client, upHTTP+"/metrics"); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("scrape: %w", err)
		}
		*n++
	}
}
