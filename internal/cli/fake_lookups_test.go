package cli_test

import (
	"context"
	"time"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

type fakeLookups struct {
	leasedv1.UnimplementedLookupServiceServer
}

const lookedUp = "52:54:00:12:34:56"

func (fakeLookups) List(_ context.Context, req *leasedv1.LookupServiceListRequest) (*leasedv1.LookupServiceListResponse, error) {
	all := []*leasedv1.LookedUp{
		{
			Hardware: lookedUp, Network: "floor", State: leasedv1.LookedUp_STATE_KNOWN, Says: "10.20.0.7 in hall", Answer: `{"ip":"10.20.0.7"}`,
			Answered: at(-6 * time.Minute), Again: at(7 * time.Second), Failures: 2, Problem: "no answer within 2s",
		},
		{Hardware: "52:54:00:12:34:57", Network: "floor", State: leasedv1.LookedUp_STATE_UNKNOWN, Answered: at(-40 * time.Second), Again: at(-10 * time.Second)},
		{Hardware: "52:54:00:12:34:58", State: leasedv1.LookedUp_STATE_WAITING, Asking: true},
	}
	switch req.GetHardware() {
	case "":
		return &leasedv1.LookupServiceListResponse{Machines: all[:min(len(all), int(req.GetLimit()))], Total: 3}, nil
	case lookedUp:
		return &leasedv1.LookupServiceListResponse{Machines: all[:1], Total: 1}, nil
	}
	return &leasedv1.LookupServiceListResponse{}, nil
}

func (fakeLookups) Forget(_ context.Context, req *leasedv1.ForgetRequest) (*leasedv1.ForgetResponse, error) {
	switch req.GetHardware() {
	case "":
		return &leasedv1.ForgetResponse{Forgotten: 3}, nil
	case lookedUp:
		return &leasedv1.ForgetResponse{Forgotten: 1}, nil
	}
	return nil, fault.New(fault.NotFound, "NOT_REMEMBERED", "nothing is remembered of %s", req.GetHardware()).On("hardware")
}
