package service

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/leased/lookup"
	leasedv1 "rollcall/proto/leased/v1"
)

type lookups struct {
	leasedv1.UnimplementedLookupServiceServer
	lookup *lookup.Lookup
}

var errNoLookup = fault.New(fault.Precondition, "NO_LOOKUP", "leased asks no registration system; leased.lookup names one")

// List implements LookupService.
func (s *lookups) List(_ context.Context, req *leasedv1.LookupServiceListRequest) (*leasedv1.LookupServiceListResponse, error) {
	hw, err := parseHWFilter(req.GetHardware())
	if err != nil {
		return nil, err
	}
	const most = 1000
	limit := int(req.GetLimit())
	if limit <= 0 || limit > most {
		limit = most
	}
	machines, total, on := s.lookup.List(time.Now(), hw, limit)
	if !on {
		return nil, errNoLookup
	}
	resp := &leasedv1.LookupServiceListResponse{Total: uint32(total)}
	for i := range machines {
		m := &machines[i]
		resp.Machines = append(resp.Machines, &leasedv1.LookedUp{
			Hardware: m.HW.String(), Network: m.Network, State: leasedv1.LookedUp_State(m.State), Says: m.Says, Answer: string(m.Answer),
			Answered: moment(m.Answered), Again: moment(m.Again), Asking: m.Asking, Failures: uint32(m.Failures), Problem: m.Problem,
		})
	}
	return resp, nil
}

// Forget implements LookupService.
func (s *lookups) Forget(_ context.Context, req *leasedv1.ForgetRequest) (*leasedv1.ForgetResponse, error) {
	hw, err := parseHWFilter(req.GetHardware())
	if err != nil {
		return nil, err
	}
	n, on := s.lookup.Forget(hw)
	switch {
	case !on:
		return nil, errNoLookup
	case n == 0 && hw != nil:
		return nil, fault.New(fault.NotFound, "NOT_REMEMBERED", "nothing is remembered of %v", *hw).On("hardware")
	}
	return &leasedv1.ForgetResponse{Forgotten: uint32(n)}, nil
}

// moment returns a timestamp, absent for the zero time.
func moment(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
