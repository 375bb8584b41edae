//go:build netns

package store_test

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestFullDiskEndsRun commits to a small file system, mounted in a namespace of the child, until it is full.
func TestFullDiskEndsRun(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.db")
	cmd := child(t, "full disk", filepath.Join(dir, "disk", "leased.db"))
	if err := os.Mkdir(filepath.Join(dir, "disk"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, keepEnv+"="+kept)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s%v", out, err)
	}
	told, err := strconv.Atoi(string(out))
	if err != nil || told == 0 {
		t.Fatalf("the child told %q", out)
	}
	wantBeforeOrAfter(t, kept, told)
}
