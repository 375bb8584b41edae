package policy

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/policy/sandbox"
)

// Names of the metrics.
const (
	MetricCalls    = "rollcall_policy_calls_total"
	MetricFailures = "rollcall_policy_failures_total"
	MetricSkipped  = "rollcall_policy_skipped_total"
	MetricSeconds  = "rollcall_policy_seconds"
	MetricSlow     = "rollcall_policy_slow"
	MetricLoaded   = "rollcall_policy_loaded_seconds"
)

// Why a hook is skipped.
const (
	skipMachine = iota // it went over its budget for this machine
	skipResting        // it went over its budget too often
	skips
)

// failureKinds are all there are.
var failureKinds = []sandbox.FailureKind{
	sandbox.FailedRaised, sandbox.FailedSteps, sandbox.FailedTime, sandbox.FailedMemory, sandbox.FailedResult, sandbox.FailedInternal,
}

// Metrics count what policies do. They outlast reloads. All labels are closed sets: hooks, kinds, and the files of the configuration.
type Metrics struct {
	calls    [hookKinds]prometheus.Counter
	failures [hookKinds]map[sandbox.FailureKind]prometheus.Counter
	skipped  [hookKinds][skips]prometheus.Counter
	seconds  [hookKinds]prometheus.Observer
	slow     *prometheus.Desc
	loaded   prometheus.Gauge
	current  atomic.Pointer[Policy] // in force
}

// NewMetrics returns metrics, registered with reg if that is not nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricCalls, Help: "Calls of the policy's hooks."}, []string{"hook"})
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricFailures,
		Help: "Calls of the policy's hooks that failed, by how."}, []string{"hook", "kind"})
	skipped := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricSkipped,
		Help: "Calls of the policy's hooks that were left out: for a machine that took the hook over its budget less than a minute ago, " +
			"or because the hook is resting."}, []string{"hook", "why"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: MetricSeconds, Help: "How long calls of the policy's hooks take.",
		Buckets: prometheus.ExponentialBuckets(2e-6, 4, 8)}, []string{"hook"})
	m := &Metrics{
		slow: prometheus.NewDesc(MetricSlow, "1 for a hook that went over its budget in the last minute.", []string{"file", "hook"}, nil),
		loaded: prometheus.NewGauge(prometheus.GaugeOpts{Name: MetricLoaded,
			Help: "When the policy in force was loaded, in unix seconds; 0 for none."}),
	}
	for k := range hookKind(hookKinds) {
		word := k.String()
		m.calls[k], m.seconds[k] = calls.WithLabelValues(word), seconds.WithLabelValues(word)
		m.failures[k] = map[sandbox.FailureKind]prometheus.Counter{}
		for _, kind := range failureKinds {
			m.failures[k][kind] = failures.WithLabelValues(word, string(kind))
		}
		m.skipped[k][skipMachine] = skipped.WithLabelValues(word, "machine")
		m.skipped[k][skipResting] = skipped.WithLabelValues(word, "resting")
	}
	if reg != nil {
		reg.MustRegister(calls, failures, skipped, seconds, m.loaded, m)
	}
	return m
}

// Show makes p the policy that is told of as in force; nil for none.
func (m *Metrics) Show(p *Policy) {
	m.current.Store(p)
	if p == nil || len(p.files) == 0 {
		m.loaded.Set(0)
		return
	}
	m.loaded.Set(float64(p.began.UnixNano()) / float64(time.Second))
}

// Describe implements prometheus.Collector, for the hooks that are slow.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) { to <- m.slow }

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	p := m.current.Load()
	if p == nil {
		return
	}
	now := p.passed()
	for _, of := range p.hooks {
		for _, h := range of {
			value := 0.0
			if h.waste.slow(now) {
				value = 1
			}
			to <- prometheus.MustNewConstMetric(m.slow, prometheus.GaugeValue, value, h.shown, h.kind.String())
		}
	}
}
