//go:build netns

package boottest_test

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// outcome is what became of a test.
type outcome struct {
	test   string
	took   time.Duration
	passed bool
	shown  []string
}

// outcomes are in the order in which the tests ended. They run one after the other.
var outcomes []outcome

// record takes down what became of the test.
func (w *world) record() {
	outcomes = append(outcomes, outcome{w.Name(), time.Since(w.began), !w.Failed(), w.shown})
}

// printReport prints what rollcall boot show said of each machine, and a table.
func printReport(out io.Writer) {
	for _, o := range outcomes {
		for _, text := range o.shown {
			fmt.Fprintf(out, "\n%s: rollcall boot show\n%s\n", o.test, strings.TrimRight(text, "\n"))
		}
	}
	fmt.Fprintf(out, "\n%-28s %8s  %s\n", "TEST", "SECONDS", "RESULT")
	for _, o := range outcomes {
		result := "passed"
		if !o.passed {
			result = "FAILED"
		}
		fmt.Fprintf(out, "%-28s %8.1f  %s\n", o.test, o.took.Seconds(), result)
	}
}
