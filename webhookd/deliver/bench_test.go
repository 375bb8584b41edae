package deliver_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"rollcall/webhookd/deliver"
	"rollcall/webhookd/queue"
)

// benchRig takes over n deliveries of as many machines to one endpoint.
func benchRig(b *testing.B, n int) *queue.Queue {
	b.Helper()
	q, err := queue.Open(filepath.Join(b.TempDir(), "webhookd.db"), queue.Options{})
	if err != nil {
		b.Fatal(err)
	}
	stop := run(q.Run)
	b.Cleanup(func() {
		stop()
		q.Close()
	})
	body := make([]byte, 700)
	for p := queue.Position(0); int(p) < n; {
		var ds []queue.Delivery
		for range min(1000, n-int(p)) {
			p++
			ds = append(ds, queue.Delivery{Endpoint: "desk", Position: p, Machine: fmt.Sprintf("52:54:00:%06x", int(p)), Body: body})
		}
		if err := q.TakeOver(b.Context(), p, time.Now(), ds); err != nil {
			b.Fatal(err)
		}
	}
	return q
}

// BenchmarkDeliver is one delivery on its way from the queue to a receiver and out of the queue.
func BenchmarkDeliver(b *testing.B) {
	done := make(chan struct{}, 1<<20)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		done <- struct{}{}
	}))
	defer srv.Close()
	q := benchRig(b, b.N)
	fleet := deliver.NewFleet(q, nil, deliver.NewMetrics(nil))
	fleet.Apply([]deliver.Endpoint{{Name: "desk", URL: srv.URL, Secrets: []deliver.Secret{secret}, Timeout: time.Second, MaxAge: time.Hour}})
	b.ReportAllocs()
	b.ResetTimer()
	stop := run(fleet.Run)
	for range b.N {
		<-done
	}
	b.StopTimer()
	stop()
}

// BenchmarkBacklog reports the memory that a delivery takes while its endpoint is down.
func BenchmarkBacklog(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		q := benchRig(b, n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heap-B/delivery")
		runtime.KeepAlive(q)
	}
}
