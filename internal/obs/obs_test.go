package obs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/internal/obs"
)

// start runs a server on a free port until the test ends and returns its URL.
func start(t *testing.T, reg *prometheus.Registry, ready *obs.Ready) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := obs.NewServer("127.0.0.1:0", reg, ready, nil)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	select {
	case <-s.Ready():
	case err := <-done:
		t.Fatalf("Run: %v", err)
	}
	return "http://" + s.Addr().String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestReadyzListsEveryCheck(t *testing.T) {
	var ready obs.Ready
	url := start(t, obs.NewRegistry(), &ready) + "/readyz"

	want := func(status int, body string) {
		t.Helper()
		gotStatus, got := get(t, url)
		if diff := cmp.Diff(body, got); gotStatus != status || diff != "" {
			t.Errorf("status %d, want %d; body (-want +got):\n%s", gotStatus, status, diff)
		}
	}
	want(503, "starting: no check is registered yet\n")
	ready.Add("link eth1", func() error { return nil })
	ready.Add("leased", func() error { return errors.Join(errors.New("no stream"), errors.New("retrying")) })
	want(503, "leased: no stream; retrying\nlink eth1: ok\n")
	ready.Add("leased", func() error { return nil })
	want(200, "leased: ok\nlink eth1: ok\n")
	ready.Remove("leased")
	want(200, "link eth1: ok\n")
}

func TestPages(t *testing.T) {
	reg := obs.NewRegistry()
	promauto.With(reg).NewCounter(prometheus.CounterOpts{Name: "rollcall_test_total"}).Add(3)
	url := start(t, reg, &obs.Ready{})
	for path, want := range map[string]string{
		"/healthz":                  "ok\n",
		"/metrics":                  "rollcall_test_total 3",
		"/debug/pprof/":             "goroutine",
		"/debug/pprof/heap?debug=1": "heap profile",
		"/debug/pprof/cmdline":      "obs.test",
		"/":                         "/readyz",
	} {
		if status, body := get(t, url+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, body %.200q; want %q", path, status, body, want)
		}
	}
	if _, body := get(t, url+"/metrics"); !strings.Contains(body, "go_build_info") || !strings.Contains(body, "process_open_fds") {
		t.Error("/metrics lacks the collectors of build and process")
	}
	if status, _ := get(t, url+"/nothing"); status != 404 {
		t.Errorf("an unknown page gives %d", status)
	}
}

func TestListenErrorNamesTheKey(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = obs.NewServer(taken.Addr().String(), obs.NewRegistry(), &obs.Ready{}, nil).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "observe.listen") || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("Run = %v; want the address and its key", err)
	}
}

func TestLoggerLevelChangesAtRunTime(t *testing.T) {
	var buf bytes.Buffer
	var level slog.LevelVar
	log := obs.NewLogger(&buf, &level, obs.FormatJSON)
	log.Debug("no")
	level.Set(slog.LevelDebug)
	log.Debug("yes", obs.KeyLink, "eth1")

	var got map[string]any
	if err := json.Unmarshal(buf.Bytes(), &got); err != nil {
		t.Fatalf("not one JSON record: %v\n%s", err, &buf)
	}
	if got["link"] != "eth1" {
		t.Errorf("record %v lacks link=eth1", got)
	}
	obs.OrDiscard(nil).Error("goes nowhere")
}

func TestSeconds(t *testing.T) {
	if got := obs.Seconds(time.Unix(1700000000, 500_000_000)); got != 1700000000.5 {
		t.Errorf("Seconds = %v", got)
	}
	if got := obs.Seconds(time.Time{}); got != 0 {
		t.Errorf("Seconds of the zero time = %v", got)
	}
}
