//go:build netns

package conformance_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/lab"
)

const (
	// soon bounds what should happen at once, on a machine that is busy.
	soon = 20 * time.Second
	// lull is how long silence is waited for when the fence brings nothing, as where the case has everybody refused.
	lull = 2 * time.Second
	// probing is longer than the server waits for somebody to answer ARP.
	probing = 300 * time.Millisecond
)

// wire is a server in a process of its own, in a world that it has to itself.
type wire struct {
	*world
	kase    *kase
	process *lab.Process
	dir     string
	fences  int
}

func startWire(c *kase, file []byte) (server, error) {
	w, err := takeWorld()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(scratch, "")
	if err != nil {
		return nil, err
	}
	s := &wire{world: w, kase: c, dir: dir}
	if err := errors.Join(w.dress(c), s.write(file)); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.boot(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// write writes the configuration of the case with sockets and data of this process.
func (s *wire) write(file []byte) error {
	var all map[string]any
	if err := yaml.Load(file, &all); err != nil {
		return err
	}
	unix := func(name string) []any { return []any{"unix://" + filepath.Join(s.dir, name+".sock")} }
	all = overlay(all, map[string]any{
		"data_dir": filepath.Join(s.dir, "data"),
		"frontend": map[string]any{"listen": unix("frontend"), "leased": unix("leased")[0]},
		"leased":   map[string]any{"listen": unix("leased")},
		"webhookd": map[string]any{"listen": unix("webhookd"), "leased": unix("leased")[0]},
	})
	if assets, ok := all["frontend"].(map[string]any)["assets"].(map[string]any); ok {
		assets["root"] = s.dir
	}
	b, err := yaml.Dump(all)
	if err != nil {
		return err
	}
	return errors.Join(s.kase.writeScripts(s.dir), os.WriteFile(s.config(), b, 0o600))
}

func (s *wire) config() string { return filepath.Join(s.dir, "rollcall.yaml") }
func (s *wire) log() string    { return filepath.Join(s.dir, "up.log") }

// boot starts the process and waits until it is ready.
func (s *wire) boot() (err error) {
	if s.process, err = s.server.Start("up", s.log(), program, "up", "-c", s.config()); err != nil {
		return err
	}
	var last error
	for end := time.Now().Add(soon); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err := s.process.Failure(); err != nil {
			return fmt.Errorf("%w: %s", err, strings.Join(s.process.Tail(8), "\n"))
		}
		if _, last = s.page("/readyz"); last == nil {
			return nil
		}
	}
	return fmt.Errorf("it does not become ready: %w", last)
}

func (s *wire) page(path string) (string, error) {
	res, err := s.http.Get("http://127.0.0.1:8067" + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, b)
	}
	return string(b), err
}

// exchange sends a message and waits for its reply. Where none is wanted, the reply to a fence behind it says when to stop.
func (s *wire) exchange(q *query, silent bool) (*reply, error) {
	p := s.ports[q.link]
	if p == nil {
		return nil, fmt.Errorf("no link %s", q.link)
	}
	s.drain(q.xid)
	if err := p.send(q); err != nil {
		return nil, err
	}
	if !silent {
		return s.checked(q, s.await(q.xid, soon/2))
	}
	if len(s.kase.Occupied) > 0 { // a probe takes its time, and nothing waits for it
		time.Sleep(probing)
	}
	fence, err := s.fence(q)
	if err != nil {
		return nil, err
	}
	s.await(fence, lull)
	return s.checked(q, s.await(q.xid, 0))
}

// checked returns a reply, if there is one, whose frame is as it should be.
func (s *wire) checked(q *query, r *reply) (*reply, error) {
	if r == nil {
		return nil, nil
	}
	if !s.addresses[r.src.Addr()] {
		return nil, fmt.Errorf("the reply comes from %v, which is no address of the server", r.src)
	}
	if r.src.Port() != q.dst.Port() {
		return nil, fmt.Errorf("the reply comes from port %d, the query went to %d", r.src.Port(), q.dst.Port())
	}
	return r, nil
}

// fence sends an INFORM whose reply says that everything before it has been dealt with: it takes the way of an ACK, behind
// whatever had to be written.
func (s *wire) fence(q *query) (xid uint32, err error) {
	s.fences++
	prefix, _ := netip.ParsePrefix(s.kase.Links[q.link][0])
	own := prefix.Masked().Addr().As4()
	binary.BigEndian.PutUint32(own[:], binary.BigEndian.Uint32(own[:])+249)
	line := fmt.Sprintf("inform mac=06:fe:ce:00:%02x:%02x ciaddr=%v", s.fences>>8, s.fences&255, netip.AddrFrom4(own))
	f, err := build(line, 0xfe000000+uint32(s.fences), s.kase.serverAddr())
	if err != nil {
		return 0, err
	}
	f.frame["vlan"] = q.frame["vlan"]
	if f.frame["vlan"] == "" {
		delete(f.frame, "vlan")
	}
	return f.xid, s.ports[q.link].send(f)
}

// counter are the metrics that count by reason: what was dropped, what was refused, and answers that have nothing to boot.
var counter = regexp.MustCompile(`^rollcall_(frontend_dropped|leased_refusals|boot_answers)_total\{`)

// refused reads the counters until they are more than some number, or long enough.
func (s *wire) refused(reasons string, than int) (n int, err error) {
	for end := time.Now().Add(lull); ; time.Sleep(10 * time.Millisecond) {
		if n, err = s.counted(reasons); err != nil || n > than || time.Now().After(end) {
			return n, err
		}
	}
}

// counted sums the counters of frontend and leased.
func (s *wire) counted(reasons string) (n int, err error) {
	body, err := s.page("/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(body) {
		if !counter.MatchString(line) {
			continue
		}
		for _, r := range strings.Split(reasons, "|") {
			if strings.Contains(line, `reason="`+r+`"`) {
				fields := strings.Fields(line)
				v, err := strconv.ParseFloat(fields[len(fields)-1], 64)
				if err != nil {
					return 0, err
				}
				n += int(v)
			}
		}
	}
	return n, nil
}
