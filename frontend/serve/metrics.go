package serve

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/frontend/packet"
	leasedv1 "rollcall/proto/leased/v1"
)

// Names of the metrics.
const (
	MetricReceived    = "rollcall_frontend_received_total"         // link, type
	MetricSent        = "rollcall_frontend_sent_total"             // link, type
	MetricDropped     = "rollcall_frontend_dropped_total"          // link, reason
	MetricAnswers     = "rollcall_frontend_answers_total"          // kind
	MetricNoEnd       = "rollcall_frontend_unterminated_total"     // queries without an end option
	MetricLeftOut     = "rollcall_frontend_options_left_out_total" // options a reply had no room for
	MetricHeld        = "rollcall_frontend_held_replies"           // held back for firmware that is not ready
	MetricUndelayed   = "rollcall_frontend_undelayed_total"        // replies that were not, because too many were
	MetricSightings   = "rollcall_frontend_sightings_total"        // result; messages of other servers
	MetricKernelDrops = "rollcall_frontend_kernel_drops_total"     // link
	MetricLinkUp      = "rollcall_frontend_link_up"                // link; 1 with a live socket
	MetricWaiting     = "rollcall_frontend_waiting_queries"        // not sent yet
	MetricPending     = "rollcall_frontend_pending_queries"        // sent, unanswered
	MetricStreamUp    = "rollcall_frontend_stream_up"              // 1 with a stream to leased
	MetricStreams     = "rollcall_frontend_streams_total"          // streams opened
	MetricReadBatch   = "rollcall_frontend_read_batch_packets"     // histogram
	MetricSendBatch   = "rollcall_frontend_query_batch_queries"    // histogram
	MetricAnswerBatch = "rollcall_frontend_answer_batch_answers"   // histogram
	MetricReply       = "rollcall_frontend_reply_duration_seconds" // type of reply; histogram, read to written
)

// queryTypes are what Parse accepts, replyTypes what leaves.
var (
	queryTypes = []packet.MessageType{packet.BOOTP, packet.Discover, packet.Request, packet.Decline, packet.Release, packet.Inform,
		packet.LeaseQuery}
	replyTypes = []packet.MessageType{packet.BOOTP, packet.Offer, packet.Ack, packet.Nak, packet.LeaseUnassigned,
		packet.LeaseUnknown, packet.LeaseActive}
)

// replyName is the metric label of a type that is sent.
func replyName(t packet.MessageType) string {
	if t == packet.BOOTP {
		return "BOOTREPLY"
	}
	return t.String()
}

