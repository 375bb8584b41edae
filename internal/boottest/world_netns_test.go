//go:build netns

package boottest_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"rollcall/internal/lab"
)

const (
	// soon is how long a test waits for what should happen at once; generous, for the machine may be busy.
	soon = 20 * time.Second
	// grace is how long a program may take to end.
	grace = 5 * time.Second
)

// world is a network of its own with a server on it.
type world struct {
	*testing.T
	dir    string
	prefix string // of namespaces
	floor  *lab.Segment
	server *lab.Host // 10.77.0.1/24 on eth1
	logs   []string  // paths, for when the test fails
	began  time.Time
	shown  []string // what boot show said
}

// newWorld creates a world with a server that runs with the configuration testdata/NAME.yaml. It serves testdata/assets, and the
// files of firmware that are named.
func newWorld(t *testing.T, name string, firmware ...string) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "rollcall-boot-") // short: paths of unix sockets are
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w := &world{T: t, dir: dir, prefix: fmt.Sprintf("rollcall-b%d-%s", os.Getpid(), name), began: time.Now()}
	t.Cleanup(w.record)
	w.floor = w.segment("floor")
	w.server = w.attach(w.floor, "server", "eth1", "52:54:00:00:00:fe", "10.77.0.1/24")
	w.fillAssets(firmware)
	w.configure(name)
	t.Cleanup(w.tails)
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }
func (w *world) config() string          { return w.path("rollcall.yaml") }

// fillAssets makes the directory that is served. The server refuses links out of it, so that files are copied.
func (w *world) fillAssets(firmware []string) {
	w.Helper()
	if err := os.CopyFS(w.path("assets"), os.DirFS("testdata/assets")); err != nil {
		w.Fatal(err)
	}
	w.need("ipxe", "/usr/lib/ipxe")
	for _, name := range firmware {
		b, err := os.ReadFile(filepath.Join("/usr/lib/ipxe", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(w.path("assets"), name), b, 0o644)
		}
		if err != nil {
			w.Fatal(err)
		}
	}
}

// need ends the test if a file of a Debian package is missing.
func (w *world) need(pkg, path string) {
	w.Helper()
	if _, err := os.Stat(path); err != nil {
		w.Fatalf("the Debian package %s is missing: apt-get install --no-install-recommends %s (%v)", pkg, pkg, err)
	}
}

// configure writes the configuration: what all tests have in common, and the rules of testdata/NAME.yaml.
func (w *world) configure(name string) {
	w.Helper()
	var b bytes.Buffer
	for _, file := range []string{"services.yaml", name + ".yaml"} {
		tmpl, err := template.ParseFiles(filepath.Join("testdata", file))
		if err == nil {
			err = tmpl.Execute(&b, struct{ Dir string }{w.dir})
		}
		if err != nil {
			w.Fatal(err)
		}
	}
	if err := os.WriteFile(w.config(), b.Bytes(), 0o600); err != nil {
		w.Fatal(err)
	}
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

// start runs a program on a host until the test ends.
func (w *world) start(h *lab.Host, name string, args ...string) *lab.Process {
	w.Helper()
	log := w.path(name + ".log")
	p, err := h.Start(name, log, args...)
	if err != nil {
		w.Fatal(err)
	}
	w.logs = append(w.logs, log)
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

// tails shows the ends of the logs of a test that failed, and its configuration.
func (w *world) tails() {
	if !w.Failed() {
		return
	}
	const lines = 60
	for _, log := range append([]string{w.config()}, w.logs...) {
		b, _ := os.ReadFile(log)
		all := strings.Split(strings.TrimSpace(readable(b)), "\n")
		all = slices.DeleteFunc(all, func(line string) bool { return strings.Contains(line, " msg=call ") })
		w.Logf("--- %s, last lines\n%s", filepath.Base(log), strings.Join(all[max(0, len(all)-lines):], "\n"))
	}
}
