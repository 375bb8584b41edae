package store

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The names of the metrics.
const (
	MetricCommits    = "rollcall_store_commits_total"            // groups that are durable
	MetricBatch      = "rollcall_store_commit_batch_size"        // commits gathered in one group
	MetricSeconds    = "rollcall_store_commit_seconds"           // writing and syncing one group
	MetricPending    = "rollcall_store_pending_commits"          // commits waiting for the committer
	MetricEvents     = "rollcall_store_events_appended_total"    // events that are durable
	MetricTrimmed    = "rollcall_store_events_trimmed_total"     // events dropped by age or count
	MetricSize       = "rollcall_store_size_bytes"               // pages of the database in use or reusable
	MetricErrors     = "rollcall_store_commit_errors_total"      // groups of unknown outcome; the process ends
	MetricJournal    = "rollcall_store_journal_size_bytes"       // both files of the journal
	MetricUnapplied  = "rollcall_store_journal_unapplied_bytes"  // groups that the database does not have yet
	MetricSwitches   = "rollcall_store_journal_switches_total"   // times that the files of the journal changed places
	MetricCheckpoint = "rollcall_store_checkpoint_seconds"       // bringing one file's groups into the database
	MetricApplied    = "rollcall_store_checkpoint_records_total" // records that this wrote
)

type metrics struct {
	commits, failed, events, trimmed, switches, applied prometheus.Counter
	batch, seconds, checkpoint                          prometheus.Histogram
	size                                                prometheus.Gauge
	pending, journal, unapplied                         prometheus.GaugeFunc
}

func newMetrics(s *Store) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	histogram := func(name, help string, start, factor float64, count int) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(start, factor, count),
		})
	}
	gauge := func(name, help string, value func() float64) prometheus.GaugeFunc {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	return &metrics{
		commits:    counter(MetricCommits, "Groups of commits made durable."),
		failed:     counter(MetricErrors, "Groups of commits of unknown outcome."),
		events:     counter(MetricEvents, "Events made durable."),
		trimmed:    counter(MetricTrimmed, "Events dropped by age or count."),
		switches:   counter(MetricSwitches, "Times that the files of the journal changed places."),
		applied:    counter(MetricApplied, "Records brought from the journal into the database."),
		batch:      histogram(MetricBatch, "Commits gathered in one group.", 1, 2, 13),
		seconds:    histogram(MetricSeconds, "Time to write and sync one group.", 0.0001, 2, 16),
		checkpoint: histogram(MetricCheckpoint, "Time to bring the groups of one file of the journal into the database.", 0.001, 2, 16),
		size:       prometheus.NewGauge(prometheus.GaugeOpts{Name: MetricSize, Help: "Size of the database up to its last page."}),
		pending:    gauge(MetricPending, "Commits waiting for the committer.", func() float64 { return float64(s.queue.len()) }),
		journal:    gauge(MetricJournal, "Size of the files of the journal.", func() float64 { return float64(s.journal.Size()) }),
		unapplied: gauge(MetricUnapplied, "Groups in the journal that the database does not have yet.",
			func() float64 { return float64(s.tail.octets()) }),
	}
}

// register has the metrics served; nil registers none.
func (m *metrics) register(reg prometheus.Registerer) {
	if reg != nil {
		reg.MustRegister(m.commits, m.failed, m.events, m.trimmed, m.switches, m.applied, m.batch, m.seconds, m.checkpoint, m.size,
			m.pending, m.journal, m.unapplied)
	}
}

// committed counts a durable group.
func (m *metrics) committed(commits int, took time.Duration, events uint64) {
	m.commits.Inc()
	m.batch.Observe(float64(commits))
	m.seconds.Observe(took.Seconds())
	m.events.Add(float64(events))
}
