package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// micro is a benchmark that sits beside the code, and the row that its allocations belong to. A row has the highest of its
// benchmarks.
type micro struct{ row, pkg, name string }

var micros = []micro{
	{"decode", "./frontend/packet", "BenchmarkParse"},
	{"encode", "./frontend/packet", "BenchmarkAppendReply"},
	{"decide", "./leased/engine", "BenchmarkDecide/request"},
	{"decide", "./leased/engine", "BenchmarkDecide/renew"},
}

// allocs runs the benchmarks beside the code.
func (b *bench) allocs(ctx context.Context, k kind) error {
	highest := map[string]float64{}
	for _, m := range micros {
		// Allocations are the same in every pass, and so few are enough.
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^"+strings.ReplaceAll(m.name, "/", "$/"), "-benchmem",
			"-benchtime", "2000x", m.pkg)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%v: %w: %s", cmd.Args, err, bytes.TrimSpace(out))
		}
		found, err := parseAllocs(string(out))
		if err != nil {
			return fmt.Errorf("%s of %s: %w", m.name, m.pkg, err)
		}
		for name, n := range found {
			b.note("%-9s %-22s %s: %d allocations", k, "allocs", name, n)
			highest[m.row] = max(highest[m.row], float64(n))
		}
	}
	for _, row := range []string{"decode", "encode", "decide"} {
		b.add(row, k, highest[row])
	}
	return nil
}

// parseAllocs reads the allocations of each benchmark of an output of `go test -benchmem`.
func parseAllocs(output string) (map[string]int, error) {
	found := map[string]int{}
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 3 || !strings.HasPrefix(fields[0], "Benchmark") || fields[len(fields)-1] != "allocs/op" {
			continue
		}
		n, err := strconv.Atoi(fields[len(fields)-2])
		if err != nil {
			return nil, err
		}
		found[fields[0]] = n
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no allocations in %q", output)
	}
	return found, nil
}
