package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"rollcall/internal/config"
	"rollcall/internal/fault"
)

// The exit statuses, see the package comment.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitUnreachable = 4
)

// usageError is a command line that makes no sense.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// usagef returns a usageError for mistakes that only the verb itself can see.
func usagef(f string, args ...any) error { return &usageError{text: fmt.Sprintf(f, args...)} }

// reportedError is a failure whose lines have been written already; only its status is left to tell.
type reportedError struct{ status int }

func (e *reportedError) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// exitOf returns the exit status for an error.
func exitOf(err error) int {
	if e, ok := errors.AsType[*reportedError](err); ok {
		return e.status
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*config.Errors](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*unreadableError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*unreachableError](err); ok {
		return exitUnreachable
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return exitUnreachable
	}
	if fault.CodeOf(err) == fault.NotFound {
		return exitNotFound
	}
	return exitFailed
}

// report writes an error for people: one line, or the list of a configuration's faults.
func report(w io.Writer, err error) {
	if _, ok := errors.AsType[*reportedError](err); ok {
		return
	}
	if e, ok := errors.AsType[*config.Errors](err); ok {
		fmt.Fprintln(w, strings.TrimRight(e.Error(), "\n"))
		return
	}
	fmt.Fprintf(w, "rollcall: %s\n", sentence(err))
}

// sentence is an error without its line breaks, with the reason and field that a program would look at.
func sentence(err error) string {
	text := err.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		text = "no answer in time; --timeout waits longer"
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		var names []string
		for _, n := range []string{f.Reason, f.Field} {
			if n != "" {
				names = append(names, printable(n))
			}
		}
		if len(names) > 0 {
			text += " (" + strings.Join(names, ", ") + ")"
		}
	}
	return strings.Join(strings.Fields(text), " ")
}
