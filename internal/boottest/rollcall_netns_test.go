//go:build netns

package boottest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"rollcall/internal/lab"
)

// up runs rollcall on the server, and waits until it is ready.
func (w *world) up() {
	w.Helper()
	var p *lab.Process
	w.Cleanup(func() { // after that of start, which stops it
		if status := p.ExitCode(); status > 0 {
			w.Errorf("rollcall ended with status %d, want 0", status)
		}
	})
	p = w.start(w.server, "rollcall", program, "up", "-c", w.config())
	w.wait("rollcall is ready", soon, func() (bool, error) {
		if err := p.Failure(); err != nil {
			w.Fatal(err)
		}
		return w.ready()
	})
}

func (w *world) ready() (bool, error) {
	ctx, cancel := context.WithTimeout(w.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:8067/readyz", nil)
	if err != nil {
		return false, err
	}
	res, err := w.server.HTTPClient().Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode == http.StatusOK, errors.New(string(body))
}

// cli runs a verb with the configuration of the world.
func (w *world) cli(args ...string) (string, error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), soon)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, "-c", w.config())...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("rollcall %s: %w: %s", strings.Join(args, " "), err, errOut.String())
	}
	return out.String(), nil
}

// must runs a verb that succeeds, and returns its output.
func (w *world) must(args ...string) string {
	w.Helper()
	out, err := w.cli(args...)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// course is a boot of a machine as the command line writes it.
type course struct {
	State    string `json:"state"`
	Reason   string `json:"reason"`
	Cause    string `json:"cause"`
	Remedy   string `json:"remedy"`
	Code     string `json:"code"`
	Firmware string `json:"firmware"`
	Address  string `json:"address"`
	Steps    []step `json:"steps"`
}

// step is one thing that happened on the way.
type step struct {
	What   string `json:"what"`
	Detail string `json:"detail"`
	Reason string `json:"reason"`
	Result string `json:"result"`
}

// String is for failures.
func (r course) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "state %s, reason %s, code %s, cause %q, remedy %q, firmware %s, address %s", r.State, r.Reason, r.Code, r.Cause, r.Remedy, r.Firmware, r.Address)
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "\n  %-14s %s  %s %s", s.What, s.Detail, s.Reason, s.Result)
	}
	return b.String()
}

// has reports whether there was a step with something in its detail.
func (r course) has(what, detail string) bool {
	return slices.ContainsFunc(r.Steps, func(s step) bool { return s.What == what && strings.Contains(s.Detail, detail) })
}

// judged is how long it may take until a boot is judged: a machine may be quiet for a minute and go on after all.
const judged = 90 * time.Second

// show waits until the latest boot of a machine is as it should be, and returns it. What people are shown of it is kept for the
// report.
func (m *machine) show(what string, is func(course) bool) (r course) {
	m.Helper()
	var seen error
	for deadline := time.Now().Add(judged); ; time.Sleep(time.Second) {
		if r, seen = m.latest(); seen == nil && is(r) {
			break
		}
		if time.Now().After(deadline) {
			m.Fatalf("boot show: %s: not within %v; it is %v, %v", what, judged, r, seen)
		}
	}
	m.shown = append(m.shown, m.must("boot", "show", m.mac))
	return r
}

// latest returns the latest boot of the machine.
func (m *machine) latest() (course, error) {
	out, err := m.cli("boot", "show", m.mac, "-o", "json")
	if err != nil {
		return course{}, err
	}
	var all []course
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return course{}, fmt.Errorf("%w in %s", err, out)
	}
	if len(all) != 1 {
		return course{}, fmt.Errorf("%d boots, want the latest one", len(all))
	}
	return all[0], nil
}

// went checks that a boot went this way: steps with something in their detail, in this order, among others.
func (m *machine) went(r course, way ...step) {
	m.Helper()
	rest := r.Steps
	for _, want := range way {
		i := slices.IndexFunc(rest, func(s step) bool { return s.What == want.What && strings.Contains(s.Detail, want.Detail) })
		if i < 0 {
			m.Errorf("boot show of %s has no %s %s, or not in this order:\n%v", m.name, want.What, want.Detail, r)
			return
		}
		rest = rest[i+1:]
	}
}
