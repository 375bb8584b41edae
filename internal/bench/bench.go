package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/internal/bench/report"
	"rollcall/internal/bench/wire"
)

const (
	// clients are behind the relay in most loads.
	clients = 60000
	// scoutMAC is the hardware address of a client that only looks whether a server answers.
	scoutMAC = 0x025000000000
	// newMAC is where the hardware addresses of clients begin that no server has seen.
	newMAC = 0x025100000000
)

// bench is a run of the benchmark.
type bench struct {
	opt  *options
	self string // this program
	wire *wire.Wire
	dir  string // for the servers' files
	say  io.Writer

	began time.Time
	rows  []*row
	runs  []loadRun
	round int
	next  uint64 // hardware address of the next client that no server has seen

	clean map[string]int // the last clean rates found, by what and server: where the next search begins
	best  map[kind]float64
	lost  int64 // answers that the generator itself lost, in clean runs
}

// run is the program without its exit status.
func run(ctx context.Context, args []string) (err error) {
	opt, err := parseFlags(args)
	if err != nil {
		return err
	}
	b := &bench{
		opt: opt, say: os.Stdout, began: time.Now(), rows: table(), next: newMAC,
		clean: map[string]int{}, best: map[kind]float64{},
	}
	b.rows = slices.DeleteFunc(b.rows, func(r *row) bool { return !opt.wants(r.topic) || opt.quick && r.Key == "overload4" })
	b.announce()
	if opt.plan {
		return nil
	}
	if err := opt.check(os.Geteuid()); err != nil {
		return err
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = ownDir(opt.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.wire, err = wire.Open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.wire.Close()) }()

	failed := b.measureWithin(ctx, opt.limit)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(b.report(ctx), failed)
}

// measureWithin measures until the time is up; what it is at then is left out of the report. 0 is no limit.
func (b *bench) measureWithin(ctx context.Context, limit time.Duration) error {
	if limit == 0 {
		return b.measure(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := b.measure(limited)
	if limited.Err() != nil {
		b.note("the time is up in round %d of %d", b.round, b.opt.repeat)
		return nil
	}
	return err
}

// measure runs the scenarios, all of them once in every round, so that an hour in which the machine is slow hits all servers
// alike.
func (b *bench) measure(ctx context.Context) error {
	failures := 0
	for b.round = 1; b.round <= b.opt.repeat; b.round++ {
		for _, s := range b.scenarios() {
			if b.round > s.repeat(b.opt) {
				continue
			}
			// The order changes from round to round: the one that comes after another may find the machine warm.
			for i := range s.servers {
				k := s.servers[(i+b.round-1)%len(s.servers)]
				err := s.run(b, ctx, k)
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err != nil {
					failures++
					b.fail(s, k, err)
				}
			}
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d measurements failed; their rows say why", failures)
	}
	return nil
}

// note writes a line about the progress.
func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(b.say, "%5.0fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// fail notes that a scenario gave nothing.
func (b *bench) fail(s *scenario, k kind, err error) {
	text := fmt.Sprintf("%s, round %d: %s", k, b.round, oneLine(err.Error()))
	b.note("FAILED  %s: %s", strings.Join(s.topics, ", "), text)
	for _, r := range b.rows {
		if slices.Contains(s.topics, r.topic) {
			r.Failures = append(r.Failures, text)
		}
	}
}

// oneLine makes a text fit into a line of the report.
func oneLine(text string) string {
	const most = 300
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}

// add adds a measurement to a row, if the row is wanted.
func (b *bench) add(key string, k kind, value float64) {
	i := slices.IndexFunc(b.rows, func(r *row) bool { return r.Key == key })
	if i < 0 {
		return
	}
	f := &b.rows[i].Figures
	to := map[kind]*report.Stat{rollcall: &f.Rollcall, kea: &f.Kea, ceiling: &f.Ceiling}[k]
	to.Values = append(to.Values, value)
}

// remark adds a note to a row, once.
func (b *bench) remark(key, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, r := range b.rows {
		if r.Key == key && !slices.Contains(r.Notes, text) {
			r.Notes = append(r.Notes, text)
		}
	}
}

// dirName begins the name of the directory; the process follows.
const dirName = "rollcall-bench-"

// ownDir makes the directory for the servers' files, and removes those of processes that are no more.
func ownDir(parent string) (string, error) {
	left, err := filepath.Glob(filepath.Join(parent, dirName+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		pid := strings.TrimPrefix(filepath.Base(dir), dirName)
		if _, err := os.Stat("/proc/" + pid); err == nil {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	dir := filepath.Join(parent, fmt.Sprintf("%s%d", dirName, os.Getpid()))
	return dir, os.Mkdir(dir, 0o700)
}