// metrics are those not of one link.
type metrics struct {
	received, sent, dropped *prometheus.CounterVec

	late        prometheus.Counter
	answers     map[leasedv1.Answer_Kind]prometheus.Counter
	noEnd       prometheus.Counter
	leftOut     prometheus.Counter
	held        prometheus.Gauge
	undelayed   prometheus.Counter
	sightings   [numSighted]prometheus.Counter
	streams     prometheus.Counter
	readBatch   prometheus.Histogram
	sendBatch   prometheus.Histogram
	answerBatch prometheus.Histogram
	reply       [packet.LeaseActive + 1]prometheus.Observer // by type; nil for others
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	batch := func(name, help string) prometheus.Histogram {
		return f.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help,
			Buckets: prometheus.ExponentialBuckets(1, 2, 11)})
	}
	m := &metrics{
		received: counter(MetricReceived, "Well-formed DHCP messages received, by message type.", "link", "type"),
		sent:     counter(MetricSent, "DHCP messages sent, by message type.", "link", "type"),
		dropped:  counter(MetricDropped, "Packets that were not answered, by reason.", "link", "reason"),
		noEnd: f.NewCounter(prometheus.CounterOpts{Name: MetricNoEnd,
			Help: "DHCP messages received whose options do not end with the end option; they are served all the same."}),
		leftOut: f.NewCounter(prometheus.CounterOpts{Name: MetricLeftOut,
			Help: "Options and header texts for which replies had no room."}),
		held: f.NewGauge(prometheus.GaugeOpts{Name: MetricHeld, Help: "Replies that are held back for firmware that is not ready."}),
		undelayed: f.NewCounter(prometheus.CounterOpts{Name: MetricUndelayed,
			Help: "Replies that left at once because too many were held back already."}),
		streams: f.NewCounter(prometheus.CounterOpts{Name: MetricStreams, Help: "Streams opened to leased."}),

		readBatch:   batch(MetricReadBatch, "Datagrams per read from a link."),
		sendBatch:   batch(MetricSendBatch, "Queries per message to leased."),
		answerBatch: batch(MetricAnswerBatch, "Answers per message from leased."),
	}
	sightings := counter(MetricSightings, "Messages of other servers seen on the links, by what became of them.", "result")
	for r := range numSighted {
		m.sightings[r] = sightings.WithLabelValues(sightedNames[r])
	}
	m.late = m.dropped.WithLabelValues("", ReasonLate.String())
	answers := counter(MetricAnswers, "Answers of leased, by kind.", "kind")
	m.answers = make(map[leasedv1.Answer_Kind]prometheus.Counter)
	for kind, label := range map[leasedv1.Answer_Kind]string{
		leasedv1.Answer_KIND_UNSPECIFIED: "invalid", leasedv1.Answer_KIND_DROP: "drop", leasedv1.Answer_KIND_OFFER: "offer",
		leasedv1.Answer_KIND_ACK: "ack", leasedv1.Answer_KIND_NAK: "nak",
		leasedv1.Answer_KIND_LEASEUNASSIGNED: "leaseunassigned", leasedv1.Answer_KIND_LEASEUNKNOWN: "leaseunknown",
		leasedv1.Answer_KIND_LEASEACTIVE: "leaseactive",
	} {
		m.answers[kind] = answers.WithLabelValues(label)
	}
	reply := f.NewHistogramVec(prometheus.HistogramOpts{Name: MetricReply,
		Help:    "Time from reading a query to having written its reply, by type of the reply.",
		Buckets: prometheus.ExponentialBuckets(0.000125, 2, 15)}, []string{"type"})
	for _, t := range replyTypes {
		m.reply[t] = reply.WithLabelValues(replyName(t))
	}
	return m
}

// registerGauges adds what is read when it is asked for.
func (s *Server) registerGauges(reg prometheus.Registerer) {
	f := promauto.With(reg)
	gauge := func(name, help string, value func() float64) {
		f.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	gauge(MetricWaiting, "Queries that wait to be sent to leased.", func() float64 {
		waiting, _ := s.table.counts()
		return float64(waiting)
	})
	gauge(MetricPending, "Queries at leased, unanswered.", func() float64 {
		_, pending := s.table.counts()
		return float64(pending)
	})
	gauge(MetricStreamUp, "1 while there is a stream to leased, else 0.", func() float64 {
		if s.Ready() == nil {
			return 1
		}
		return 0
	})
	if reg != nil {
		reg.MustRegister(linkCollector{s})
	}
}

// linkCollector asks the links for their state when a scrape does.
type linkCollector struct{ s *Server }

var (
	kernelDropsDesc = prometheus.NewDesc(MetricKernelDrops,
		"Datagrams the kernel lost because the receive buffer of the link was full.", []string{"link"}, nil)
	linkUpDesc = prometheus.NewDesc(MetricLinkUp, "1 while the link has a live socket, else 0.", []string{"link"}, nil)
)

func (c linkCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- kernelDropsDesc
	ch <- linkUpDesc
}

func (c linkCollector) Collect(ch chan<- prometheus.Metric) {
	for _, p := range c.s.snapshot() {
		up := 0.0
		if p.link() != nil {
			up = 1
		}
		ch <- prometheus.MustNewConstMetric(linkUpDesc, prometheus.GaugeValue, up, p.name)
		ch <- prometheus.MustNewConstMetric(kernelDropsDesc, prometheus.CounterValue, float64(p.kernelDrops()), p.name)
	}
}
