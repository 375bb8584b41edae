package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/internal/daemon"
)

// TestMain lets the test binary play the process that signals are sent to.
func TestMain(m *testing.M) {
	if os.Getenv("DAEMON_TEST_VICTIM") != "" {
		victim()
		return
	}
	os.Exit(m.Run())
}

// victim says what it sees and, after the first signal, refuses to end.
func victim() {
	ctx, stop := daemon.Signals(context.Background())
	defer stop()
	fmt.Println("up")
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	select {}
}

func TestSecondSignalKills(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "DAEMON_TEST_VICTIM=1")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			for _, want := range []string{"up", "received " + sig.String()} {
				if !lines.Scan() || lines.Text() != want {
					t.Fatalf("the process said %q (%v), want %q", lines.Text(), lines.Err(), want)
				}
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != sig {
				t.Errorf("the process ended with %v, want %v", err, sig)
			}
		})
	}
}

func TestReloadRunsForEachHangup(t *testing.T) {
	// Until Reload has taken the signal over, this keeps it from killing the test.
	shield := make(chan os.Signal, 1)
	signal.Notify(shield, syscall.SIGHUP)
	defer signal.Stop(shield)

	ctx, cancel := context.WithCancel(t.Context())
	called := make(chan struct{}, 1)
	done := make(chan error, 1)
	go func() {
		done <- daemon.Reload(ctx, func() {
			select {
			case called <- struct{}{}:
			default:
			}
		})
	}()
	for range 2 {
		for tries := 0; ; tries++ {
			if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			select {
			case <-called:
			case <-time.After(10 * time.Millisecond):
				if tries < 500 {
					continue
				}
				t.Fatal("SIGHUP reached nobody")
			}
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Reload = %v", err)
	}
}

func TestNotifyTellsSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	for _, c := range []struct{ state, want string }{
		{daemon.StateReady, "READY=1"},
		{daemon.StateReloading, "RELOADING=1\nMONOTONIC_USEC="},
		{daemon.StateStopping, "STOPPING=1"},
	} {
		if err := daemon.Notify(c.state); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 256)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(buf[:n]); !strings.HasPrefix(got, c.want) {
			t.Errorf("systemd heard %q, want %q", got, c.want)
		}
	}
	t.Setenv("NOTIFY_SOCKET", path+"-gone")
	if err := daemon.Notify(daemon.StateReady); err == nil {
		t.Error("Notify to nobody succeeded")
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := daemon.Notify(daemon.StateReady); err != nil {
		t.Errorf("Notify without systemd: %v", err)
	}
}
