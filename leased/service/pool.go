package service

import (
	"cmp"
	"context"
	"time"

	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

type pools struct {
	leasedv1.UnimplementedPoolServiceServer
	keeper *keeper.Keeper
}

// List implements PoolService.
func (s *pools) List(ctx context.Context, req *leasedv1.PoolServiceListRequest) (*leasedv1.PoolServiceListResponse, error) {
	var usage []engine.PoolUsage
	var unknown error
	err := s.keeper.View(ctx, func(st *engine.State, _ time.Time) {
		usage = st.Usage()
		if ref := req.GetSubnet(); ref != "" && st.Plan().Subnet(ref) == nil {
			unknown = st.Plan().NoSuchSubnet(ref).On("subnet")
		}
	})
	if err = cmp.Or(err, unknown); err != nil {
		return nil, err
	}
	resp := &leasedv1.PoolServiceListResponse{}
	for _, u := range usage {
		if req.GetSubnet() != "" && u.Pool.Subnet.Ref != req.GetSubnet() {
			continue
		}
		resp.Pools = append(resp.Pools, &leasedv1.Pool{
			Name: u.Pool.Name, Subnet: u.Pool.Subnet.Ref, First: u.Pool.First.String(), Last: u.Pool.Last.String(), Serves: u.Pool.For.String(),
			Size: uint32(u.Size), Leased: uint32(u.Leased), Offered: uint32(u.Offered), Quarantined: uint32(u.Quarantined),
			Reserved: uint32(u.Reserved), Free: uint32(u.Free),
		})
	}
	return resp, nil
}

// Scan implements PoolService.
func (s *pools) Scan(ctx context.Context, req *leasedv1.ScanRequest) (*leasedv1.ScanResponse, error) {
	r, err := s.keeper.Scan(ctx, req.GetSubnet())
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.ScanResponse{Probed: uint32(r.Probed), NotAttached: r.NotAttached}
	for _, h := range r.Hosts {
		resp.Hosts = append(resp.Hosts, &leasedv1.FoundHost{Address: h.IP.String(), Hardware: h.HW.String(), Standing: leasedv1.FoundHost_Standing(h.Standing)})
	}
	return resp, nil
}
