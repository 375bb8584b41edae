package bulk

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/frontend/packet"
)

// Names of the metrics.
const (
	MetricConnections = "rollcall_frontend_bulk_connections"    // open now
	MetricClosed      = "rollcall_frontend_bulk_closed_total"   // reason
	MetricQueries     = "rollcall_frontend_bulk_queries_total"  // status
	MetricMessages    = "rollcall_frontend_bulk_messages_total" // type
)

// metrics are those of a Server. All labels are closed sets.
type metrics struct {
	connections prometheus.Gauge
	closed      map[Reason]prometheus.Counter
	queries     map[status]prometheus.Counter
	messages    map[packet.MessageType]prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		connections: f.NewGauge(prometheus.GaugeOpts{Name: MetricConnections, Help: "Open connections for bulk leasequery."}),
		closed:      make(map[Reason]prometheus.Counter),
		queries:     make(map[status]prometheus.Counter),
		messages:    make(map[packet.MessageType]prometheus.Counter),
	}
	closed := f.NewCounterVec(prometheus.CounterOpts{Name: MetricClosed, Help: "Connections for bulk leasequery closed, by reason."},
		[]string{"reason"})
	for _, r := range Reasons() {
		m.closed[r] = closed.WithLabelValues(string(r))
	}
	queries := f.NewCounterVec(prometheus.CounterOpts{Name: MetricQueries, Help: "Bulk leasequeries answered, by status."}, []string{"status"})
	for s, label := range statuses {
		m.queries[s] = queries.WithLabelValues(label)
	}
	messages := f.NewCounterVec(prometheus.CounterOpts{Name: MetricMessages, Help: "Messages in answers to bulk leasequeries, by type."},
		[]string{"type"})
	for _, t := range []packet.MessageType{packet.LeaseActive, packet.LeaseUnassigned, packet.LeaseQueryDone, packet.TLS} {
		m.messages[t] = messages.WithLabelValues(t.String())
	}
	return m
}
