//go:build netns

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/lab"
)

// Where the processes are watched, on the server.
var observed = map[string]string{
	"up": "127.0.0.1:8067", "frontend": "127.0.0.1:8068", "leased": "127.0.0.1:8069", "webhookd": "127.0.0.1:8070",
}

// run starts services on the server, each in a process of its own, and waits until they are ready.
func (w *world) run(verbs ...string) (processes []*lab.Process) {
	w.Helper()
	for _, verb := range verbs {
		processes = append(processes, w.launch(verb))
	}
	for _, verb := range verbs {
		w.awaitReady(verb)
	}
	return processes
}

// launch starts a service on the server and does not wait. Unless the test kills it, it must end with status 0.
func (w *world) launch(verb string) *lab.Process {
	w.Helper()
	return w.launchOn(w.server, verb, verb, w.config())
}

// launchOn starts a service on a host under a name and with a configuration of its own.
func (w *world) launchOn(h *lab.Host, name, verb, config string) *lab.Process {
	w.Helper()
	var p *lab.Process
	w.Cleanup(func() { // after that of start, which stops it
		if status := p.ExitCode(); status > 0 {
			w.Errorf("%s ended with status %d, want 0", name, status)
		}
	})
	p = w.start(h, name, program, verb, "-c", config)
	return p
}

// stop ends a service with SIGTERM: within the time that was promised, and with status 0.
func (w *world) stop(p *lab.Process) {
	w.Helper()
	if err := p.Stop(grace); err != nil {
		w.Error(err)
	} else if status := p.ExitCode(); status != 0 {
		w.Errorf("%s ended with status %d after SIGTERM, want 0", p.Name, status)
	}
}

// page reads a page of the HTTP listener of a service.
func (w *world) page(verb, path string) (status int, body string, err error) {
	return w.get(observed[verb], path)
}

// get reads a page at an address of the server.
func (w *world) get(address, path string) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return 0, "", err
	}
	res, err := w.server.HTTPClient().Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// awaitReady waits until a service says that it is ready.
func (w *world) awaitReady(verb string) {
	w.Helper()
	w.wait(verb+" is ready", soon, func() (bool, error) {
		status, body, err := w.page(verb, "/readyz")
		if err == nil && status != http.StatusOK {
			err = errors.New(body)
		}
		return err == nil, err
	})
}

// awaitNotReady waits until a service says that it is not ready because of what.
func (w *world) awaitNotReady(verb, because string) {
	w.Helper()
	w.wait(verb+" is not ready: "+because, soon, func() (bool, error) {
		status, body, err := w.page(verb, "/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, because), errors.Join(err, errors.New(body))
	})
}

// metric sums the samples of a metric that have all of the labels, such as `reason="short"`.
func (w *world) metric(verb, name string, labels ...string) float64 {
	w.Helper()
	sum, err := w.tryMetric(verb, name, labels...)
	if err != nil {
		w.Fatal(err)
	}
	return sum
}

// tryMetric is metric for a service that may not be there yet.
func (w *world) tryMetric(verb, name string, labels ...string) (sum float64, err error) {
	_, body, err := w.page(verb, "/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, name+"{") && !strings.HasPrefix(line, name+" ") {
			continue
		}
		if !contains(line, labels...) {
			continue
		}
		fields := strings.Fields(line)
		v, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s: %w", line, err)
		}
		sum += v
	}
	return sum, nil
}

// said is what a verb wrote, and its exit status.
type said struct {
	out, err string
	status   int
}

// cli runs a verb with the configuration of the world.
func (w *world) cli(args ...string) said {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), soon)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, "-c", w.config())...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		w.Fatalf("rollcall %s: %v", strings.Join(args, " "), err)
	}
	return said{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// must runs a verb that succeeds, and returns its output.
func (w *world) must(args ...string) string {
	w.Helper()
	s := w.cli(args...)
	if s.status != 0 {
		w.Fatalf("rollcall %s: status %d: %s", strings.Join(args, " "), s.status, s.err)
	}
	return s.out
}

// lease is a lease as the command line writes it.
type lease struct {
	Address    string    `json:"address"`
	Subnet     string    `json:"subnet"`
	Hardware   string    `json:"hardware"`
	Hostname   string    `json:"hostname"`
	State      string    `json:"state"`
	Started    time.Time `json:"started"`
	Expires    time.Time `json:"expires"`
	Seen       time.Time `json:"seen"`
	Renewals   int       `json:"renewals"`
	FoundByARP bool      `json:"found_by_arp"`
	Reserved   bool      `json:"reserved"`
	Relay      string    `json:"relay"`
}

// lease asks who holds an address or what a machine holds.
func (w *world) lease(key string) (l lease, err error) {
	s := w.cli("lease", "get", key, "-o", "json")
	if s.status != 0 {
		return l, fmt.Errorf("lease get %s: status %d: %s", key, s.status, s.err)
	}
	return l, json.Unmarshal([]byte(s.out), &l)
}

// leases lists leases.
func (w *world) leases(args ...string) (all []lease) {
	w.Helper()
	out := w.must(append([]string{"lease", "list", "--limit", "0", "-o", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		w.Fatalf("lease list: %v in %s", err, out)
	}
	return all
}

// awaitLease waits until the lease of a key is as it should be, and returns it.
func (w *world) awaitLease(what, key string, limit time.Duration, is func(lease) bool) (l lease) {
	w.Helper()
	w.wait(what, limit, func() (ok bool, err error) {
		if l, err = w.lease(key); err != nil {
			return false, err
		}
		return is(l), fmt.Errorf("it is %+v", l)
	})
	return l
}
