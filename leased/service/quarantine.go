package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

type quarantine struct {
	leasedv1.UnimplementedQuarantineServiceServer
	keeper *keeper.Keeper
}

// List implements QuarantineService.
func (s *quarantine) List(ctx context.Context, req *leasedv1.QuarantineServiceListRequest) (*leasedv1.QuarantineServiceListResponse, error) {
	resp := &leasedv1.QuarantineServiceListResponse{}
	err := s.keeper.View(ctx, func(st *engine.State, now time.Time) {
		for _, l := range quarantined(st, req.GetSubnet(), now) {
			resp.Addresses = append(resp.Addresses, &leasedv1.QuarantinedAddress{
				Address: l.IP.String(), Subnet: l.Subnet, Reason: l.Reason, Hardware: l.HW.String(), Count: l.Quarantines,
				Until: unix(l.Expires),
			})
		}
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// Clear implements QuarantineService. Either all of the addresses are cleared or none.
func (s *quarantine) Clear(ctx context.Context, req *leasedv1.ClearRequest) (*leasedv1.ClearResponse, error) {
	var ips []engine.IP
	for _, text := range req.GetAddresses() {
		ip, err := parseIP("addresses", text)
		if err != nil {
			return nil, err
		}
		ips = append(ips, ip)
	}
	slices.Sort(ips)
	ips = slices.Compact(ips)
	resp := &leasedv1.ClearResponse{}
	err := s.keeper.Change(ctx, func(st *engine.State, now time.Time) (c engine.Commit, _ error) {
		var ls []*engine.Lease
		for _, ip := range ips {
			l := st.Lease(ip)
			if l == nil || l.State != engine.Declined {
				return c, fault.New(fault.NotFound, "NOT_QUARANTINED", "%v is not in quarantine", ip).On("addresses")
			}
			ls = append(ls, l)
		}
		if len(ips) == 0 {
			ls = quarantined(st, req.GetSubnet(), now)
		}
		for _, l := range ls {
			c.Leases = append(c.Leases, st.ClearQuarantine(l, now).Leases...)
			resp.Addresses = append(resp.Addresses, l.IP.String())
		}
		st.Put(&c)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func quarantined(st *engine.State, ref string, now time.Time) []*engine.Lease {
	ls := st.Quarantined(now.Unix())
	if ref != "" {
		ls = slices.DeleteFunc(ls, func(l *engine.Lease) bool { return l.Subnet != ref })
	}
	slices.SortFunc(ls, func(a, b *engine.Lease) int { return cmp.Compare(a.IP, b.IP) })
	return ls
}
