package lookup_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/lookup"
)

// request is what a service saw.
type request struct {
	method, target, body string
	header               http.Header
}

// overHTTP asks a service about a machine, by HTTP over the loopback, and returns what is known in the end.
func overHTTP(t *testing.T, lines string, serve http.HandlerFunc) (got []request, a engine.Assignment, story string, reg *prometheus.Registry) {
	t.Helper()
	seen := make(chan request, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- request{r.Method, r.URL.String(), string(body), r.Header}
		serve(w, r)
	}))
	t.Cleanup(srv.Close)
	text := strings.Replace(strings.Replace(site, "LOOKUP", lines, 1), "http://register.example.org", srv.URL, 1)
	name := filepath.Join(t.TempDir(), "rollcall.yaml")
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "headers"), []byte("Authorization: Bearer 0a1b\nX-Site: yard\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := lookup.Load(cfg.Leased)
	if err != nil {
		t.Fatal(err)
	}
	reg = prometheus.NewRegistry()
	l := lookup.New(lookup.Config{Settings: s, Registry: reg})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	q := &engine.Query{
		Type: engine.Discover, HW: engine.HWOf(1, []byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}), GIAddr: 0x0a630001, VLAN: 7<<16 | 100,
		Link: &engine.Link{Name: "eth1"},
		Options: option.List(nil).AppendString(option.HostName, "desk7").AppendString(option.VendorClass, "MSFT & co").
			Append(option.ClientID, []byte{1, 0x52, 0x54, 0, 0x12, 0x34, 0x56}).
			Append(option.RelayAgentInfo, engine.JoinRelay([]byte{0, 7}, []byte("switch-7"))),
	}
	q.Index()
	l.Find(q, floor)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		a, _, story = l.Peek(q, floor)
		if !strings.Contains(story, "being asked") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no end of asking")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	for len(seen) > 0 {
		got = append(got, <-seen)
	}
	return got, a, story, reg
}

func answer(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func TestPost(t *testing.T) {
	got, a, _, reg := overHTTP(t, "headers: {X-Site: hall, User-Agent: desk}, headers_file: headers", answer(200, known))
	if len(got) != 1 || got[0].method != "POST" || got[0].target != "/lookup" {
		t.Fatalf("requests: %+v", got)
	}
	want := `{"mac":"52:54:00:12:34:56","client_id":"01:52:54:00:12:34:56","hostname":"desk7","vendor_class":"MSFT \u0026 co",` +
		`"giaddr":"10.99.0.1","circuit_id":"hex:0007","remote_id":"switch-7","link":"eth1.100.7","subnet":"lobby","network":"floor"}`
	if diff := cmp.Diff(want, got[0].body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "desk", "X-Site": "yard", "Authorization": "Bearer 0a1b",
	} {
		if h := got[0].header.Get(name); h != want {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
	is(t, "the answer", a, engine.AssignDefinition, false)
	const wantMetrics = `
# HELP rollcall_lookup_cache Machines that the registration system knows (known), does not or has not spoken of (unknown), and questions that wait (waiting).
# TYPE rollcall_lookup_cache gauge
rollcall_lookup_cache{state="known"} 1
rollcall_lookup_cache{state="unknown"} 0
rollcall_lookup_cache{state="waiting"} 0
# HELP rollcall_lookup_requests_total Requests made to the registration system, by what came of them.
# TYPE rollcall_lookup_requests_total counter
rollcall_lookup_requests_total{outcome="impossible"} 0
rollcall_lookup_requests_total{outcome="known"} 1
rollcall_lookup_requests_total{outcome="malformed"} 0
rollcall_lookup_requests_total{outcome="status"} 0
rollcall_lookup_requests_total{outcome="timeout"} 0
rollcall_lookup_requests_total{outcome="unknown"} 0
rollcall_lookup_requests_total{outcome="unreachable"} 0
# HELP rollcall_lookup_up Whether the registration system answers, where there is one.
# TYPE rollcall_lookup_up gauge
rollcall_lookup_up 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(wantMetrics), lookup.MetricCache, lookup.MetricRequests, lookup.MetricUp); err != nil {
		t.Error(err)
	}
}

func TestGet(t *testing.T) {
	got, a, _, _ := overHTTP(t, "method: GET", answer(200, known))
	if len(got) != 1 || got[0].method != "GET" || got[0].body != "" || got[0].header.Get("Content-Type") != "" || got[0].header.Get("User-Agent") != "rollcall-leased" {
		t.Fatalf("requests: %+v", got)
	}
	u, err := url.Parse(got[0].target)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"mac": {"52:54:00:12:34:56"}, "client_id": {"01:52:54:00:12:34:56"}, "hostname": {"desk7"}, "vendor_class": {"MSFT & co"},
		"giaddr": {"10.99.0.1"}, "circuit_id": {"hex:0007"}, "remote_id": {"switch-7"}, "link": {"eth1.100.7"}, "subnet": {"lobby"},
		"network": {"floor"},
	}
	if diff := cmp.Diff(want, u.Query()); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	is(t, "the answer", a, engine.AssignDefinition, false)
}

func TestWhatBecomesOfAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(answer(200, known))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		lines string
		serve http.HandlerFunc
		want  string
	}{
		"not found":    {"", answer(404, "<html>"), "it said: does not know the machine (404 Not Found)"},
		"no content":   {"", answer(204, ""), "it said: does not know the machine (204 No Content)"},
		"server error": {"", answer(500, "<html>"), "it answered 500 Internal Server Error"},
		"denied":       {"", answer(401, ""), "it answered 401 Unauthorized"},
		"slow":         {"timeout: 100ms", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer within 100ms"},
		"slow body": {"timeout: 100ms", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"ip":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "no answer within 100ms"},
		"cut off": {"", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		"endless": {"", func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 10 {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<10)); err != nil {
					return
				}
			}
		}, "the answer is larger than 65536 bytes"},
		"redirect elsewhere": {"", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/x", http.StatusTemporaryRedirect)
		}, "it redirects to " + elsewhere.URL + "/x, which is not followed"},
		"redirect that loses the question": {"", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/x", http.StatusFound)
		}, "/x, which is not followed"},
		"redirect in a circle": {"", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/lookup", http.StatusTemporaryRedirect)
		}, "/lookup, which is not followed"},
		"redirect within the host": {"", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/lookup" {
				http.Redirect(w, r, "/x", http.StatusPermanentRedirect)
				return
			}
			_, _ = io.WriteString(w, known)
		}, "it said: knows the machine: 10.20.0.7 in hall"},
		"compressed to nothing": {"", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, known)
		}, "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, story, _ := overHTTP(t, c.lines, c.serve); !strings.Contains(story, c.want) {
				t.Errorf("story: %s\nwant:  %s", story, c.want)
			}
		})
	}
}

func TestHeadersFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "rollcall.yaml")
	text := "leased:\n  lookup: {url: \"http://a/\", headers_file: lookup.headers}\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "lookup.headers")
	for content, want := range map[string]string{
		"":                                "no such file or directory",
		"Authorization":                   "line 1: there is no colon",
		"a: b\nHost: secret":              "line 2: Host is the host of url",
		strings.Repeat("#\n", 1e6):        "too large to hold headers",
		"X: " + strings.Repeat("x", 5000): "line 1: X has 5001 bytes",
	} {
		if content != "" {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		_, err := lookup.Load(cfg.Leased)
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("%s:2:44: headers_file: ", name)) || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "secret") {
			t.Errorf("%.20q: %v; want %s", content, err, want)
		}
	}
}
