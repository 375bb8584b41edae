package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// micro is a benchmark that sits beside the code.
type micro struct {
	pkg, name string
	rows      map[string]string // of the report, by the beginning of the name of a case; a row has the highest of its cases
}

var micros = []micro{
	{"./frontend/packet", "Parse", map[string]string{"BenchmarkParse": "decode"}},
	{"./frontend/packet", "AppendReply", map[string]string{"BenchmarkAppendReply": "encode"}},
	{"./leased/engine", "Decide", map[string]string{"BenchmarkDecide/request/": "decide", "BenchmarkDecide/renew/": "decide"}},
}

// allocs runs the benchmarks beside the code.
func (b *bench) allocs(ctx context.Context, k kind) error {
	var errs []error
	for _, m := range micros {
		found, err := m.run(ctx)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		highest := map[string]float64{}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			b.note("%-9s %-22s %s: %d", k, "allocations", name, found[name])
			for begin, row := range m.rows {
				if strings.HasPrefix(name, begin) {
					highest[row] = max(highest[row], float64(found[name]))
				}
			}
		}
		for row, n := range highest {
			b.add(row, k, n)
		}
	}
	return errors.Join(errs...)
}

// run returns the allocations of the benchmark's cases.
func (m micro) run(ctx context.Context) (map[string]int, error) {
	// Allocations are the same in every pass, and so few are enough.
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark"+m.name+"$", "-benchmem", "-benchtime", "2000x", m.pkg)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, out)
	}
	return parseAllocs(string(out))
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
