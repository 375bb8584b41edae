package layers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What README.md says of speed is what `make bench` has measured: its table is one of deploy/bench/results.md.
func TestReadmeQuotesTheBenchmark(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := os.ReadFile(filepath.Join(root, "deploy/bench/results.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "\n## How fast\n")
	if !found {
		t.Fatal("README.md has no section How fast")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		rows++
		if !strings.Contains(string(results), line) {
			t.Errorf("README.md quotes what deploy/bench/results.md does not say:\n%s", line)
		}
	}
	if rows < 10 {
		t.Errorf("README.md quotes %d rows of the benchmark", rows)
	}
}
