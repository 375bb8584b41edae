package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	report = flag.Bool("report", false, "print the table by group instead of running the tests")
	only   = flag.String("only", "", "with -report: only cases whose name contains this")
	atOnce = flag.Int("at-once", 6, "how many cases are on the wire at once; they wait more than they compute")
)

// runner is a way to play the table.
type runner struct {
	name    string
	start   func(*kase, []byte) (server, error)
	prepare func() error
}

var runners = []runner{{"rules", startRules, func() error { return nil }}}

// run runs the tests, or prints the report.
func run(m *testing.M) int {
	if !*report {
		return m.Run()
	}
	groups, err := table()
	if err == nil {
		for _, r := range runners {
			if err = r.prepare(); err != nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return 1
	}
	if !show(groups) {
		return 1
	}
	return 0
}

// result is what became of one case with one runner.
type result struct {
	skip  string
	wrong []string
}

// show plays all groups and prints them, and reports whether nothing failed.
func show(groups []*group) bool {
	began := time.Now()
	fmt.Printf("%-58s", "conformance")
	for _, r := range runners {
		fmt.Printf("%14s", r.name)
	}
	fmt.Println()
	results := playGroups(groups)
	cases, played, failed := 0, 0, 0
	var failures, differs, elsewhere []string
	for _, g := range groups {
		passed, total := make([]int, len(runners)), make([]int, len(runners))
		for _, c := range g.Cases {
			if !strings.Contains(c.Name, *only) {
				continue
			}
			cases++
			if c.Test != "" {
				elsewhere = append(elsewhere, fmt.Sprintf("  %-30s %s", c.Name, c.Test))
			}
			if c.Differs != "" {
				differs = append(differs, fmt.Sprintf("  %s (%s)\n%s", c.Name, c.Source, wrapped(c.Differs)))
			}
			for i, r := range runners {
				res := results[c][i]
				if res.skip != "" {
					continue
				}
				total[i]++
				played++
				if len(res.wrong) == 0 {
					passed[i]++
					continue
				}
				failed++
				failures = append(failures, fmt.Sprintf("  FAIL %s, %s (%s)\n      %s", c.Name, r.name, c.Source,
					strings.ReplaceAll(strings.Join(res.wrong, "\n"), "\n", "\n      ")))
			}
		}
		fmt.Printf("  %-56s", g.Group)
		for i := range runners {
			mark := ""
			if passed[i] < total[i] {
				mark = "!"
			}
			fmt.Printf("%14s", fmt.Sprintf("%s %d/%d", mark, passed[i], total[i]))
		}
		fmt.Println()
	}
	if len(failures) > 0 {
		fmt.Printf("\n%s\n", strings.Join(failures, "\n"))
	}
	if len(differs) > 0 {
		fmt.Printf("\nDifferent on purpose\n%s\n", strings.Join(differs, "\n"))
	}
	if len(elsewhere) > 0 {
		fmt.Printf("\nProven by other tests\n%s\n", strings.Join(elsewhere, "\n"))
	}
	fmt.Printf("\n%d cases, played %d times in %v: %d failed\n", cases, played, time.Since(began).Round(100*time.Millisecond), failed)
	return failed == 0
}

// playGroups plays every case with every runner.
func playGroups(groups []*group) map[*kase][]result {
	results := map[*kase][]result{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, *atOnce)
	for _, g := range groups {
		for _, c := range g.Cases {
			if !strings.Contains(c.Name, *only) {
				continue
			}
			wg.Add(1)
			slots <- struct{}{}
			go func() {
				defer func() { <-slots; wg.Done() }()
				list := make([]result, len(runners))
				for i, r := range runners {
					if list[i].skip = c.playable(r.name); list[i].skip == "" {
						list[i].wrong = c.play(r.start)
					}
				}
				mu.Lock()
				results[c] = list
				mu.Unlock()
			}()
		}
	}
	wg.Wait()
	return results
}

// wrapped is a paragraph, indented.
func wrapped(text string) string {
	var b strings.Builder
	column := 0
	for _, w := range strings.Fields(text) {
		if column == 0 || column+1+len(w) > 110 {
			if column > 0 {
				b.WriteString("\n")
			}
			b.WriteString("      ")
			column = 6
		} else {
			b.WriteString(" ")
			column++
		}
		b.WriteString(w)
		column += len(w)
	}
	return b.String()
}
