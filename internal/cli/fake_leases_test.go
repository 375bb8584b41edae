package cli_test

import (
	"context"
	"time"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// fakeLeases serves three leases: a stranger's, one found by ARP, and an expired one with a name that wants to be evil.
type fakeLeases struct {
	leasedv1.UnimplementedLeaseServiceServer
}

func leases() []*leasedv1.Lease {
	return []*leasedv1.Lease{
		{
			Address: "10.99.0.50", Subnet: "lobby", State: leasedv1.LeaseState_LEASE_STATE_ACTIVE,
			Hardware: "52:54:00:12:34:56", ClientId: "01525400123456", Hostname: "guest-10-99-0-50",
			Started: at(-10 * time.Minute), Cltt: at(-18 * time.Second), Expires: at(102 * time.Second),
			Renewals: 3, VendorClass: "udhcp 1.36", Relay: "10.99.0.2", CircuitId: "ge-0/0/7", Revision: 5,
		},
		{
			Address: "10.99.0.60", Subnet: "lobby", State: leasedv1.LeaseState_LEASE_STATE_ACTIVE,
			Hardware: "52:54:00:aa:00:01", Started: at(-62 * time.Second), Expires: at(58 * time.Second), FoundByArp: true,
			Revision: 1,
		},
		{
			Address: "10.20.0.7", Subnet: "hall", State: leasedv1.LeaseState_LEASE_STATE_EXPIRED,
			Hardware: "08:00:27:2c:49:4b", Hostname: "\x1b[31mevil", Started: at(-50 * time.Hour), Cltt: at(-26 * time.Hour),
			Expires: at(-18 * time.Hour), Renewals: 12, Reserved: true, Revision: 15,
		},
	}
}

func (*fakeLeases) List(_ context.Context, req *leasedv1.LeaseServiceListRequest) (*leasedv1.LeaseServiceListResponse, error) {
	var list []*leasedv1.Lease
	for _, l := range leases() {
		if (req.GetSubnet() == "" || req.GetSubnet() == l.GetSubnet()) &&
			(req.GetState() == 0 || req.GetState() == l.GetState()) &&
			(req.GetHardware() == "" || req.GetHardware() == l.GetHardware()) {
			list = append(list, l)
		}
	}
	res := &leasedv1.LeaseServiceListResponse{}
	res.Leases, res.NextPageToken = page(list, req.GetPageToken(), req.GetPageSize())
	return res, nil
}

// forever is a lease without end; only Get knows it.
func forever() *leasedv1.Lease {
	return &leasedv1.Lease{
		Address: "10.20.0.8", Subnet: "hall", State: leasedv1.LeaseState_LEASE_STATE_ACTIVE, Hardware: "08:00:27:2c:49:4c",
		Started: at(-time.Hour), Cltt: at(-time.Hour), Revision: 1,
	}
}

func (*fakeLeases) Get(_ context.Context, req *leasedv1.LeaseServiceGetRequest) (*leasedv1.LeaseServiceGetResponse, error) {
	for _, l := range append(leases(), forever()) {
		if req.GetAddress() == l.GetAddress() || req.GetHardware() == l.GetHardware() {
			return &leasedv1.LeaseServiceGetResponse{Lease: l}, nil
		}
	}
	return nil, fault.New(fault.NotFound, "NO_SUCH_LEASE", "nobody holds %s%s", req.GetAddress(), req.GetHardware()).On("address")
}

func (f *fakeLeases) Release(ctx context.Context, req *leasedv1.ReleaseRequest) (*leasedv1.ReleaseResponse, error) {
	res, err := f.Get(ctx, &leasedv1.LeaseServiceGetRequest{Key: &leasedv1.LeaseServiceGetRequest_Address{Address: req.GetAddress()}})
	if err != nil {
		return nil, err
	}
	l := res.GetLease()
	if l.GetState() != leasedv1.LeaseState_LEASE_STATE_ACTIVE {
		return nil, fault.New(fault.Precondition, "NOT_ACTIVE", "the lease of %s is not active", l.GetAddress())
	}
	l.State = leasedv1.LeaseState_LEASE_STATE_RELEASED
	return &leasedv1.ReleaseResponse{Lease: l}, nil
}

func (*fakeLeases) History(ctx context.Context, req *leasedv1.HistoryRequest) (*leasedv1.HistoryResponse, error) {
	if req.GetAddress() == "10.99.0.123" { // a leased that hangs
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if req.GetAddress() != "10.99.0.50" && req.GetHardware() != "52:54:00:12:34:56" {
		return &leasedv1.HistoryResponse{}, nil
	}
	return &leasedv1.HistoryResponse{Entries: []*leasedv1.HistoryEntry{
		{Time: at(-26 * time.Hour), Kind: "lease.expired", Address: "10.99.0.50", Hardware: "52:54:00:aa:00:02", Sequence: 4},
		{
			Time: at(-10 * time.Minute), Kind: "lease.granted", Address: "10.99.0.50", Hardware: "52:54:00:12:34:56",
			Hostname: "guest-10-99-0-50", Sequence: 9,
		},
	}}, nil
}
