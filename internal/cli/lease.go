package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) leaseVerbs() *cobra.Command {
	return group("lease", "Who holds which address",
		`  rollcall lease list --subnet lobby
  rollcall lease get 10.99.0.50`,
		a.leaseList(), a.leaseGet(), a.leaseRelease(), a.leaseHistory())
}

// leaseStates are the words for the states of a lease.
var leaseStates = words[leasedv1.LeaseState]{
	{"active", leasedv1.LeaseState_LEASE_STATE_ACTIVE},
	{"expired", leasedv1.LeaseState_LEASE_STATE_EXPIRED},
	{"released", leasedv1.LeaseState_LEASE_STATE_RELEASED},
	{"declined", leasedv1.LeaseState_LEASE_STATE_DECLINED},
}

var leaseColumns = []column[*leasedv1.Lease]{
	{key: "address", head: "ADDRESS", value: func(l *leasedv1.Lease) any { return l.GetAddress() }},
	{key: "subnet", value: func(l *leasedv1.Lease) any { return l.GetSubnet() }},
	{key: "hardware", head: "HARDWARE", value: func(l *leasedv1.Lease) any { return l.GetHardware() }},
	{key: "client_id", value: func(l *leasedv1.Lease) any { return l.GetClientId() }},
	{key: "hostname", head: "HOSTNAME", value: func(l *leasedv1.Lease) any { return l.GetHostname() }},
	{key: "state", head: "STATE", value: func(l *leasedv1.Lease) any { return leaseStates.word(l.GetState()) }},
	{key: "started", value: func(l *leasedv1.Lease) any { return instant(l.GetStarted()) }},
	{
		key: "expires", head: "EXPIRES",
		value: func(l *leasedv1.Lease) any { return instant(l.GetExpires()) },
		cell: func(l *leasedv1.Lease, now time.Time) string {
			if l.GetExpires() == nil && l.GetState() == leasedv1.LeaseState_LEASE_STATE_ACTIVE {
				return "never"
			}
			return relative(instant(l.GetExpires()), now)
		},
	},
	{key: "renewals", head: "RENEWALS", value: func(l *leasedv1.Lease) any { return l.GetRenewals() }},
	{
		key: "seen", head: "SEEN",
		value: func(l *leasedv1.Lease) any { return instant(l.GetCltt()) },
		cell: func(l *leasedv1.Lease, now time.Time) string {
			if l.GetFoundByArp() {
				return "found by ARP"
			}
			return relative(instant(l.GetCltt()), now)
		},
	},
	{
		key:   "found_by_arp",
		value: func(l *leasedv1.Lease) any { return l.GetFoundByArp() },
		cell:  func(*leasedv1.Lease, time.Time) string { return "" }, // said above
	},
	{key: "reserved", value: func(l *leasedv1.Lease) any { return l.GetReserved() }},
	{key: "reservation", value: func(l *leasedv1.Lease) any { return l.GetReservation() }},
	{key: "vendor_class", value: func(l *leasedv1.Lease) any { return l.GetVendorClass() }},
	{key: "relay", value: func(l *leasedv1.Lease) any { return l.GetRelay() }},
	{key: "circuit_id", value: func(l *leasedv1.Lease) any { return l.GetCircuitId() }},
	{key: "remote_id", value: func(l *leasedv1.Lease) any { return l.GetRemoteId() }},
	{key: "revision", value: func(l *leasedv1.Lease) any { return l.GetRevision() }},
}

func (a *app) leaseList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show leases in the order of their addresses",
		Example: `  rollcall lease list
  rollcall lease list --subnet lobby --state active
  rollcall lease list --hardware 0800.272c.494b -o json
  rollcall lease list -o csv > leases.csv`,
		Args: cobra.NoArgs,
	}
	subnet := a.addSubnet(cmd)
	state := addChoice(cmd, "state", "only leases in `STATE`", leaseStates.all())
	hardware := cmd.Flags().String("hardware", "", "only leases of the machine with hardware address `MAC`")
	limit := addLimit(cmd)
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		mac, err := parseHardware(*hardware)
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewLeaseServiceClient(conn)
			leases := pages(*limit, func(size int32, token string) ([]*leasedv1.Lease, string, error) {
				res, err := ask(ctx, a, client.List, &leasedv1.LeaseServiceListRequest{
					PageSize: size, PageToken: token, Subnet: *subnet, State: leaseStates.value(state.value), Hardware: mac,
				})
				return res.GetLeases(), res.GetNextPageToken(), err
			})
			none := "no leases" + in(*subnet)
			if state.value != "" {
				none = "no " + state.value + " leases" + in(*subnet)
			}
			if mac != "" {
				none += " of " + mac
			}
			return printList(a, f, leaseColumns, leases, none)
		})
	}
	return cmd
}

func (a *app) leaseGet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get ADDRESS|MAC",
		Short: "Show who holds an address, or what a machine holds",
		Example: `  rollcall lease get 10.99.0.50
  rollcall lease get 52:54:00:12:34:56
  rollcall lease get 10.99.0.50 -o json`,
		Args: cobra.ExactArgs(1),
	}
	f := addListFormat(cmd)
	a.completeAddresses(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		key, err := parseKey(args[0])
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			req := &leasedv1.LeaseServiceGetRequest{Key: &leasedv1.LeaseServiceGetRequest_Address{Address: key.address}}
			if key.hardware != "" {
				req.Key = &leasedv1.LeaseServiceGetRequest_Hardware{Hardware: key.hardware}
			}
			res, err := ask(ctx, a, leasedv1.NewLeaseServiceClient(conn).Get, req)
			if err != nil {
				return err
			}
			return printOne(a, f, leaseColumns, res.GetLease())
		})
	}
	return cmd
}

func (a *app) leaseRelease() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "release ADDRESS...",
		Short: "End leases as if their holders had given them back",
		Long: `End leases as if their holders had given them back.

The holder is not told: it keeps using the address until it renews. Where the machine is still there, expect the address to be
found in use.`,
		Example: `  rollcall lease release 10.99.0.50
  rollcall lease release 10.99.0.50 10.99.0.51`,
		Args: cobra.MinimumNArgs(1),
	}
	a.completeAddresses(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		addresses, err := parseAddresses(args)
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewLeaseServiceClient(conn)
			return a.each(addresses, func(address string) error {
				res, err := ask(ctx, a, client.Release, &leasedv1.ReleaseRequest{Address: address})
				if err != nil {
					return err
				}
				fmt.Fprintf(a.Stdout, "released %s, held by %s\n", res.GetLease().GetAddress(), res.GetLease().GetHardware())
				return nil
			})
		})
	}
	return cmd
}
