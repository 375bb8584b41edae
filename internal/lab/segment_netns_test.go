//go:build netns

package lab_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/lab"
)

// newSegment creates a segment that is gone after the test, with two hosts.
func newSegment(t *testing.T, name string) (seg *lab.Segment, a, b *lab.Host) {
	t.Helper()
	seg, err := lab.NewSegment(t.Context(), fmt.Sprintf("rollcall-h%d-%s", os.Getpid(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := seg.Close(); err != nil {
			t.Error(err)
		}
	})
	a, err = seg.Attach(t.Context(), "a", "eth1", net.HardwareAddr{2, 0, 0, 0, 0, 1}, netip.MustParsePrefix("10.20.0.1/22"), netip.MustParsePrefix("10.99.0.1/24"))
	if err != nil {
		t.Fatal(err)
	}
	b, err = seg.Attach(t.Context(), "b", "eth0", net.HardwareAddr{8, 0, 0x27, 0x2c, 0x49, 0x4b}, netip.MustParsePrefix("10.20.0.2/22"))
	if err != nil {
		t.Fatal(err)
	}
	return seg, a, b
}

func TestSegment(t *testing.T) {
	_, a, b := newSegment(t, "web")
	ln, err := a.Listen(t.Context(), "10.20.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.WriteString(w, r.RemoteAddr)
	})}
	go server.Serve(ln)
	defer server.Close()
	resp, err := b.HTTPClient().Get("http://10.20.0.1:8080/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.HasPrefix(string(body), "10.20.0.2:") {
		t.Errorf("asked by %s, want host b", body)
	}
	// From outside, the address is a stranger's, if anybody's.
	outside := &http.Client{Transport: &http.Transport{}, Timeout: time.Second}
	if resp, err := outside.Get("http://10.20.0.1:8080/"); err == nil {
		resp.Body.Close()
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests reached the segment, want 1", n)
	}
	for addr, want := range map[string]bool{"10.20.0.1": true, "10.99.0.1": true, "10.20.0.2": false} {
		if got, err := a.Has(netip.MustParseAddr(addr)); got != want || err != nil {
			t.Errorf("a has %s: %v, %v; want %v", addr, got, err, want)
		}
	}
}

// Nothing is left of a segment that was closed.
func TestSegmentClose(t *testing.T) {
	before := spaces(t)
	seg, err := lab.NewSegment(t.Context(), fmt.Sprintf("rollcall-h%d-gone", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	h, err := seg.Attach(t.Context(), "a", "eth0", net.HardwareAddr{2, 0, 0, 0, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := seg.Close(); err != nil {
		t.Error(err)
	}
	if after := spaces(t); after != before {
		t.Errorf("namespaces before: %s, after: %s", before, after)
	}
	if _, err := h.Addrs(); err == nil {
		t.Error("a host of a closed segment still answers")
	}
}

func spaces(t *testing.T) string {
	t.Helper()
	all, err := filepath.Glob("/run/netns/rollcall-h*-gone-*")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestProcess(t *testing.T) {
	_, a, _ := newSegment(t, "proc")
	log := filepath.Join(t.TempDir(), "log")
	start := func(script string) *lab.Process {
		t.Helper()
		p, err := a.Start("sh", log, "sh", "-c", script)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	said := func(p *lab.Process, text string) {
		t.Helper()
		if err := lab.Wait(t.Context(), text, 5*time.Second, func(context.Context) (bool, error) { return p.Said(text) }); err != nil {
			t.Error(err)
		}
	}

	p := start("echo one; echo two; exit 3")
	<-p.Ended()
	if err := p.Failure(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("failure %v, want exit status 3", err)
	}
	if got := strings.Join(p.Tail(1), "|"); got != "two" {
		t.Errorf("last line %q, want two", got)
	}

	p = start("echo polite; exec sleep 100")
	said(p, "polite")
	if err := p.Stop(5 * time.Second); err != nil || p.Failure() != nil {
		t.Errorf("stop: %v, %v", err, p.Failure())
	}
	if err := p.Stop(5 * time.Second); err != nil {
		t.Errorf("stop again: %v", err)
	}

	p = start("trap '' TERM; echo stubborn; while :; do sleep 0.1; done")
	said(p, "stubborn")
	if err := p.Stop(200 * time.Millisecond); err == nil {
		t.Error("a program that ignores SIGTERM was stopped without a word")
	}
	<-p.Ended()

	// A child of a program ends with it.
	p = start("sleep 1000 & echo $! >" + log + ".pid; echo parent; wait")
	said(p, "parent")
	p.Kill()
	pid, err := os.ReadFile(log + ".pid")
	if err != nil {
		t.Fatal(err)
	}
	err = lab.Wait(t.Context(), "end of the child", 5*time.Second, func(context.Context) (bool, error) {
		status, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
		return os.IsNotExist(err) || strings.Contains(string(status), ") Z "), nil
	})
	if err != nil {
		t.Error(err)
	}
}
