package lookup

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// MetricScripts is the name of the counter of scripts made for machines, by kind.
const MetricScripts = "rollcall_frontend_scripts_total"

// kind of a script. The set is closed: each is a label.
type kind int

const (
	template kind = iota // rendered from a template
	broken               // says that the template is wrong
	autoexec             // goes on to what leased tells
	local                // boots from the disk
	whyNot               // says why there is nothing to boot
	kinds    int  = iota
)

type metrics struct{ scripts [kinds]prometheus.Counter }

func newMetrics(reg prometheus.Registerer) *metrics {
	scripts := promauto.With(reg).NewCounterVec(prometheus.CounterOpts{Name: MetricScripts, Help: "Scripts made for machines, by kind."},
		[]string{"kind"})
	m := &metrics{}
	for k, label := range []string{"template", "template-error", "autoexec", "local", "why"} {
		m.scripts[k] = scripts.WithLabelValues(label)
	}
	return m
}
