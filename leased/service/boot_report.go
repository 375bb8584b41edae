package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/internal/hwaddr"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	reasonBadReport = "BAD_REPORT"
	reasonNoMachine = "NO_MACHINE"
	// maxReport is how many of each a report may have.
	maxReport = 1024
	// maxText is how long a path, or what else came from a machine, may be.
	maxText = 255
)

// results translates how a transfer ended.
var results = map[leasedv1.Fetch_Result]timeline.Result{
	leasedv1.Fetch_RESULT_COMPLETE: timeline.Complete, leasedv1.Fetch_RESULT_PROBE: timeline.Probe,
	leasedv1.Fetch_RESULT_NOT_FOUND: timeline.NotFound, leasedv1.Fetch_RESULT_REFUSED: timeline.Refused,
	leasedv1.Fetch_RESULT_ABORTED: timeline.Aborted,
}

// Report implements BootService.
func (s *boots) Report(ctx context.Context, req *leasedv1.ReportRequest) (*leasedv1.ReportResponse, error) {
	if len(req.GetFetches()) > maxReport || len(req.GetSightings()) > maxReport {
		return nil, fault.New(fault.Invalid, reasonBadReport, "%d fetches and %d sightings; %d of each is the most", len(req.GetFetches()),
			len(req.GetSightings()), maxReport).On("fetches")
	}
	fetches, err := fetchesOf(req.GetFetches())
	if err != nil {
		return nil, err
	}
	sightings, err := sightingsOf(req.GetSightings())
	if err != nil {
		return nil, err
	}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (c engine.Commit, _ error) {
		for i := range fetches { // before anything is taken over
			if x := &fetches[i]; x.saysDone && s.machineAt(st, now, x.ip, x.named).IsZero() {
				return c, fault.New(fault.Invalid, reasonNoMachine, "no machine is known at %v, so none is done; fetch it from the address that "+
					"the machine has by DHCP, or run rollcall boot finish", x.ip).On("fetches.address")
			}
		}
		for i := range fetches {
			done := s.takeFetch(st, &fetches[i], now)
			c.Boots, c.Events = append(c.Boots, done.Boots...), append(c.Events, done.Events...)
		}
		for i := range sightings {
			if e := s.takeSighting(st, &sightings[i], req.GetFrontend(), now); e != nil {
				c.Events = append(c.Events, e)
			}
		}
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return &leasedv1.ReportResponse{}, nil
}

// fetch is one of a report.
type fetch struct {
	timeline.Fetch
	ip    engine.IP
	named engine.HW
	own   bool // a script of rollcall itself, which is no progress
	// saysDone is set where the machine says that it is done, or asks whether it may: nobody can whom nothing is known of.
	saysDone bool
}

func fetchesOf(list []*leasedv1.Fetch) ([]fetch, error) {
	const field = "fetches"
	var fetches []fetch
	for _, m := range list {
		x := fetch{Fetch: timeline.Fetch{
			Time: timeOf(m.GetTime()), Duration: m.GetDuration().AsDuration(), HTTP: m.GetProtocol() == leasedv1.Fetch_PROTOCOL_HTTP,
			Path: clean(m.GetPath()), Detail: clean(m.GetDetail()), UserAgent: clean(m.GetUserAgent()), Result: results[m.GetResult()],
			Octets: m.GetOctets(), Script: m.GetPurpose() == leasedv1.Fetch_PURPOSE_SCRIPT,
		}, own: m.GetPurpose() == leasedv1.Fetch_PURPOSE_OWN_SCRIPT}
		if x.Result == "" {
			return nil, fault.New(fault.Invalid, reasonBadReport, "a fetch has no result").On(field + ".result")
		}
		if m.GetPurpose() == leasedv1.Fetch_PURPOSE_DONE {
			x.Done = x.Result == timeline.Complete
			x.saysDone = x.Done || x.Result == timeline.Probe
		}
		if m.GetAddress() != "" {
			var err error
			if x.ip, err = parseIP(field+".address", m.GetAddress()); err != nil {
				return nil, fault.New(fault.Invalid, reasonBadReport, "%q is no address of a client", m.GetAddress()).On(field + ".address")
			}
		}
		if hw, err := hwaddr.Parse(m.GetHardware()); err == nil { // a path may name anything
			x.named = engine.HWOf(1, hw[:])
		}
		fetches = append(fetches, x)
	}
	return fetches, nil
}

// takeFetch joins a transfer to its machine. It returns what is to be written where the machine is done.
func (s *boots) takeFetch(st *engine.State, x *fetch, now time.Time) (c engine.Commit) {
	hw := s.machineAt(st, now, x.ip, x.named)
	if hw.IsZero() {
		return c
	}
	s.timeline.Fetched(hw, &x.Fetch, now)
	switch {
	case x.Result != timeline.Complete || x.own:
	case x.Done:
		c, _ = st.FinishBoot(hw, now)
	case x.Script:
		st.BootProgress(hw, "")
	default:
		st.BootProgress(hw, x.Path)
	}
	return c
}

// clean makes text of a machine safe to show: printable ASCII, and not long.
func clean(text string) string {
	text = text[:min(len(text), maxText)]
	if !strings.ContainsFunc(text, isOdd) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isOdd(r) {
			return '?'
		}
		return r
	}, text)
}

func isOdd(r rune) bool { return r < ' ' || r > '~' }

// timeOf returns a time, the zero one where it is absent.
func timeOf(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

func isState(s timeline.State) bool { return slices.Contains(timeline.States(), s) }

func stateNames() string {
	var names []string
	for _, s := range timeline.States() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}
