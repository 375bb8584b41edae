package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// childEnv names the work that the test binary does when it runs as a child of itself, pathEnv the file it does it on.
const (
	childEnv = "ROLLCALL_STORE_TEST_CHILD"
	pathEnv  = "ROLLCALL_STORE_TEST_PATH"
)

func TestMain(m *testing.M) {
	work := map[string]func(path string) error{
		"":           nil,
		"grant":      grantForEver,
		"short file": commitIntoShortFile,
		"full disk":  commitUntilFull,
	}[os.Getenv(childEnv)]
	if work == nil {
		os.Exit(m.Run())
	}
	if err := work(os.Getenv(pathEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child returns the command that does some work on path in a process of its own.
func child(t *testing.T, work, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+work, pathEnv+"="+path)
	cmd.Stderr = t.Output()
	return cmd
}

// grantForEver commits leases and prints the address and revision of each that is done.
func grantForEver(path string) error {
	s, err := store.Open(store.Config{Path: path, MaxEvents: 500})
	if err != nil {
		return err
	}
	go func() {
		for i := uint32(0); ; i++ {
			n, rev := i%1000+1, uint64(i/1000+1)
			s.Submit(&store.Pending{Commit: grant(n, rev), Done: func(store.Outcome) { fmt.Println(n, rev) }})
		}
	}()
	return s.Run(context.Background())
}

func TestEveryDoneCommitSurvivesAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	told := map[engine.IP]uint64{}
	for range 4 { // each on the file that the last one left
		cmd := child(t, "grant", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		clear(told)
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			if i == 3000 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			var n uint32
			var rev uint64
			if k, _ := fmt.Sscan(lines.Text(), &n, &rev); k == 2 {
				told[lease(n, 0).IP] = rev
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		checkFile(t, path)
		for _, l := range stateOf(t, path).Leases {
			if l.Revision < told[l.IP] {
				t.Fatalf("%s has revision %d on disk, %d was told", l.IP, l.Revision, told[l.IP])
			}
			delete(told, l.IP)
		}
		if len(told) > 0 {
			t.Fatalf("%d leases that were told are lost: %v", len(told), told)
		}
	}
}
