package probe

import "github.com/prometheus/client_golang/prometheus"

// Names of the metrics.
const (
	MetricSent        = "rollcall_probe_sent_total"
	MetricResults     = "rollcall_probe_results_total"
	MetricIgnored     = "rollcall_probe_ignored_frames_total"
	MetricErrors      = "rollcall_probe_socket_errors_total"
	MetricOutstanding = "rollcall_probe_outstanding"
)

// Why a frame was sent; label "kind" of MetricSent.
const (
	kindProbe = "probe"
	kindScan  = "scan"
)

// How a probe ended; label "result" of MetricResults.
const (
	resultAnswered   = "answered"
	resultSilent     = "silent"
	resultUnattached = "unattached"
	resultFull       = "full"
	resultStopped    = "stopped"
)

// What failed on a socket; label "op" of MetricErrors.
const (
	opOpen = "open"
	opSend = "send"
	opRead = "read"
	opList = "list"
)

type metrics struct {
	sent        *prometheus.CounterVec
	results     *prometheus.CounterVec
	ignored     *prometheus.CounterVec
	errors      *prometheus.CounterVec
	outstanding prometheus.Gauge
}

// newMetrics registers the metrics with reg; where it is nil they are counted and
// shown nowhere.
func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: MetricSent,
			Help: "ARP probes sent, by kind: probe of one address, scan of a range.",
		}, []string{"kind"}),
		results: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: MetricResults,
			Help: "Probes of one address, by result.",
		}, []string{"result"}),
		ignored: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: MetricIgnored,
			Help: "Received frames that were dropped, by reason.",
		}, []string{"reason"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: MetricErrors,
			Help: "Failures of the sockets for ARP, by operation.",
		}, []string{"op"}),
		outstanding: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: MetricOutstanding,
			Help: "Probes of one address that wait for an answer.",
		}),
	}
	for _, l := range []string{kindProbe, kindScan} {
		m.sent.WithLabelValues(l)
	}
	for _, l := range []string{resultAnswered, resultSilent, resultUnattached, resultFull, resultStopped} {
		m.results.WithLabelValues(l)
	}
	for _, l := range ignoredReasons {
		m.ignored.WithLabelValues(string(l))
	}
	for _, l := range []string{opOpen, opSend, opRead, opList} {
		m.errors.WithLabelValues(l)
	}
	if reg != nil {
		reg.MustRegister(m.sent, m.results, m.ignored, m.errors, m.outstanding)
	}
	return m
}

func (m *metrics) result(label string) { m.results.WithLabelValues(label).Inc() }
func (m *metrics) failed(op string)    { m.errors.WithLabelValues(op).Inc() }
