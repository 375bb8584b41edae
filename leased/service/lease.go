package service

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/store"
	leasedv1 "rollcall/proto/leased/v1"
)

type leases struct {
	leasedv1.UnimplementedLeaseServiceServer
	keeper *keeper.Keeper
	store  *store.Store
}

// List implements LeaseService. It reads from the disk: what it shows has been committed.
func (s *leases) List(ctx context.Context, req *leasedv1.LeaseServiceListRequest) (*leasedv1.LeaseServiceListResponse, error) {
	var after engine.IP
	if t := req.GetPageToken(); t != "" {
		ip, err := parseIP("page_token", t)
		if err != nil {
			return nil, fault.New(fault.Invalid, reasonBadPageToken, "%q is not a page token of this service", t).On("page_token")
		}
		after = ip
	}
	hw, err := parseHWFilter(req.GetHardware())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	last := ^engine.IP(0)
	if ref := req.GetSubnet(); ref != "" {
		err := s.keeper.View(ctx, func(st *engine.State, at time.Time) {
			now = at
			if sub := st.Plan().Subnet(ref); sub != nil {
				first, end := sub.Bounds()
				after, last = max(after, first-min(first, 1)), end
			}
		})
		if err != nil {
			return nil, err
		}
	}
	size := pageSize(req.GetPageSize())
	found, err := s.store.Leases(after, last, size+1, func(l *engine.Lease) bool {
		return (req.GetSubnet() == "" || l.Subnet == req.GetSubnet()) && (hw == nil || l.HW == *hw) &&
			(req.GetState() == leasedv1.LeaseState_LEASE_STATE_UNSPECIFIED || req.GetState() == leaseState(l, now.Unix()))
	})
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.LeaseServiceListResponse{}
	if len(found) > size {
		found = found[:size]
		resp.NextPageToken = found[size-1].IP.String()
	}
	for _, l := range found {
		resp.Leases = append(resp.Leases, leaseProto(l, now.Unix()))
	}
	return resp, nil
}

// Get implements LeaseService.
func (s *leases) Get(ctx context.Context, req *leasedv1.LeaseServiceGetRequest) (*leasedv1.LeaseServiceGetResponse, error) {
	var find func(st *engine.State) *engine.Lease
	field, missing := "address", ""
	switch key := req.GetKey().(type) {
	case *leasedv1.LeaseServiceGetRequest_Address:
		ip, err := parseIP(field, key.Address)
		if err != nil {
			return nil, err
		}
		find = func(st *engine.State) *engine.Lease { return st.Lease(ip) }
		missing = "nobody has or had " + ip.String()
	case *leasedv1.LeaseServiceGetRequest_Hardware:
		field = "hardware"
		hw, err := parseHW(field, key.Hardware)
		if err != nil {
			return nil, err
		}
		find = func(st *engine.State) *engine.Lease { return latest(st.LeasesOf(hw)) }
		missing = hw.String() + " has and had no address"
	default:
		return nil, fault.New(fault.Invalid, reasonMissing, "address or hardware must be set").On("key")
	}
	var l *engine.Lease
	var now int64
	if err := s.keeper.View(ctx, func(st *engine.State, at time.Time) { l, now = find(st), at.Unix() }); err != nil {
		return nil, err
	}
	if l == nil {
		return nil, fault.New(fault.NotFound, reasonNoSuchLease, "%s", missing).On(field)
	}
	return &leasedv1.LeaseServiceGetResponse{Lease: leaseProto(l, now)}, nil
}

// latest returns the active lease seen last, or the lease seen last when none is active.
func latest(ls []*engine.Lease) *engine.Lease {
	var best *engine.Lease
	for _, l := range ls {
		if l.State == engine.Declined {
			continue // it is not his: he only declined it
		}
		if best == nil || (l.State == engine.Active) != (best.State == engine.Active) && l.State == engine.Active ||
			(l.State == engine.Active) == (best.State == engine.Active) && l.CLTT > best.CLTT {
			best = l
		}
	}
	return best
}

// Release implements LeaseService.
func (s *leases) Release(ctx context.Context, req *leasedv1.ReleaseRequest) (*leasedv1.ReleaseResponse, error) {
	ip, err := parseIP("address", req.GetAddress())
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.ReleaseResponse{}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (engine.Commit, error) {
		l := st.Lease(ip)
		switch {
		case l == nil:
			return engine.Commit{}, fault.New(fault.NotFound, reasonNoSuchLease, "nobody has or had %v", ip).On("address")
		case !l.Holds(now.Unix()):
			return engine.Commit{}, fault.New(fault.Precondition, "NOT_ACTIVE", "the lease of %v is %v, not active", ip, l.State).On("address")
		}
		c := engine.EndLease(l, now, "operator")
		st.Put(&c)
		resp.Lease = leaseProto(c.Leases[0], now.Unix())
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// History implements LeaseService.
func (s *leases) History(_ context.Context, req *leasedv1.HistoryRequest) (*leasedv1.HistoryResponse, error) {
	var keep func(*engine.Event) bool
	switch key := req.GetKey().(type) {
	case *leasedv1.HistoryRequest_Address:
		ip, err := parseIP("address", key.Address)
		if err != nil {
			return nil, err
		}
		keep = func(e *engine.Event) bool { return e.IP == ip || e.Previous == ip }
	case *leasedv1.HistoryRequest_Hardware:
		hw, err := parseHW("hardware", key.Hardware)
		if err != nil {
			return nil, err
		}
		keep = func(e *engine.Event) bool { return e.Machine != nil && e.Machine.HW == hw }
	default:
		return nil, fault.New(fault.Invalid, reasonMissing, "address or hardware must be set").On("key")
	}
	found, err := s.store.NewestEvents(pageSize(req.GetLimit()), keep)
	if err != nil {
		return nil, err
	}
	slices.Reverse(found)
	resp := &leasedv1.HistoryResponse{}
	for _, e := range found {
		h := &leasedv1.HistoryEntry{
			Time: timestamppb.New(time.UnixMicro(e.Time)), Kind: string(e.Kind), Address: e.IP.String(), Reason: e.Reason,
			Sequence: e.Sequence,
		}
		if e.Machine != nil {
			h.Hardware, h.Hostname = e.Machine.HW.String(), e.Machine.Hostname
		}
		resp.Entries = append(resp.Entries, h)
	}
	return resp, nil
}
