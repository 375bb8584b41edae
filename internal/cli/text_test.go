package cli_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/internal/cli"
)

func TestRelative(t *testing.T) {
	for _, tt := range []struct {
		in   time.Duration
		want string
	}{
		{0, "now"},
		{400 * time.Millisecond, "now"},
		{102 * time.Second, "in 1m42s"},
		{-18 * time.Second, "18s ago"},
		{time.Minute, "in 1m"},
		{59*time.Minute + 59900*time.Millisecond, "in 1h"},
		{-(7*time.Hour + 5*time.Minute + 59*time.Second), "7h5m ago"},
		{76 * time.Hour, "in 3d4h"},
		{-72 * time.Hour, "3d ago"},
	} {
		if got := cli.Relative(noon.Add(tt.in), noon); got != tt.want {
			t.Errorf("%v from now: got %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := cli.Relative(time.Time{}, noon); got != "" {
		t.Errorf("no time: got %q, want nothing", got)
	}
}

// TestDiagnose makes sure that an operator can tell a stopped service from a forbidden one.
func TestDiagnose(t *testing.T) {
	socket := filepath.Join(shortDir(t), "leased.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(socket, 0o660); err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, refused := net.Dial("unix", socket)
	for _, tt := range []struct {
		name  string
		cause error
		want  []string
	}{
		{"nobody listens", refused, []string{"nobody listens", "`rollcall leased`", "`rollcall up`"}},
		{"no socket", os.ErrNotExist, []string{"no such socket", "-c"}},
		{"forbidden", syscall.EACCES, []string{"permission denied", "root:root", "0660", "group"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := cli.Diagnose(socket, tt.cause)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %q, want %q in it", got, want)
				}
			}
		})
	}
}
