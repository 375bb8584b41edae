//go:build netns

package lab_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"rollcall/internal/lab"
)

// binary returns the path of rollcall: the one that `make test` has built, or one
// built here.
func binary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ROLLCALL_BINARY"); path != "" {
		return path
	}
	path := filepath.Join(t.TempDir(), "rollcall")
	if out, err := exec.Command("go", "build", "-o", path, "rollcall").CombinedOutput(); err != nil {
		t.Fatalf("build rollcall: %v\n%s", err, out)
	}
	return path
}

// nothingLeft fails the test if a lab of this process has left something behind.
func nothingLeft(t *testing.T, tmp string) {
	t.Helper()
	for _, pattern := range []string{fmt.Sprintf("/run/netns/rollcall-lab-%d-*", os.Getpid()), tmp + "/rollcall-lab-*"} {
		if left, _ := filepath.Glob(pattern); left != nil {
			t.Errorf("left behind: %v", left)
		}
	}
}

// tempDir makes the lab use a temporary directory of the test. Its path is short
// because sockets are in it.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	return dir
}

// The story comes to its end in time, and nothing is left of it.
func TestStory(t *testing.T) {
	rollcall := binary(t)
	tmp := tempDir(t)
	var out, errOut bytes.Buffer
	begin := time.Now()
	if err := lab.Run(t.Context(), rollcall, true, &out, &errOut); err != nil {
		t.Errorf("%v\n%s%s", err, out.String(), errOut.String())
	}
	if took := time.Since(begin); took > 45*time.Second {
		t.Errorf("it took %v, want 45s at most", took)
	}
	nothingLeft(t, tmp)
	t.Logf("\n%s", out.String())
}

// When a program dies, the lab ends, says which step and which program, shows
// what it said, and leaves nothing.
func TestProgramDies(t *testing.T) {
	tmp := tempDir(t)
	script := filepath.Join(t.TempDir(), "rollcall")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho no luck today\nexit 7\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, once := range []bool{true, false} {
		var errOut bytes.Buffer
		err := lab.Run(t.Context(), script, once, io.Discard, &errOut)
		if err == nil || !regexp.MustCompile(`step "services" failed: .*ended by itself: exit status 7`).MatchString(err.Error()) {
			t.Errorf("once %v: error %v", once, err)
		}
		if !bytes.Contains(errOut.Bytes(), []byte("no luck today")) {
			t.Errorf("once %v: the log is not shown: %s", once, errOut.String())
		}
		nothingLeft(t, tmp)
	}
}

// Ctrl-C in the middle of the story is no failure, unless it was to be told to its
// end.
func TestInterrupted(t *testing.T) {
	tmp := tempDir(t)
	script := filepath.Join(t.TempDir(), "rollcall")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec sleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, once := range []bool{true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := lab.Run(ctx, script, once, io.Discard, io.Discard)
		if (err != nil) != once {
			t.Errorf("once %v: error %v", once, err)
		}
		nothingLeft(t, tmp)
	}
}
