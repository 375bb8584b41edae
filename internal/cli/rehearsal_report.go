package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rollcall/internal/cli/recorded"
	"rollcall/leased/engine"
	"rollcall/leased/policy"
	"rollcall/leased/policy/replay"
)

// rehearsalReport gathers what messages came to.
type rehearsalReport struct {
	app              *app
	format           *formatFlag
	verbose, changed bool
	mac              string
	recording        *recorded.Recording

	shown                                []played
	answered, refused, dropped, silenced int
	failures                             map[string]*hookFailures // by place
}

// hookFailures are those of one place.
type hookFailures struct {
	times int
	first string
}

// byPolicy are the reasons for which the policy leaves a message without an answer.
var byPolicy = []engine.Reason{engine.PolicyFilter, engine.PolicySuspend, engine.PolicyIgnore, engine.PolicySilent, engine.PolicyError}

// add counts a message and remembers it, if it is to be shown.
func (r *rehearsalReport) add(m *recorded.Message, o replay.Outcome) {
	p := newPlayed(m, &o)
	switch d := &o.Decision; {
	case d.Kind == engine.Drop && slices.Contains(byPolicy, d.Reason):
		r.dropped++
	case d.Kind == engine.Drop:
		r.silenced++
	case d.Kind == engine.Nak:
		r.refused++
	default:
		r.answered++
	}
	r.failuresIn(o.Policy)
	for _, e := range o.Events {
		r.failuresIn(e.Policy)
	}
	if r.mac != "" && r.mac != m.Query.HW.String() || r.changed && p.policy == "" {
		return
	}
	r.shown = append(r.shown, p)
}

func (r *rehearsalReport) failuresIn(steps []engine.Step) {
	for _, s := range steps {
		if msg, failed := policy.FailureIn(s); failed {
			r.fail(s.Because, msg)
		}
	}
}

func (r *rehearsalReport) fail(at, msg string) {
	if r.failures == nil {
		r.failures = map[string]*hookFailures{}
	}
	if r.failures[at] == nil {
		r.failures[at] = &hookFailures{first: msg}
	}
	r.failures[at].times++
}

// close writes everything.
func (r *rehearsalReport) close() error {
	summary, cols := r.app.Stdout, playedColumns
	if r.format.value != formatTable {
		summary = r.app.Stderr
	}
	if r.verbose {
		cols = append(slices.Clip(cols), stepsColumn)
	}
	var err error
	if r.verbose && r.format.value == formatTable {
		err = r.printSteps()
	} else {
		err = printList(r.app, r.format, cols, whole(r.shown, 0), "no message to show")
	}
	if err != nil {
		return err
	}
	if err := r.printSummary(summary); err != nil {
		return err
	}
	if len(r.failures) > 0 {
		return &reportedError{exitFailed}
	}
	return nil
}

// printSteps writes each message with all that decided about it.
func (r *rehearsalReport) printSteps() error {
	out := bufio.NewWriter(r.app.Stdout)
	for i, p := range r.shown {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "frame %d  %s  %s  %s  %s\n", p.frame, p.clock(r.app.Now()), p.client, p.message, p.outcome)
		var lines [][]string
		for _, s := range p.steps {
			lines = append(lines, []string{"  " + printable(s.Subject), printable(s.Outcome), printable(s.Because)})
		}
		if len(lines) == 0 {
			continue
		}
		if err := align(out, lines, nil); err != nil {
			return err
		}
	}
	return out.Flush()
}

// printSummary writes how many messages came to what, where the policy failed, and what was passed over.
func (r *rehearsalReport) printSummary(w io.Writer) error {
	var b strings.Builder
	if len(r.shown) > 0 && r.format.value == formatTable {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s: %d answered, %d refused with a NAK, %d dropped by the policy, %d without an answer for other reasons\n",
		count(len(r.recording.Messages), "message", "messages"), r.answered, r.refused, r.dropped, r.silenced)
	for _, at := range slices.SortedFunc(maps.Keys(r.failures), func(x, y string) int {
		return cmp.Or(cmp.Compare(r.failures[y].times, r.failures[x].times), strings.Compare(x, y))
	}) {
		f := r.failures[at]
		fmt.Fprintf(&b, "the policy failed %s at %s: %s\n", count(f.times, "time", "times"), printable(at), printable(f.first))
	}
	if text := passedOver(r.recording); text != "" {
		fmt.Fprintf(&b, "passed over: %s\n", text)
	}
	if d := r.recording.Damage; d != nil {
		fmt.Fprintf(&b, "the capture is damaged: %v\n", d)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// passedOver says which frames were of no use, "" where all of DHCP was.
func passedOver(r *recorded.Recording) string {
	var parts []string
	for _, s := range slices.Sorted(maps.Keys(r.Skipped)) {
		parts = append(parts, fmt.Sprintf("%s %v", count(r.Skipped[s], "frame", "frames"), s))
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Refused)) {
		parts = append(parts, fmt.Sprintf("%s (%v)", count(r.Refused[reason], "message that is none", "messages that are none"), reason))
	}
	if r.Twice > 0 {
		parts = append(parts, fmt.Sprintf("%s caught twice", count(r.Twice, "datagram", "datagrams")))
	}
	return strings.Join(parts, "; ")
}
