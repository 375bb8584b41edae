package lookup

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The metrics.
const (
	MetricRequests = "rollcall_lookup_requests_total" // by outcome
	MetricSeconds  = "rollcall_lookup_seconds"
	MetricCache    = "rollcall_lookup_cache"         // by state
	MetricDropped  = "rollcall_lookup_dropped_total" // by why
	MetricUp       = "rollcall_lookup_up"
)

// metrics counts what becomes of questions.
type metrics struct {
	requests            *prometheus.CounterVec
	seconds             prometheus.Histogram
	dropQueue, dropDown prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, l *Lookup) *metrics {
	f := promauto.With(reg)
	dropped := f.NewCounterVec(prometheus.CounterOpts{
		Name: MetricDropped, Help: "Messages of machines that the registration system was not asked about, by why.",
	}, []string{"why"})
	m := &metrics{
		requests: f.NewCounterVec(prometheus.CounterOpts{
			Name: MetricRequests, Help: "Requests made to the registration system, by what came of them.",
		}, []string{"outcome"}),
		seconds: f.NewHistogram(prometheus.HistogramOpts{
			Name: MetricSeconds, Help: "Time that requests to the registration system took.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}),
		dropQueue: dropped.WithLabelValues("queue"), dropDown: dropped.WithLabelValues("down"),
	}
	// All series exist before anything happens, so that rates and alerts see the first of each.
	for _, o := range []outcome{
		outcomeKnown, outcomeUnknown, outcomeTimeout, outcomeUnreachable, outcomeStatus, outcomeMalformed, outcomeImpossible,
	} {
		m.requests.WithLabelValues(string(o))
	}
	if reg != nil {
		reg.MustRegister(gauges{l})
	}
	return m
}

func (m *metrics) asked(o outcome, took time.Duration) {
	m.requests.WithLabelValues(string(o)).Inc()
	m.seconds.Observe(took.Seconds())
}

// gauges looks at the memory when it is scraped.
type gauges struct{ l *Lookup }

var (
	cacheDesc = prometheus.NewDesc(MetricCache,
		"Machines that the registration system knows (known), does not or has not spoken of (unknown), and questions that wait (waiting).",
		[]string{"state"}, nil)
	upDesc = prometheus.NewDesc(MetricUp, "Whether the registration system answers, where there is one.", nil, nil)
)

func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	ch <- cacheDesc
	ch <- upDesc
}

func (g gauges) Collect(ch chan<- prometheus.Metric) {
	g.l.mu.Lock()
	on, up := g.l.service != nil, 1.0
	known, unknown, waits := g.l.memory.known.Len(), g.l.memory.unknown.Len(), len(g.l.queue)+g.l.underWay
	if g.l.health.down {
		up = 0
	}
	g.l.mu.Unlock()
	for _, s := range []struct {
		state string
		n     int
	}{{"known", known}, {"unknown", unknown}, {"waiting", waits}} {
		ch <- prometheus.MustNewConstMetric(cacheDesc, prometheus.GaugeValue, float64(s.n), s.state)
	}
	if on {
		ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, up)
	}
}
