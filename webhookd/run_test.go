package webhookd_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/sys/unix"

	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/webhookd"
	"rollcall/webhookd/deliver"
)

func TestStrangerBecomesAVerifiedWebhook(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	h.start(h.endpoint("desk", d.url, "client.unknown"))
	h.leased.log("lease.granted", "52:54:00:00:00:01")
	h.leased.log("client.unknown", "52:54:00:00:00:02")
	got := d.next(t)
	if err := h.verify(got); err != nil {
		t.Error(err)
	}
	if got.doc.Type != "client.unknown" || got.doc.Subject != "52:54:00:00:00:02" || got.doc.Data.Sequence != 2 {
		t.Errorf("document = %+v", got.doc)
	}
	h.untilReady(true)
	h.untilQueued(0)
	families, err := testutil.GatherAndCount(h.registry, deliver.MetricDeliveries, deliver.MetricQueued, deliver.MetricAttempts)
	if err != nil || families == 0 {
		t.Errorf("metrics: %d series, %v", families, err)
	}
}

func TestEventsOfAnAbsenceArriveAfterIt(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	ep := h.endpoint("desk", d.url)
	h.start(ep)
	h.leased.log("client.unknown", "m1")
	d.next(t)
	h.stopped()
	h.leased.log("client.unknown", "m2", "m3")
	h.start(ep)
	seen := map[string]bool{}
	for range 2 {
		seen[d.next(t).doc.Subject] = true
	}
	if !seen["m2"] || !seen["m3"] {
		t.Errorf("after the absence came %v", seen)
	}
}

func TestWebhookdWaitsForLeased(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	h.leased.stop()
	h.start(h.endpoint("desk", d.url))
	h.untilReady(false)
	h.leased.start()
	h.leased.log("client.unknown", "m1")
	d.next(t)
	h.untilReady(true)
	h.leased.stop()
	h.untilReady(false)
}

func TestReloadSwapsEndpointsAndKeepsTheQueue(t *testing.T) {
	h := newHost(t)
	failing, d := newDesk(t), newDesk(t)
	failing.answer(http.StatusInternalServerError)
	section := h.start(h.endpoint("desk", failing.url))
	h.leased.log("client.unknown", "m1")
	failing.next(t)

	bad := section
	bad.Endpoints = []config.WebhookEndpoint{h.endpoint("desk", d.url)}
	bad.Endpoints[0].SecretFiles = []string{filepath.Join(h.dir, "none.secret")}
	if _, err := h.service.Prepare(bad); err == nil || !strings.Contains(err.Error(), "none.secret") || !strings.Contains(err.Error(), "desk") {
		t.Errorf("Prepare without the secret = %v; want the endpoint and the file", err)
	}
	elsewhere := section
	elsewhere.Listen = []config.Endpoint{{Network: "unix", Address: h.dir + "/other.sock"}}
	if _, err := h.service.Prepare(elsewhere); !errors.Is(err, &fault.Error{Code: fault.Precondition, Reason: config.ReasonNeedsRestart}) ||
		!strings.Contains(err.Error(), "webhookd.listen") {
		t.Errorf("Prepare with another socket = %v", err)
	}
	failing.next(t) // the old configuration is in force

	good := section
	good.Endpoints = []config.WebhookEndpoint{h.endpoint("desk", d.url), h.endpoint("billing", d.url, "lease.*")}
	apply, err := h.service.Prepare(good)
	if err != nil {
		t.Fatal(err)
	}
	apply()
	if got := d.next(t).doc.Subject; got != "m1" {
		t.Errorf("the new URL got %s, want what the old one refused", got)
	}
	h.leased.log("lease.granted", "m2") // both want it
	d.next(t)
	d.next(t)
	h.untilQueued(0)
}

func TestBadSecretKeepsWebhookdFromStarting(t *testing.T) {
	h := newHost(t)
	ep := h.endpoint("desk", "http://127.0.0.1:1/")
	if err := os.WriteFile(ep.SecretFiles[0], []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := webhookd.New(h.config(ep))
	if err == nil || !strings.Contains(err.Error(), ep.SecretFiles[0]) {
		t.Errorf("New = %v; want the file", err)
	}
}

// A full disk makes commits fail for real. What then is on disk is unknown, so the process ends, and after a restart with room
// everything arrives.
func TestFailedCommitEndsTheProcess(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	ep := h.endpoint("desk", d.url)
	h.start(ep)
	h.leased.log("client.unknown", "m1")
	d.next(t)
	h.untilQueued(0)
	fillDisk(t, filepath.Join(h.dir, "data", "webhookd.db"))
	h.leased.log("client.unknown", "m2")
	select {
	case err := <-h.ended:
		h.ended = nil
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("Run = %v, want the error of the disk", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("webhookd goes on although nothing can be stored")
	}
	h.start(ep)
	if got := d.next(t).doc.Subject; got != "m2" {
		t.Errorf("after the restart came %s, want m2", got)
	}
}

// fillDisk makes every write to an open file fail with ENOSPC, by putting /dev/full behind its descriptor.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range fds {
		if target, _ := os.Readlink("/proc/self/fd/" + e.Name()); target != path {
			continue
		}
		var fd int
		for _, c := range e.Name() {
			fd = fd*10 + int(c-'0')
		}
		if err := unix.Dup3(int(full.Fd()), fd, unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("%s is not open", path)
}

func TestStopIsQuickWhileAReceiverHangs(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	d.hang()
	h.start(h.endpoint("desk", d.url))
	h.leased.log("client.unknown", "m1")
	d.next(t)
	began := time.Now()
	h.stopped()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestMetricsLintClean(t *testing.T) {
	h := newHost(t)
	d := newDesk(t)
	h.start(h.endpoint("desk", d.url))
	h.leased.log("client.unknown", "m1")
	d.next(t)
	h.untilQueued(0)
	problems, err := testutil.GatherAndLint(h.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
