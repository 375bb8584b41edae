package store

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The names of the metrics.
const (
	MetricCommits = "rollcall_store_commits_total"         // transactions that are durable
	MetricBatch   = "rollcall_store_commit_batch_size"     // commits gathered in one transaction
	MetricSeconds = "rollcall_store_commit_seconds"        // writing and syncing one transaction
	MetricPending = "rollcall_store_pending_commits"       // commits waiting for the committer
	MetricEvents  = "rollcall_store_events_appended_total" // events that are durable
	MetricTrimmed = "rollcall_store_events_trimmed_total"  // events dropped by age or count
	MetricSize    = "rollcall_store_size_bytes"            // pages in use or reusable
	MetricErrors  = "rollcall_store_commit_errors_total"   // transactions of unknown outcome; the process ends
)

type metrics struct {
	commits, failed, events, trimmed prometheus.Counter
	batch, seconds                   prometheus.Histogram
	size                             prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer, pending func() int) *metrics {
	m := &metrics{
		commits: prometheus.NewCounter(prometheus.CounterOpts{Name: MetricCommits, Help: "Transactions made durable."}),
		failed:  prometheus.NewCounter(prometheus.CounterOpts{Name: MetricErrors, Help: "Transactions of unknown outcome."}),
		events:  prometheus.NewCounter(prometheus.CounterOpts{Name: MetricEvents, Help: "Events made durable."}),
		trimmed: prometheus.NewCounter(prometheus.CounterOpts{Name: MetricTrimmed, Help: "Events dropped by age or count."}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: MetricBatch, Help: "Commits gathered in one transaction.", Buckets: prometheus.ExponentialBuckets(1, 2, 13),
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: MetricSeconds, Help: "Time to write and sync one transaction.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16),
		}),
		size: prometheus.NewGauge(prometheus.GaugeOpts{Name: MetricSize, Help: "Size of the database up to its last page."}),
	}
	if reg == nil {
		return m
	}
	reg.MustRegister(m.commits, m.failed, m.events, m.trimmed, m.batch, m.seconds, m.size,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: MetricPending, Help: "Commits waiting for the committer."},
			func() float64 { return float64(pending()) }))
	return m
}

// committed counts a durable transaction.
func (m *metrics) committed(commits int, took time.Duration, size int64) {
	m.commits.Inc()
	if commits > 0 {
		m.batch.Observe(float64(commits))
	}
	m.seconds.Observe(took.Seconds())
	m.size.Set(float64(size))
}
