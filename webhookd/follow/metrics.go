package follow

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/internal/obs"
)

// The metrics.
const (
	MetricCursor     = "rollcall_webhookd_cursor_events"             // sequence number taken over up to
	MetricLag        = "rollcall_webhookd_cursor_lag_events"         // events in leased's log after the cursor
	MetricLast       = "rollcall_webhookd_cursor_timestamp_seconds"  // time of the latest event taken over
	MetricTaken      = "rollcall_webhookd_events_total"              // events taken over
	MetricLost       = "rollcall_webhookd_events_lost_total"         // events leased no longer had
	MetricReset      = "rollcall_webhookd_log_resets_total"          // leased came back with a log that starts over
	MetricReconnects = "rollcall_webhookd_leased_disconnected_total" // watches that broke
)

type metrics struct {
	cursor, lag, last                prometheus.Gauge
	taken, lost, resets, disconnects prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	gauge := func(name, help string) prometheus.Gauge {
		return f.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	return &metrics{
		cursor:      gauge(MetricCursor, "Sequence number up to which events were taken over from leased."),
		lag:         gauge(MetricLag, "Events in the log of leased that were not taken over yet, when last asked."),
		last:        gauge(MetricLast, "Time of the latest event that was taken over."),
		taken:       counter(MetricTaken, "Events taken over from leased, wanted by an endpoint or not."),
		lost:        counter(MetricLost, "Events that leased no longer had when webhookd came for them."),
		resets:      counter(MetricReset, "Times that leased came back with an event log that starts over."),
		disconnects: counter(MetricReconnects, "Times that the watch on the event log of leased broke."),
	}
}

// moved shows a new cursor and how far it is from the end of the log, as far as that is known.
func (m *metrics) moved(cursor, end uint64) {
	m.cursor.Set(float64(cursor))
	if end < cursor {
		end = cursor
	}
	m.lag.Set(float64(end - cursor))
}

func (m *metrics) event(at time.Time) { m.last.Set(obs.Seconds(at)) }
