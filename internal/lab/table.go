package lab

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	leasedv1 "rollcall/proto/leased/v1"
)

// row is what a crash may not change of a lease.
type row struct {
	address  string
	hardware string
	hostname string
	started  time.Time
	expires  time.Time
	state    leasedv1.LeaseState
	byARP    bool
}

// active reports whether somebody holds the address, or sits on it.
func (r row) active() bool { return r.state == leasedv1.LeaseState_LEASE_STATE_ACTIVE || r.byARP }

func (r row) String() string {
	note := "until " + r.expires.Local().Format(time.TimeOnly)
	if r.byARP {
		note = "found by ARP"
	}
	return fmt.Sprintf("%-12s %s  %-10s %s", r.address, r.hardware, r.hostname, note)
}

// lease returns the lease of an address.
func (l *lab) lease(ctx context.Context, a netip.Addr) (*leasedv1.Lease, error) {
	resp, err := l.leases.Get(ctx, &leasedv1.LeaseServiceGetRequest{
		Key: &leasedv1.LeaseServiceGetRequest_Address{Address: a.String()},
	})
	return resp.GetLease(), err
}

// table returns all leases, active or not, in the order of their addresses.
func (l *lab) table(ctx context.Context) ([]row, error) {
	var rows []row
	for token := ""; ; {
		resp, err := l.leases.List(ctx, &leasedv1.LeaseServiceListRequest{PageToken: token})
		if err != nil {
			return nil, fmt.Errorf("list leases: %w", err)
		}
		for _, lease := range resp.GetLeases() {
			rows = append(rows, row{
				address:  lease.GetAddress(),
				hardware: lease.GetHardware(),
				hostname: lease.GetHostname(),
				started:  lease.GetStarted().AsTime(),
				expires:  lease.GetExpires().AsTime(),
				state:    lease.GetState(),
				byARP:    lease.GetFoundByArp(),
			})
		}
		if token = resp.GetNextPageToken(); token == "" {
			return rows, nil
		}
	}
}

// compare says which lease of before is not the same in after. Times and state of
// one that ARP has found are those of the last look: it ends by itself, and there
// has been another look since.
func compare(before, after []row) error {
	for _, want := range before {
		i := slices.IndexFunc(after, func(r row) bool { return r.address == want.address })
		if i < 0 {
			return fmt.Errorf("lease of %s by %s is lost", want.address, want.hardware)
		}
		got := after[i]
		if want.byARP {
			got.started, got.expires, got.state = want.started, want.expires, want.state
		}
		if got != want {
			return fmt.Errorf("lease of %s is %v, was %v", want.address, got, want)
		}
	}
	return nil
}
