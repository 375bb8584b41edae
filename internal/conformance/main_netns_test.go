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
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-interrupted
		leave(1)
	}()
	runners = append(runners, runner{"wire", startWire, prepare})
	leave(run(m))
}

// leave ends the program, and leaves nothing of it on the machine. Servers die with it (see lab.Host.Start).
func leave(status int) {
	closeWorlds()
	os.RemoveAll(scratch)
	os.Exit(status)
}

// scratch is the directory for what the servers write.
var scratch string

// prepare makes sure that there is a binary, and a directory. Its name is short: paths of unix sockets are.
func prepare() (err error) {
	if scratch, err = os.MkdirTemp("", "rollcall-c-"); err != nil || program != "" {
		return err
	}
	program = filepath.Join(scratch, "rollcall")
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
