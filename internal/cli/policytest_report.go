package cli

import (
	"fmt"
	"io"
	"strings"

	"rollcall/internal/caret"
	"rollcall/leased/policy/policytest"
	"rollcall/leased/policy/sandbox"
)

// policyTestRow is one test in a list for programs.
type policyTestRow struct {
	file string
	policytest.Test
}

var policyTestColumns = []column[policyTestRow]{
	{key: "file", value: func(r policyTestRow) any { return r.file }},
	{key: "test", value: func(r policyTestRow) any { return r.Name }},
	{key: "line", value: func(r policyTestRow) any { return uint32(r.Pos.Line) }},
	{key: "outcome", value: func(r policyTestRow) any { return policyOutcome(r.Failure) }},
	{key: "place", value: func(r policyTestRow) any {
		if r.Failure == nil {
			return ""
		}
		return r.Failure.Pos.String()
	}},
	{key: "message", value: func(r policyTestRow) any {
		if r.Failure == nil {
			return ""
		}
		return r.Failure.Text()
	}},
	{key: "backtrace", value: func(r policyTestRow) any {
		if r.Failure == nil {
			return ""
		}
		return r.Failure.Backtrace
	}},
	{key: "printed", value: func(r policyTestRow) any {
		var lines []string
		for _, l := range r.Printed {
			lines = append(lines, l.Pos.String()+": "+l.Text)
		}
		return strings.Join(lines, "\n")
	}},
	{key: "note", value: func(r policyTestRow) any { return stretchText(r.Longest) }},
}

func policyOutcome(f *sandbox.Failure) string {
	if f == nil {
		return "passed"
	}
	return "failed"
}

// policyReport tells people of tests as they end, or gathers them for a list.
type policyReport struct {
	app             *app
	verbose, listed bool
	rows            []policyTestRow

	files, tests, failed, faulty int
	// empty are the files that have no tests at all.
	empty []string
}

// broken tells of a file that cannot be loaded.
func (r *policyReport) broken(problems *sandbox.Errors) {
	r.files++
	r.faulty++
	for _, p := range problems.List {
		fmt.Fprintln(r.app.Stderr, p.Error())
	}
}

// file tells of the tests of a file.
func (r *policyReport) file(f *policytest.File) error {
	r.files++
	if f.Defined == 0 {
		r.empty = append(r.empty, f.Name)
	}
	for _, t := range f.Tests {
		r.tests++
		if t.Failure != nil {
			r.failed++
		}
		if r.listed {
			r.rows = append(r.rows, policyTestRow{f.Name, t})
		} else if err := r.test(&t); err != nil {
			return err
		}
	}
	return nil
}

// test writes what came of one test. What it printed comes first, as it did.
func (r *policyReport) test(t *policytest.Test) error {
	var b strings.Builder
	for _, l := range t.Printed {
		fmt.Fprintf(&b, "%s: %s\n", l.Pos, printable(l.Text))
	}
	switch f := t.Failure; {
	case f != nil:
		writeFailure(&b, t)
	case r.verbose:
		fmt.Fprintf(&b, "%s: %s passes\n", t.Pos, t.Name)
	}
	if note := stretchText(t.Longest); note != "" {
		fmt.Fprintf(&b, "%s: note: in %s, %s\n", t.Pos, t.Name, note)
	}
	_, err := io.WriteString(r.app.Stdout, b.String())
	return err
}

// writeFailure writes where a test failed and why, and how the script came there where that is more than one call deep.
func writeFailure(b *strings.Builder, t *policytest.Test) {
	f, head := t.Failure, t.Name+" fails"
	if f.Pos.Line > 0 {
		b.WriteString(caret.Render(f.Pos.Filename(), int(f.Pos.Line), int(f.Pos.Col), head, printable(f.Text()), t.Source) + "\n")
	} else {
		b.WriteString(t.Pos.String() + ": " + head + ": " + printable(f.Text()) + "\n")
	}
	calls, _, _ := strings.Cut(f.Backtrace, "\nError")
	lines := strings.Split(calls, "\n")
	if scripts := len(lines) - strings.Count(calls, "<builtin>") - 1; scripts > 1 || f.Kind == sandbox.FailedInternal {
		for _, l := range lines {
			b.WriteString("      " + printable(l) + "\n")
		}
	}
}

// stretchText says that a part of a test may be more than a hook can do, "" where it is not.
func stretchText(s policytest.Stretch) string {
	if s.Steps == 0 {
		return ""
	}
	from, to := "its beginning", "its end"
	if s.From > 0 {
		from = fmt.Sprintf("line %d", s.From)
	}
	if s.To > 0 {
		to = fmt.Sprintf("line %d", s.To)
	}
	return fmt.Sprintf("%s to %s takes %d steps, and a hook may take %d", from, to, s.Steps, s.Budget)
}

// close writes the summary and returns the failure of the run, nil where all is well.
func (r *policyReport) close(match string) error {
	text := count(r.files, "file", "files") + ", " + count(r.tests, "test", "tests")
	if r.faulty > 0 {
		text += ", " + count(r.faulty, "file does not load", "files do not load")
	}
	if r.failed > 0 {
		text += fmt.Sprintf(", %d failed", r.failed)
	}
	bad := r.failed+r.faulty > 0
	if !bad && r.tests > 0 {
		text += "; ok"
	}
	to := r.app.Stdout
	if r.listed {
		to = r.app.Stderr
	}
	if _, err := fmt.Fprintln(to, text); err != nil {
		return err
	}
	switch {
	case bad:
		return &reportedError{exitFailed}
	case r.tests == 0 && match != "":
		return fmt.Errorf("no test is called like %q", match)
	case r.tests == 0:
		return fmt.Errorf("there is nothing to test: a test is a function without parameters whose name begins with test_")
	case len(r.empty) > 0 && r.verbose:
		fmt.Fprintf(r.app.Stderr, "without tests: %s\n", strings.Join(r.empty, ", "))
	}
	return nil
}
