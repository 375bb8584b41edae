package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rollcall/leased/store"
)

// failing commits grants until Run ends, which it must with the error want, and checks that only commits before that were told.
func failing(s *store.Store, limit uint32, want error) (told uint32, err error) {
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	for n := uint32(1); n <= limit; n++ {
		done := make(chan struct{})
		s.Submit(&store.Pending{Commit: grant(n, 1), Done: func(store.Outcome) { close(done) }})
		select {
		case <-done:
			told = n
		case err := <-ended:
			select {
			case <-done:
				told = n // by the committer, before the checkpointer failed
			default:
			}
			if !errors.Is(err, want) || !strings.Contains(err.Error(), "leased.db") {
				return told, fmt.Errorf("Run ended with %v, want %w and the name of the file", err, want)
			}
			return told, nil
		}
	}
	return told, errors.New("nothing failed")
}

// wantBeforeOrAfter checks that the file holds told grants, or with the one that failed told+1, and nothing in part.
func wantBeforeOrAfter(t *testing.T, path string, told int) {
	t.Helper()
	checkFile(t, path)
	st := stateOf(t, path)
	if n := len(st.Leases); n != len(st.Events) || n < told || n > told+1 {
		t.Errorf("%d leases and %d events on disk, %d were told", n, len(st.Leases), told)
	}
}

// TestFailedWriteEndsRun makes writes fail by putting a descriptor that cannot be written to in the place of the journal's.
func TestFailedWriteEndsRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	first := make(chan struct{})
	s.Submit(&store.Pending{Commit: grant(1, 1), Done: func(store.Outcome) { close(first) }})
	<-first

	readOnly, err := unix.Open(path+".journal.0", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Dup3(readOnly, descriptor(t, path+".journal.0"), unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	for n := range uint32(3) {
		s.Submit(&store.Pending{Commit: grant(n+2, 1), Done: func(store.Outcome) { t.Error("a commit was told although it failed") }})
	}
	changed := s.Changed(1)
	if err := <-ended; !errors.Is(err, unix.EBADF) || !strings.Contains(err.Error(), path+".journal.0") {
		t.Errorf("Run ended with %v, want EBADF and the name of the file", err)
	}
	select {
	case <-changed:
		t.Error("an event woke its watchers although it was not committed")
	default:
	}
	if n := s.LastSequence(); n != 1 {
		t.Errorf("newest event %d, want 1", n)
	}
	// Whoever submits now is not held up, nor told.
	s.Submit(&store.Pending{Done: func(store.Outcome) { t.Error("Done after the end") }})
	if err := errors.Join(s.Close(), unix.Close(readOnly)); err != nil {
		t.Error(err)
	}
	checkFile(t, path)
	want := grant(1, 1)
	want.Events[0].Sequence = 1
	if diff := cmp.Diff(state{Leases: want.Leases, Events: want.Events}, stateOf(t, path)); diff != "" {
		t.Errorf("on disk (-want +got):\n%s", diff)
	}
}

// descriptor returns the number of this process's descriptor of path that it writes with.
func descriptor(t *testing.T, path string) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range fds {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		flags, flagErr := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err == nil && flagErr == nil && to == path && flags&unix.O_ACCMODE == unix.O_RDWR {
			return fd
		}
	}
	t.Fatalf("no descriptor of %s", path)
	return -1
}

func TestShortWriteEndsRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	out, err := child(t, "short file", path).Output()
	if err != nil {
		t.Fatalf("%s%v", out, err)
	}
	told, err := strconv.Atoi(string(out))
	if err != nil || told == 0 {
		t.Fatalf("the child told %q", out)
	}
	wantBeforeOrAfter(t, path, told)
}

// commitIntoShortFile commits under a limit of the file size that ends inside a page of the journal, so that a write comes
// out short, and prints how many commits were told.
func commitIntoShortFile(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		return err
	}
	limit := uint64(40*4096 + 1000)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	told, err := failing(s, 100_000, unix.EFBIG)
	fmt.Print(told)
	return err
}

// keepEnv names where commitUntilFull keeps the files: what they are mounted on ends with the child.
const keepEnv = "ROLLCALL_STORE_TEST_KEEP"

// commitUntilFull mounts a small file system on the directory of path, commits until it is full, copies the files away and
// prints how many commits were told. Then it makes room, and goes on on the same files.
func commitUntilFull(path string) error {
	if err := unix.Mount("tmpfs", filepath.Dir(path), "tmpfs", 0, "size=4m"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	ballast := filepath.Join(filepath.Dir(path), "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		return err
	}
	cfg := store.Config{Path: path, JournalSize: 64 << 10}
	s, err := store.Open(cfg)
	if err != nil {
		return err
	}
	told, err := failing(s, 100_000, unix.ENOSPC)
	fmt.Print(told)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	for _, name := range databaseFiles {
		b, err := os.ReadFile(path + name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(os.Getenv(keepEnv)+name, b, 0o600); err != nil {
			return err
		}
	}

	// Whether what the journal has fits into the pages that the database has free is not known before it was tried: it opens
	// with all that was told, or says that the disk is full.
	switch s, err := store.Open(cfg); {
	case err == nil:
		n := s.LastSequence()
		if err := s.Close(); err != nil {
			return err
		}
		if n < uint64(told) || n > uint64(told)+1 {
			return fmt.Errorf("on the full disk there are %d events, %d were told", n, told)
		}
	case !errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("open on a full disk: %w, want that it is full", err)
	}
	if _, err := store.Open(store.Config{Path: filepath.Join(filepath.Dir(path), "new.db")}); !errors.Is(err, unix.ENOSPC) ||
		!strings.Contains(err.Error(), "make room on the disk") {
		return fmt.Errorf("a new database with a journal of 16 MiB on a disk of 4: %w, want that it is full, and what to do", err)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	if s, err = store.Open(cfg); err != nil {
		return fmt.Errorf("open with room again: %w", err)
	}
	if n := s.LastSequence(); n < uint64(told) || n > uint64(told)+1 {
		return fmt.Errorf("with room again there are %d events, %d were told", n, told)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := false
	s.Submit(&store.Pending{Commit: grant(1, 2), Done: func(store.Outcome) { done = true }})
	cancel()
	if err := errors.Join(s.Run(ctx), s.Close()); err != nil || !done {
		return fmt.Errorf("commit with room again: done %v, %w", done, err)
	}
	return nil
}

// databaseFiles are what the names of the files of a database end with.
var databaseFiles = []string{"", ".journal.0", ".journal.1"}
