//go:build netns

package crash_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the rollcall under test.
var program = os.Getenv("ROLLCALL_BINARY")

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run makes sure that there is a binary, and runs the tests.
func run(m *testing.M) int {
	if program == "" {
		dir, err := os.MkdirTemp("", "rollcall-crash-bin-")
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
