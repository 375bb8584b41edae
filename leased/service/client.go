package service

import (
	"context"
	"time"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

type clients struct {
	leasedv1.UnimplementedClientServiceServer
	keeper *keeper.Keeper
}

// List implements ClientService.
func (s *clients) List(ctx context.Context, req *leasedv1.ClientServiceListRequest) (*leasedv1.ClientServiceListResponse, error) {
	var all []engine.Silenced
	if err := s.keeper.View(ctx, func(st *engine.State, now time.Time) { all = st.Silenced(now.Unix()) }); err != nil {
		return nil, err
	}
	resp := &leasedv1.ClientServiceListResponse{}
	for _, c := range all {
		state := leasedv1.Client_STATE_SUSPENDED
		if c.Unserved {
			state = leasedv1.Client_STATE_UNSERVED
		}
		if req.GetState() != leasedv1.Client_STATE_UNSPECIFIED && req.GetState() != state {
			continue
		}
		resp.Clients = append(resp.Clients, &leasedv1.Client{Hardware: c.HW.String(), State: state, Until: unix(c.Until)})
	}
	return resp, nil
}

// Resume implements ClientService.
func (s *clients) Resume(ctx context.Context, req *leasedv1.ResumeRequest) (*leasedv1.ResumeResponse, error) {
	hw, err := parseHWFilter(req.GetHardware())
	if err != nil {
		return nil, err
	}
	n := 0
	err = s.keeper.Change(ctx, func(st *engine.State, _ time.Time) (engine.Commit, error) {
		n = st.Resume(hw)
		return engine.Commit{}, nil
	})
	if err != nil {
		return nil, err
	}
	if n == 0 && hw != nil {
		return nil, fault.New(fault.NotFound, "NO_SUCH_CLIENT", "%v is neither suspended nor left unserved", *hw).On("hardware")
	}
	return &leasedv1.ResumeResponse{Resumed: uint32(n)}, nil
}
