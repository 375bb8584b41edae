package ledger

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/frontend/assets/refusal"
	leasedv1 "rollcall/proto/leased/v1"
)

// Names of the metrics.
const (
	MetricFetches  = "rollcall_frontend_fetches_total"         // protocol, result
	MetricRefused  = "rollcall_frontend_fetches_refused_total" // protocol, reason
	MetricOctets   = "rollcall_frontend_fetch_bytes_total"     // protocol
	MetricUnderWay = "rollcall_frontend_fetches_under_way"     // protocol
)

// results are the ends of a transfer with their names as labels.
var results = map[leasedv1.Fetch_Result]string{
	leasedv1.Fetch_RESULT_COMPLETE: "complete", leasedv1.Fetch_RESULT_PROBE: "probe", leasedv1.Fetch_RESULT_NOT_FOUND: "not-found",
	leasedv1.Fetch_RESULT_REFUSED: "refused", leasedv1.Fetch_RESULT_ABORTED: "aborted",
}

// metrics are those of a Ledger. All labels are closed sets.
type metrics struct {
	fetches [protocols]map[leasedv1.Fetch_Result]prometheus.Counter
	refused [protocols]map[refusal.Reason]prometheus.Counter
	octets  [protocols]prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, l *Ledger) *metrics {
	f := promauto.With(reg)
	fetches := f.NewCounterVec(prometheus.CounterOpts{Name: MetricFetches, Help: "Requests for files, by how they ended."},
		[]string{"protocol", "result"})
	refused := f.NewCounterVec(prometheus.CounterOpts{Name: MetricRefused, Help: "Requests for files that were refused, by reason."},
		[]string{"protocol", "reason"})
	octets := f.NewCounterVec(prometheus.CounterOpts{Name: MetricOctets, Help: "Octets of files sent."}, []string{"protocol"})
	m := &metrics{}
	for i := range protocols {
		p := Protocol(i)
		m.fetches[p] = make(map[leasedv1.Fetch_Result]prometheus.Counter)
		for r, label := range results {
			m.fetches[p][r] = fetches.WithLabelValues(p.String(), label)
		}
		m.refused[p] = make(map[refusal.Reason]prometheus.Counter)
		for _, r := range refusal.All() {
			m.refused[p][r] = refused.WithLabelValues(p.String(), string(r))
		}
		m.octets[p] = octets.WithLabelValues(p.String())
		f.NewGaugeFunc(prometheus.GaugeOpts{Name: MetricUnderWay, Help: "Files that are being sent.",
			ConstLabels: prometheus.Labels{"protocol": p.String()}}, func() float64 { return float64(l.taken[p].Load()) })
	}
	return m
}
