//go:build netns

package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// program is the rollcall under test.
var program = os.Getenv("ROLLCALL_BINARY")

// TestWire plays every case that needs no long wait on processes and a wire.
func TestWire(t *testing.T) {
	prepareWire(t)
	playAll(t, "wire", startWire)
}

func prepareWire(t *testing.T) {
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue { // cases wait far more than they compute
		_ = flag.Set("test.parallel", "6")
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		closeWorlds()
		os.Exit(1)
	}()
	runners = append(runners, runner{"wire", startWire, prepare})
	status := run(m)
	closeWorlds()
	os.Exit(status)
}

// prepare makes sure that there is a binary.
func prepare() error {
	if program != "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "rollcall-conformance-bin-")
	if err != nil {
		return err
	}
	program = filepath.Join(dir, "rollcall")
	atEnd = append(atEnd, func() { os.RemoveAll(dir) })
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("go env GOMOD: %w", err)
	}
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Dir(strings.TrimSpace(string(mod)))
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, said)
	}
	return nil
}
