package deliver

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/webhookd/queue"
)

// The metrics. Endpoint names are those of the configuration.
const (
	MetricAttempts   = "rollcall_webhookd_attempts_total"   // by endpoint and outcome
	MetricSeconds    = "rollcall_webhookd_attempt_seconds"  // by endpoint
	MetricDeliveries = "rollcall_webhookd_deliveries_total" // by endpoint and result
	MetricQueued     = "rollcall_webhookd_queued"           // by endpoint and state
)

// The results of deliveries, a label of MetricDeliveries.
const (
	resultDelivered  = "delivered"
	resultGaveUp     = "gave_up"    // became a dead letter after its last attempt
	resultExpired    = "expired"    // became a dead letter while the endpoint was held back
	resultOverflowed = "overflowed" // became a dead letter because too many waited
	resultForgotten  = "forgotten"  // left the list of dead letters because that was full
)

// Metrics counts what becomes of deliveries.
type Metrics struct {
	attempts   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	deliveries *prometheus.CounterVec
}

// NewMetrics registers the metrics; reg may be nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	f := promauto.With(reg)
	return &Metrics{
		attempts: f.NewCounterVec(prometheus.CounterOpts{
			Name: MetricAttempts, Help: "Webhook requests made, by what came of them.",
		}, []string{"endpoint", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: MetricSeconds, Help: "Time that webhook requests took.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}, []string{"endpoint"}),
		deliveries: f.NewCounterVec(prometheus.CounterOpts{
			Name: MetricDeliveries, Help: "Webhook deliveries that were delivered or given up.",
		}, []string{"endpoint", "result"}),
	}
}

// expect makes the series of an endpoint exist before anything happens, so that rates and alerts see the first event.
func (m *Metrics) expect(endpoint string) {
	for _, o := range Outcomes() {
		m.attempts.WithLabelValues(endpoint, string(o))
	}
	for _, r := range []string{resultDelivered, resultGaveUp, resultExpired, resultOverflowed, resultForgotten} {
		m.deliveries.WithLabelValues(endpoint, r)
	}
}

// Overflowed counts what the queue gave up; it is for queue.Options.
func (m *Metrics) Overflowed(endpoint string, died, forgotten int) {
	m.deliveries.WithLabelValues(endpoint, resultOverflowed).Add(float64(died))
	m.deliveries.WithLabelValues(endpoint, resultForgotten).Add(float64(forgotten))
}

// WatchQueue registers the depth of a queue; reg may be nil.
func WatchQueue(reg prometheus.Registerer, q *queue.Queue) {
	if reg != nil {
		reg.MustRegister(depths{q})
	}
}

// depths asks the queue when it is scraped.
type depths struct{ q *queue.Queue }

var depthDesc = prometheus.NewDesc(MetricQueued, "Webhook deliveries in the queue, by state.", []string{"endpoint", "state"}, nil)

func (c depths) Describe(ch chan<- *prometheus.Desc) { ch <- depthDesc }

func (c depths) Collect(ch chan<- prometheus.Metric) {
	for _, d := range c.q.Depths() {
		ch <- prometheus.MustNewConstMetric(depthDesc, prometheus.GaugeValue, float64(d.Pending), d.Endpoint, queue.Pending.String())
		ch <- prometheus.MustNewConstMetric(depthDesc, prometheus.GaugeValue, float64(d.Dead), d.Endpoint, queue.Dead.String())
	}
}
