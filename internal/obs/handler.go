package obs

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newHandler routes the pages of the listener.
func newHandler(reg prometheus.Gatherer, ready *Ready, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "/metrics\n/healthz\n/readyz\n/debug/pprof/\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError),
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		status, body := readyPage(ready.Check())
		plain(w, status, body)
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol) // go tool pprof posts its addresses
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// readyPage writes one check a line, "name: ok" or "name: reason". Without any check the process is still being wired and is not
// ready: green must mean that somebody looked.
func readyPage(results []Result) (status int, body string) {
	if len(results) == 0 {
		return http.StatusServiceUnavailable, "starting: no check is registered yet\n"
	}
	status = http.StatusOK
	var b strings.Builder
	for _, r := range results {
		say := "ok"
		if r.Err != nil {
			status = http.StatusServiceUnavailable
			say = strings.ReplaceAll(r.Err.Error(), "\n", "; ") // errors.Join breaks lines
		}
		fmt.Fprintf(&b, "%s: %s\n", r.Name, say)
	}
	return status, b.String()
}

func plain(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // nobody is left to tell when the reader has gone
}
