package timeline

import (
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// Names of the metrics.
const (
	MetricAnswers  = "rollcall_boot_answers_total"
	MetricMachines = "rollcall_boot_machines"
	MetricUntold   = "rollcall_boot_events_untold_total"
)

// metrics count what machines were told. Labels are closed sets.
type metrics struct {
	answers  *prometheus.CounterVec
	untold   prometheus.Counter
	machines prometheus.GaugeFunc
}

func newMetrics(t *Timeline) *metrics {
	m := &metrics{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricAnswers,
			Help: "Answers to machines that boot from the network, by what they are told to boot and why where it is nothing."},
			[]string{"stage", "reason"}),
		untold: prometheus.NewCounter(prometheus.CounterOpts{Name: MetricUntold,
			Help: "Events about booting that were not written, for there were too many without a lease."}),
		machines: prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: MetricMachines, Help: "Machines whose boots are remembered."},
			func() float64 {
				t.mu.Lock()
				defer t.mu.Unlock()
				return float64(len(t.machines))
			}),
	}
	for _, stage := range []boot.Stage{boot.StageFile, boot.StageMenu, boot.StagePort, boot.StageScript} {
		m.answers.WithLabelValues(stage.String(), "")
	}
	return m
}

// Register registers the metrics.
func (t *Timeline) Register(reg prometheus.Registerer) {
	reg.MustRegister(t.metrics.answers, t.metrics.untold, t.metrics.machines)
}

// count counts an answer.
func (m *metrics) count(d *engine.Decision) {
	a := &d.Boot.Answer
	reason := string(a.Reason)
	if d.Kind == engine.Drop || d.Kind == engine.Nak {
		reason = string(d.Reason)
	}
	stage := a.Stage.String()
	if stage == "" {
		stage = "none"
	}
	m.answers.WithLabelValues(stage, reason).Inc()
	m.untold.Add(float64(d.Boot.Untold))
}
