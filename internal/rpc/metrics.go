package rpc

import (
	"errors"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"
)

// The metrics of a server. Methods are those that are registered and codes those of gRPC, so all label sets are closed.
const (
	MetricHandled = "rollcall_rpc_handled_total"    // calls that ended, by service, method and code
	MetricSeconds = "rollcall_rpc_handling_seconds" // duration of unary calls, by service and method
	MetricStreams = "rollcall_rpc_streams"          // streams open now, by service and method
	MetricRefused = "rollcall_rpc_refused_total"    // TCP connections whose TLS handshake failed
)

type serverMetrics struct {
	handled *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	streams *prometheus.GaugeVec
	refused prometheus.Counter
}

func newServerMetrics(reg prometheus.Registerer) *serverMetrics {
	return &serverMetrics{
		handled: shared(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: MetricHandled, Help: "gRPC calls that ended, by their status code.",
		}, []string{"service", "method", "code"})),
		seconds: shared(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: MetricSeconds, Help: "Time that unary gRPC calls took.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}, []string{"service", "method"})),
		streams: shared(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: MetricStreams, Help: "gRPC streams that are open.",
		}, []string{"service", "method"})),
		refused: shared(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: MetricRefused, Help: "TCP connections to gRPC whose TLS handshake failed.",
		})),
	}
}

// shared registers c, or returns the collector that another server of the process has registered before.
func shared[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	err := reg.Register(c)
	if already, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		return already.ExistingCollector.(C)
	}
	if err != nil {
		panic("rpc: register metrics: " + err.Error()) // two different metrics have one name
	}
	return c
}

func (m *serverMetrics) opened(full string) {
	service, method := split(full)
	m.streams.WithLabelValues(service, method).Inc()
}

func (m *serverMetrics) ended(full string, stream bool, code codes.Code, took time.Duration) {
	service, method := split(full)
	m.handled.WithLabelValues(service, method, code.String()).Inc()
	if stream {
		m.streams.WithLabelValues(service, method).Dec()
	} else {
		m.seconds.WithLabelValues(service, method).Observe(took.Seconds())
	}
}

// split takes "/leased.v1.LeaseService/Get" apart.
func split(full string) (service, method string) {
	service, method, _ = strings.Cut(strings.TrimPrefix(full, "/"), "/")
	return service, method
}
