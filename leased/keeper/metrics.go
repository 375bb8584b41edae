package keeper

import (
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/engine"
)

// Names of the metrics.
const (
	MetricDecisions = "rollcall_leased_decisions_total"
	MetricRefusals  = "rollcall_leased_refusals_total"
	MetricBatch     = "rollcall_leased_batch_queries"
	MetricPool      = "rollcall_pool_addresses"
	MetricLeases    = "rollcall_leases"
	MetricSteps     = "rollcall_leased_clock_steps_total"
)

// metrics are those of the keeper. All labels are closed sets: message types, kinds, reasons, and pools of the configuration.
type metrics struct {
	decisions [messageTypes][kinds]prometheus.Counter // nil for what is no message
	refusals  map[engine.Reason]prometheus.Counter
	batch     prometheus.Histogram
	pool      *prometheus.GaugeVec
	leases    prometheus.Gauge
	steps     prometheus.Counter
}

// messageTypes and kinds are one more than the largest of each.
const (
	messageTypes = int(engine.LeaseQuery) + 1
	kinds        = int(engine.LeaseActive) + 1
)

func newMetrics(reg prometheus.Registerer) *metrics {
	decisions := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricDecisions,
		Help: "Decisions upon DHCP messages, by message type and outcome."}, []string{"message", "outcome"})
	refusals := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricRefusals,
		Help: "Messages that got no answer or a NAK, by reason."}, []string{"reason"})
	m := &metrics{
		refusals: map[engine.Reason]prometheus.Counter{},
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{Name: MetricBatch, Help: "Queries in one batch of a frontend.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 11)}),
		pool: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: MetricPool, Help: "Addresses of a pool, by what they are used for."},
			[]string{"subnet", "pool", "use"}),
		leases: prometheus.NewGauge(prometheus.GaugeOpts{Name: MetricLeases, Help: "Leases remembered, in any state."}),
		steps:  prometheus.NewCounter(prometheus.CounterOpts{Name: MetricSteps, Help: "Times the wall clock was set by 2 s or more."}),
	}
	for _, t := range engine.MessageTypes() {
		for _, k := range engine.Kinds() {
			m.decisions[t][k] = decisions.WithLabelValues(t.String(), k.String())
		}
	}
	for _, r := range engine.Reasons() {
		m.refusals[r] = refusals.WithLabelValues(string(r))
	}
	if reg != nil {
		reg.MustRegister(decisions, refusals, m.batch, m.pool, m.leases, m.steps)
	}
	return m
}

func (m *metrics) count(q *engine.Query, d *engine.Decision) {
	if int(q.Type) < len(m.decisions) && m.decisions[q.Type][d.Kind] != nil {
		m.decisions[q.Type][d.Kind].Inc()
	}
	if d.Reason != "" {
		m.refusals[d.Reason].Inc()
	}
}

// gauge sets what is counted in the state anyway.
func (m *metrics) gauge(s *engine.State) {
	m.leases.Set(float64(s.Leases()))
	m.pool.Reset() // pools come and go with the configuration
	for _, u := range s.Usage() {
		subnet, pool := u.Pool.Subnet.Ref, u.Pool.Range()
		m.pool.WithLabelValues(subnet, pool, "leased").Set(float64(u.Leased))
		m.pool.WithLabelValues(subnet, pool, "offered").Set(float64(u.Offered))
		m.pool.WithLabelValues(subnet, pool, "quarantined").Set(float64(u.Quarantined))
		m.pool.WithLabelValues(subnet, pool, "reserved").Set(float64(u.Reserved))
		m.pool.WithLabelValues(subnet, pool, "free").Set(float64(u.Free))
	}
}
