//go:build netns

package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"rollcall/internal/lab"
)

const (
	// soon is how long a test waits for what should happen at once; generous, for the machine may be busy.
	soon = 20 * time.Second
	// grace is how long a service may take to end.
	grace = 5 * time.Second

	knownMAC  = "08:00:27:2c:49:4b"
	knownAddr = "10.20.0.200"
)

// secret is that of every endpoint: 32 bytes, as webhookd wants it.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQzJiMDEyMzQ="

// settings fill in testdata/rollcall.yaml.
type settings struct {
	Dir          string
	Interfaces   []string
	GuestTime    time.Duration
	Leased       []string // further keys of leased
	Subnets      []string
	Reservations []string
	Endpoints    []endpoint
}

// endpoint is a receiver of webhooks in the configuration, with one more key if it needs one.
type endpoint struct{ Name, URL, Events, More string }

// world is a network of its own with a server on it.
type world struct {
	*testing.T
	settings
	prefix string
	floor  *lab.Segment // the link of the server
	server *lab.Host    // 10.20.0.1/22 and 10.99.0.1/24 on eth1
	logs   *logs
	wire   *lab.Process // tcpdump on the link of the server
}

// logs are the logs of processes, for when the test fails. Subtests share those of their test.
type logs struct {
	mu    sync.Mutex
	paths []string // in the order of the first start
}

func (l *logs) add(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.paths, path) {
		l.paths = append(l.paths, path)
	}
}

// newWorld creates a world with a server that does not run yet, and writes its configuration.
func newWorld(t *testing.T, name string, with ...func(*settings)) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "rollcall-e2e-") // short: paths of unix sockets are
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w := &world{T: t, logs: new(logs), prefix: fmt.Sprintf("rollcall-e%d-%s", os.Getpid(), name),
		settings: settings{Dir: dir, Interfaces: []string{"eth1"}, GuestTime: 2 * time.Minute}}
	w.floor = w.segment("floor")
	w.server = w.attach(w.floor, "server", "eth1", "52:54:00:00:00:01", "10.20.0.1/22", "10.99.0.1/24")
	w.write(w.path("desk.secret"), secret+"\n")
	w.configure(with...)
	t.Cleanup(w.tails)
	w.capture()
	return w
}

// configure changes the settings and writes the configuration anew.
func (w *world) configure(with ...func(*settings)) {
	w.Helper()
	for _, change := range with {
		change(&w.settings)
	}
	var b bytes.Buffer
	tmpl := template.Must(template.ParseFiles("testdata/rollcall.yaml"))
	if err := tmpl.Execute(&b, w.settings); err != nil {
		w.Fatal(err)
	}
	w.write(w.config(), b.String())
}

func (w *world) path(name string) string { return filepath.Join(w.Dir, name) }
func (w *world) config() string          { return w.path("rollcall.yaml") }

func (w *world) write(path, text string) {
	w.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

// text reads a file.
func (w *world) text(path string) string {
	w.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	return string(b)
}

// segment creates a link that is gone after the test.
func (w *world) segment(name string) *lab.Segment {
	w.Helper()
	seg, err := lab.NewSegment(w.Context(), w.prefix+"-"+name)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := seg.Close(); err != nil {
			w.Error(err)
		}
	})
	return seg
}

// attach adds a host to a link.
func (w *world) attach(seg *lab.Segment, name, ifname, mac string, addrs ...string) *lab.Host {
	w.Helper()
	hw, err := net.ParseMAC(mac)
	if err != nil {
		w.Fatal(err)
	}
	var prefixes []netip.Prefix
	for _, a := range addrs {
		prefixes = append(prefixes, netip.MustParsePrefix(a))
	}
	h, err := seg.Attach(w.Context(), name, ifname, hw, prefixes...)
	if err != nil {
		w.Fatal(err)
	}
	return h
}

// client adds a host without an address to the floor.
func (w *world) client(name, mac string) *lab.Host {
	w.Helper()
	return w.attach(w.floor, name, "eth0", mac)
}

// ip runs the ip command in a namespace.
func (w *world) ip(namespace string, args ...string) {
	w.Helper()
	said, err := exec.Command("ip", append([]string{"-n", namespace}, args...)...).CombinedOutput()
	if err != nil {
		w.Fatalf("ip -n %s %s: %v: %s", namespace, strings.Join(args, " "), err, said)
	}
}

// start runs a program on a host until the test ends.
func (w *world) start(h *lab.Host, name string, args ...string) *lab.Process {
	w.Helper()
	log := w.path(name + ".log")
	p, err := h.Start(name, log, args...)
	if err != nil {
		w.Fatal(err)
	}
	w.logs.add(log)
	w.Cleanup(func() {
		if err := p.Stop(grace); err != nil {
			w.Error(err)
		}
	})
	return p
}

// wait waits until check is true.
func (w *world) wait(what string, limit time.Duration, check func() (bool, error)) {
	w.Helper()
	if err := lab.Wait(w.Context(), what, limit, func(context.Context) (bool, error) { return check() }); err != nil {
		w.Fatal(err)
	}
}

// capture records what is on the server's link, for when the test fails. Frames are small, so that there is room for many at once.
func (w *world) capture() {
	w.Helper()
	p, err := w.server.Start("tcpdump", w.path("tcpdump.log"), "tcpdump", "-i", "eth1", "-s", "2048", "-U", "--immediate-mode", "-w", w.path("wire.pcap"),
		"arp or udp port 67 or udp port 68 or udp port 4011")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.Kill)
	w.wire = p
}

// tails shows the ends of logs and wire of a test that failed.
func (w *world) tails() {
	if !w.Failed() {
		return
	}
	const lines = 30
	for _, log := range w.logs.paths {
		b, _ := os.ReadFile(log)
		w.Logf("--- %s, last lines\n%s", filepath.Base(log), last(b, lines))
	}
	said, _ := exec.Command("tcpdump", "-nn", "-v", "-r", w.path("wire.pcap")).Output()
	w.Logf("--- wire, last lines\n%s", last(said, 4*lines))
}

// last returns the last n lines of a text.
func last(text []byte, n int) string {
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
