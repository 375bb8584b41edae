//go:build netns

package crash_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"rollcall/internal/lab"
)

const (
	// soon is how long a test waits for what should happen at once; generous, for the machine may be busy.
	soon = 30 * time.Second

	// clients is how many machines there are at a time. Somewhat more addresses let the same ones come round often.
	clients   = 5000
	addresses = clients + clients/10

	serverAddr = "10.20.0.1"
	relayAddr  = "10.40.0.1"
	network    = "10.40.0.0/16"
	firstAddr  = "10.40.1.0"
)

// world is a network of its own: a server, and a relay that all clients are behind.
type world struct {
	*testing.T
	dir           string
	server, relay *lab.Host
	desk          *desk
	running       map[string]*lab.Process // by verb
	starts        int                     // of processes
}

func newWorld(t *testing.T, name string) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "rollcall-crash-") // short: paths of unix sockets are
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the files are kept: %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	w := &world{T: t, dir: dir, running: map[string]*lab.Process{}}
	floor, err := lab.NewSegment(t.Context(), fmt.Sprintf("rollcall-k%d-%s", os.Getpid(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := floor.Close(); err != nil {
			t.Error(err)
		}
	})
	attach := func(name, ifname string, last byte, addrs ...string) *lab.Host {
		var prefixes []netip.Prefix
		for _, a := range addrs {
			prefixes = append(prefixes, netip.MustParsePrefix(a))
		}
		h, err := floor.Attach(t.Context(), name, ifname, net.HardwareAddr{0x52, 0x54, 0, 0, 0, last}, prefixes...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	w.server = attach("server", "eth1", 1, serverAddr+"/22")
	w.relay = attach("relay", "eth0", 2, "10.20.0.2/22", relayAddr+"/16")
	route := []string{"-n", w.server.Namespace, "route", "add", network, "via", "10.20.0.2"}
	if said, err := exec.Command("ip", route...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(route, " "), err, said)
	}
	w.desk = w.openDesk()
	w.configure()
	t.Cleanup(w.tails)
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// configure writes the configuration.
func (w *world) configure() {
	w.Helper()
	first := netip.MustParseAddr(firstAddr).As4()
	last := int(first[2])<<8 + int(first[3]) + addresses - 1
	var b bytes.Buffer
	err := template.Must(template.ParseFiles("testdata/rollcall.yaml")).Execute(&b, map[string]any{
		"Dir": w.dir, "Prefix": network, "First": firstAddr, "Desk": w.desk.url,
		"Last": netip.AddrFrom4([4]byte{first[0], first[1], byte(last >> 8), byte(last)}),
	})
	if err != nil {
		w.Fatal(err)
	}
	for name, text := range map[string]string{"rollcall.yaml": b.String(), "desk.secret": secret + "\n"} {
		if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
			w.Fatal(err)
		}
	}
}

// start starts services, each in a process of its own, and does not wait for them.
func (w *world) start(verbs ...string) {
	w.Helper()
	for _, verb := range verbs {
		p, err := w.server.Start(verb, w.path(verb+".log"), program, verb, "-c", w.path("rollcall.yaml"))
		if err != nil {
			w.Fatal(err)
		}
		w.Cleanup(p.Kill)
		w.running[verb] = p
		w.starts++
	}
}

// kill ends processes with SIGKILL. They must have been running.
func (w *world) kill(verbs ...string) {
	w.Helper()
	for _, verb := range verbs {
		if err := w.running[verb].Failure(); err != nil {
			w.Fatalf("before it was killed: %v", err)
		}
	}
	for _, verb := range verbs {
		w.running[verb].Kill()
		delete(w.running, verb)
	}
}

// stop ends a process in order.
func (w *world) stop(verb string) {
	w.Helper()
	p := w.running[verb]
	if err := p.Stop(10 * time.Second); err != nil {
		w.Fatal(err)
	}
	if status := p.ExitCode(); status != 0 {
		w.Fatalf("%s ended with status %d after SIGTERM, want 0", verb, status)
	}
	delete(w.running, verb)
}

// tails shows the ends of the logs of a test that failed.
func (w *world) tails() {
	if !w.Failed() {
		return
	}
	logs, _ := filepath.Glob(w.path("*.log"))
	for _, log := range logs {
		b, _ := os.ReadFile(log)
		lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
		w.Logf("--- %s, last lines\n%s", filepath.Base(log), strings.Join(lines[max(0, len(lines)-30):], "\n"))
	}
}
