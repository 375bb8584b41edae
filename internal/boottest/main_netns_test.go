//go:build netns

package boottest_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the rollcall under test.
var program = os.Getenv("ROLLCALL_BINARY")

var report = flag.Bool("report", false, "print a table of the tests, and what rollcall boot show said in each")

func TestMain(m *testing.M) {
	flag.Parse()
	status := run(m)
	if *report {
		printReport(os.Stdout)
	}
	os.Exit(status)
}

// run makes sure that there is a binary, and runs the tests.
func run(m *testing.M) int {
	if program == "" {
		dir, err := os.MkdirTemp("", "rollcall-boot-bin-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "rollcall")
		mod, err := exec.Command("go", "env", "GOMOD").Output()
		if err != nil {
			fmt.Fprintln(os.Stderr, "go env GOMOD:", err)
			return 1
		}
		build := exec.Command("go", "build", "-o", program, ".")
		build.Dir = filepath.Dir(strings.TrimSpace(string(mod)))
		if said, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, said)
			return 1
		}
	}
	return m.Run()
}
