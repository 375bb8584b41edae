package ledger

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/frontend/assets/refusal"
	leasedv1 "rollcall/proto/leased/v1"
)

// Protocol is how a file is asked for.
type Protocol int

// The protocols.
const (
	TFTP Protocol = iota
	HTTP
	protocols int = iota
)

// String returns the name as metrics and logs have it.
func (p Protocol) String() string { return [...]string{"tftp", "http"}[p] }

// Ledger is safe for concurrent use.
type Ledger struct {
	places  atomic.Int64
	taken   [protocols]atomic.Int64
	metrics *metrics
	report  Reporter
}

// Reporter tells leased.
type Reporter interface {
	// Fetch tells of a transfer that has ended. It returns at once.
	Fetch(*leasedv1.Fetch)
	// Confirm tells of a transfer and returns nil once leased has taken note.
	Confirm(context.Context, *leasedv1.Fetch) error
}

// New returns a ledger with so many places for each protocol. Reg may be nil.
func New(places int, report Reporter, reg prometheus.Registerer) *Ledger {
	l := &Ledger{report: report}
	l.metrics = newMetrics(reg, l)
	l.SetPlaces(places)
	return l
}

// SetPlaces says how many transfers there may be of each protocol from now on. Those under way are not touched.
func (l *Ledger) SetPlaces(n int) { l.places.Store(int64(n)) }

// Places returns how many transfers there may be of each protocol.
func (l *Ledger) Places() int { return int(l.places.Load()) }

// Transfer is one request for a file, from when it came to what became of it.
type Transfer struct {
	Protocol Protocol
	Client   netip.Addr
	// Path is what was asked for, as it came; Hardware the hardware address that it names, or empty.
	Path, Hardware string
	// UserAgent is what an HTTP client calls itself, as it came.
	UserAgent string
	Purpose   leasedv1.Fetch_Purpose

	ledger   *Ledger
	began    time.Time
	admitted bool
	told     bool // leased knows of it already
}

// Begin enters a transfer. If it is not admitted, all places are taken, and it is to be refused as [refusal.Busy].
func (l *Ledger) Begin(t Transfer) (_ *Transfer, admitted bool) {
	t.ledger, t.began = l, time.Now()
	if t.admitted = l.taken[t.Protocol].Add(1) <= l.places.Load(); !t.admitted {
		l.taken[t.Protocol].Add(-1)
	}
	return &t, t.admitted
}

// Refuse ends the transfer: nothing is sent. Detail adds to the words of the reason and may be empty.
func (t *Transfer) Refuse(reason refusal.Reason, detail string) {
	t.ledger.metrics.refused[t.Protocol][reason].Inc()
	result := leasedv1.Fetch_RESULT_REFUSED
	if reason == refusal.NotFound {
		result = leasedv1.Fetch_RESULT_NOT_FOUND
	}
	if detail == "" {
		detail = reason.Words()
	}
	t.End(result, 0, detail)
}

// End ends the transfer after so many octets. Detail is for what went wrong.
func (t *Transfer) End(result leasedv1.Fetch_Result, octets int64, detail string) {
	if t.admitted {
		t.ledger.taken[t.Protocol].Add(-1)
	}
	m := t.ledger.metrics
	m.fetches[t.Protocol][result].Inc()
	m.octets[t.Protocol].Add(float64(octets))
	if !t.told {
		t.ledger.report.Fetch(t.fetch(result, octets, detail))
	}
}

// Confirm tells leased of the transfer before it has ended, with the result that it will have, and returns nil once leased has taken note.
func (t *Transfer) Confirm(ctx context.Context, result leasedv1.Fetch_Result) error {
	t.told = true // even if it fails: leased may have heard
	return t.ledger.report.Confirm(ctx, t.fetch(result, 0, ""))
}

func (t *Transfer) fetch(result leasedv1.Fetch_Result, octets int64, detail string) *leasedv1.Fetch {
	f := &leasedv1.Fetch{
		Time: timestamppb.New(t.began), Hardware: t.Hardware, Path: printable(t.Path, 255), Result: result, Detail: printable(detail, 255),
		Protocol: leasedv1.Fetch_PROTOCOL_TFTP, Octets: uint64(max(0, octets)), Duration: durationpb.New(time.Since(t.began)),
		UserAgent: printable(t.UserAgent, 127), Purpose: t.Purpose,
	}
	if t.Protocol == HTTP {
		f.Protocol = leasedv1.Fetch_PROTOCOL_HTTP
	}
	if t.Client.Is4() {
		f.Address = t.Client.String()
	}
	return f
}
