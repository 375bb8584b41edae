package cli_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/internal/cli"
)

// run runs a verb without any services.
func run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = cli.Run(t.Context(), cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(string) string { return "" }, Now: func() time.Time { return noon },
	})
	return status, out.String(), errs.String()
}

// TestVerbs asks every verb of the command line for its help, and demands an example in it.
func TestVerbs(t *testing.T) {
	for _, verb := range []string{
		"", "up", "frontend", "leased", "webhookd", "check", "reload", "lab", "explain", "version", "completion",
		"lease", "lease list", "lease get", "lease release", "lease history",
		"reservation", "reservation list", "reservation get", "reservation add", "reservation set", "reservation delete",
		"reservation import", "reservation export",
		"pool", "pool list", "pool scan", "quarantine", "quarantine list", "quarantine clear",
		"client", "client list", "client resume", "lookup", "lookup list", "lookup forget", "event", "event list", "event watch",
		"delivery", "delivery list", "delivery replay", "delivery drop", "backup",
	} {
		t.Run(verb, func(t *testing.T) {
			status, help, errs := run(t, append(strings.Fields(verb), "--help")...)
			if status != 0 || errs != "" {
				t.Fatalf("rollcall %s --help: status %d, stderr %q", verb, status, errs)
			}
			command := strings.TrimSpace("rollcall " + verb)
			if _, usage, _ := strings.Cut(help, "Usage:\n  "); !strings.HasPrefix(usage, command) {
				t.Errorf("the help of %q shows the usage of something else:\n%s", command, help)
			}
			if _, examples, ok := strings.Cut(help, "Examples:\n"); !ok || !strings.Contains(examples, command) {
				t.Errorf("the help of %q has no example of it:\n%s", command, help)
			}
		})
	}
}

// TestEveryVerbHasHelp walks the tree as it is, so that a verb added later cannot do without.
func TestEveryVerbHasHelp(t *testing.T) {
	for path, cmd := range cli.Tree() {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: its short description is %q; write a phrase without a full stop", path, cmd.Short)
		}
		if !strings.Contains(cmd.Example, "rollcall") {
			t.Errorf("%s has no example", path)
		}
	}
}

// TestInterrupted ends a run from outside while it waits for events.
func TestInterrupted(t *testing.T) {
	address := serveLeased(t, shortDir(t))
	ctx, cancel := context.WithCancel(t.Context())
	var out lines
	done := make(chan int, 1)
	go func() {
		done <- cli.Run(ctx, cli.Env{
			Args: []string{"event", "watch", "--leased", address}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
			Getenv: func(string) string { return "" }, Now: func() time.Time { return noon },
		})
	}()
	out.wait(t, "lease.granted")
	cancel()
	if status := <-done; status != 0 {
		t.Errorf("exit status %d, want 0: the end of a watch is no failure", status)
	}
}
