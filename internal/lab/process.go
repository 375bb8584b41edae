package lab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Process is a program that runs on a [Host].
type Process struct {
	Name string
	Log  string // file that has its standard output and error

	cmd    *exec.Cmd
	ended  chan struct{}
	err    error // of Wait; set before ended is closed
	meant  atomic.Bool
	output *os.File
}

// Start starts a program on the host, with its output appended to the file log. It
// gets no proxy settings: the proxies of this machine are not on the segment.
//
// The program is in a process group of its own, so that a Ctrl-C at the terminal
// reaches this process alone, which then ends it in order. It is killed when this
// process dies.
func (h *Host) Start(name, log string, args ...string) (*Process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	cmd := exec.Command("ip", append([]string{"netns", "exec", h.Namespace}, args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = withoutProxies(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		out.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{Name: name, Log: log, cmd: cmd, ended: make(chan struct{}), output: out}
	go func() {
		p.err = cmd.Wait()
		// Scripts of the program may have outlived it.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		out.Close()
		close(p.ended)
	}()
	return p, nil
}

func withoutProxies(environ []string) []string {
	var env []string
	for _, e := range environ {
		if name, _, _ := strings.Cut(e, "="); !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			env = append(env, e)
		}
	}
	return env
}

// PID returns the process identifier.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended returns a channel that is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Failure returns nil while the program runs and after an end that Stop or Kill
// asked for; otherwise what it ended with.
func (p *Process) Failure() error {
	select {
	case <-p.ended:
	default:
		return nil
	}
	switch {
	case p.meant.Load():
		return nil
	case p.err == nil:
		return fmt.Errorf("%s ended by itself", p.Name)
	default:
		return fmt.Errorf("%s ended by itself: %w", p.Name, p.err)
	}
}

// ExitCode returns the exit status of a program that has ended, and -1 while it runs
// or when a signal ended it.
func (p *Process) ExitCode() int {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	default:
		return -1
	}
}

// Signal sends a signal that is not meant to end the program.
func (p *Process) Signal(sig os.Signal) error { return p.cmd.Process.Signal(sig) }

// Kill ends the program with SIGKILL and waits for its end.
func (p *Process) Kill() {
	p.meant.Store(true)
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// Stop ends the program with SIGTERM, or with SIGKILL if that takes longer than
// grace; that is an error.
func (p *Process) Stop(grace time.Duration) error {
	p.meant.Store(true)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(grace):
		p.Kill()
		return fmt.Errorf("%s did not end within %v of SIGTERM", p.Name, grace)
	}
}

// Said reports whether text is in the output.
func (p *Process) Said(text string) (bool, error) {
	b, err := os.ReadFile(p.Log)
	return bytes.Contains(b, []byte(text)), err
}

// Tail returns the last n lines of the output.
func (p *Process) Tail(n int) []string { return tail(p.Log, n) }

func tail(path string, n int) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	text := strings.TrimRight(string(b), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-n):]
}
