package report

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// MetricReports is the name of the metric; its labels are kind (fetch, sighting) and result.
const MetricReports = "rollcall_frontend_reports_total"

// result is what became of a report.
type result uint8

const (
	delivered result = iota // leased took it over
	full                    // no room for it
	refused                 // leased did not want it
	abandoned               // the frontend ended first

	results
)

var resultNames = [results]string{"delivered", "full", "refused", "abandoned"}

type metrics struct{ fetches, sightings [results]prometheus.Counter }

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := promauto.With(reg).NewCounterVec(prometheus.CounterOpts{Name: MetricReports,
		Help: "What leased was told besides queries, by kind and by what became of it."}, []string{"kind", "result"})
	m := new(metrics)
	for r := range results {
		m.fetches[r] = vec.WithLabelValues("fetch", resultNames[r])
		m.sightings[r] = vec.WithLabelValues("sighting", resultNames[r])
	}
	return m
}
