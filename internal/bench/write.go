package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"rollcall/internal/bench/report"
)

// notes say how the figures came about.
var notes = []string{
	"Server and load are at the two ends of a veth pair, in network namespaces of their own, on one machine.",
	"rollcall is `rollcall up`: frontend, leased and webhookd, and every ACK is on disk before it leaves. Kea keeps its leases in a " +
		"file (memfile), which it writes but never syncs; multi-threading is on, with its defaults. The ceiling is a server that only " +
		"computes an address from the hardware address: no leases, no disk.",
	"Probes are off but in their own row, because Kea has none. No client is suspended for asking often (`limits: {actions: 0}`), because " +
		"one client of the load stands for many. Every other setting of rollcall is at its default.",
	"The load is perfdhcp, a relay agent with 60,000 clients, who are known to the server unless the row says otherwise. An answer later than " +
		"a second is a drop. A rate is clean if at most 0.1 % of the questions are dropped, in two runs; a run with less than 1 % is made once " +
		"more. Drops are counted as perfdhcp counts them: those of its own full socket are in. What is under way at the end of a run has 50 ms to arrive.",
	"Renewals and the delays during the mass expiry are measured with a generator of our own: perfdhcp renews only beside as many new " +
		"exchanges, and gives no percentiles. rollcall writes every renewal to disk, and Kea to its file, but for the row that says otherwise.",
	"Backups, watchers, webhooks: one backup begins a second after the last has ended, the watchers are processes of `rollcall event watch` on " +
		"the same cores, and the webhooks of 60,000 first grants wait for an endpoint that refuses connections. Known clients add few events.",
	"Receive buffers are those that each server asks for; Kea is content with what the kernel gives.",
	"The servers take turns within a repetition, and their order changes from one to the next. Ratios are those of medians.",
}

// report prints the table, and writes the files if there is a place for them.
func (b *bench) report(ctx context.Context) error {
	facts, err := b.facts(ctx)
	if err != nil {
		return err
	}
	r := &report.Report{Facts: facts, Notes: notes}
	for _, row := range b.rows {
		r.Rows = append(r.Rows, &row.Row)
	}
	fmt.Fprintln(b.say)
	if err := r.Text(b.say); err != nil {
		return err
	}
	for _, f := range facts {
		fmt.Fprintf(b.say, "%s: %s\n", f.Name, f.Value)
	}
	if b.opt.out == "" {
		return nil
	}
	if err := os.MkdirAll(b.opt.out, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{"results.md": r.Markdown, "results.csv": r.CSV, "runs.csv": b.writeRuns} {
		if err := writeFile(filepath.Join(b.opt.out, name), write); err != nil {
			return err
		}
	}
	fmt.Fprintf(b.say, "written: results.md, results.csv and runs.csv in %s\n", b.opt.out)
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}

// writeRuns writes every run of a load generator.
func (b *bench) writeRuns(w io.Writer) error {
	lines := [][]string{{
		"seconds", "round", "server", "what", "generator", "asked_per_s", "finished_per_s", "dropped_share", "offer_avg_ms", "offer_max_ms",
		"ack_avg_ms", "ack_max_ms", "lost_at_generator", "processor_us_each",
	}}
	decimal := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	for _, r := range b.runs {
		lines = append(lines, []string{
			decimal(r.at.Seconds(), 1), strconv.Itoa(r.round), string(r.server), r.what, r.generator, strconv.Itoa(r.asked), decimal(r.rate, 1),
			decimal(r.dropped, 5), decimal(ms(r.offer.Avg), 3), decimal(ms(r.offer.Max), 3), decimal(ms(r.ack.Avg), 3), decimal(ms(r.ack.Max), 3),
			strconv.FormatInt(r.lost, 10), decimal(us(r.processor), 1),
		})
	}
	return csv.NewWriter(w).WriteAll(lines)
}
