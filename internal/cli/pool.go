package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

// scanTimeout bounds a scan, which is paced and so takes as long as the pools are large.
const scanTimeout = 30 * time.Minute

func (a *app) poolVerbs() *cobra.Command {
	return group("pool", "The dynamic ranges and how full they are",
		`  rollcall pool list
  rollcall pool scan lobby`,
		a.poolList(), a.poolScan())
}

var poolColumns = []column[*leasedv1.Pool]{
	{key: "subnet", head: "SUBNET", value: func(p *leasedv1.Pool) any { return p.GetSubnet() }},
	{
		key: "first", head: "POOL",
		value: func(p *leasedv1.Pool) any { return p.GetFirst() },
		cell:  func(p *leasedv1.Pool, _ time.Time) string { return p.GetFirst() + "-" + p.GetLast() },
	},
	{key: "last", value: func(p *leasedv1.Pool) any { return p.GetLast() }},
	{key: "name", head: "NAME", value: func(p *leasedv1.Pool) any { return p.GetName() }},
	{key: "serves", head: "FOR", value: func(p *leasedv1.Pool) any { return p.GetServes() }},
	{key: "size", head: "SIZE", value: func(p *leasedv1.Pool) any { return p.GetSize() }},
	{key: "leased", head: "LEASED", value: func(p *leasedv1.Pool) any { return p.GetLeased() }},
	{key: "offered", head: "OFFERED", value: func(p *leasedv1.Pool) any { return p.GetOffered() }},
	{key: "quarantined", head: "QUARANTINED", value: func(p *leasedv1.Pool) any { return p.GetQuarantined() }},
	{key: "reserved", head: "RESERVED", value: func(p *leasedv1.Pool) any { return p.GetReserved() }},
	{key: "free", head: "FREE", value: func(p *leasedv1.Pool) any { return p.GetFree() }},
}

var foundColumns = []column[*leasedv1.FoundHost]{
	{key: "address", head: "ADDRESS", value: func(h *leasedv1.FoundHost) any { return h.GetAddress() }},
	{key: "hardware", head: "HARDWARE", value: func(h *leasedv1.FoundHost) any { return h.GetHardware() }},
	{
		key: "standing", head: "STANDING",
		value: func(h *leasedv1.FoundHost) any { return standing(h) },
	},
}

// standing is the word for how a host stands to what leased knows: new, holder, conflict, quarantined or server.
func standing(h *leasedv1.FoundHost) string {
	return strings.ToLower(strings.TrimPrefix(h.GetStanding().String(), "STANDING_"))
}

func (a *app) poolList() *cobra.Command {
	return listBySubnet(a, &cobra.Command{
		Use:   "list",
		Short: "Show every pool and how full it is",
		Example: `  rollcall pool list
  rollcall pool list --subnet lobby -o json`,
	}, poolColumns, "no pools", func(ctx context.Context, conn *grpc.ClientConn, subnet string) ([]*leasedv1.Pool, error) {
		res, err := ask(ctx, a, leasedv1.NewPoolServiceClient(conn).List, &leasedv1.PoolServiceListRequest{Subnet: subnet})
		return res.GetPools(), err
	})
}

func (a *app) poolScan() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scan [SUBNET]",
		Short: "Look for hosts in the pools by ARP; those found become leases",
		Example: `  rollcall pool scan
  rollcall pool scan lobby`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.subnetArg,
	}
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		subnet := strings.Join(args, "")
		if !cmd.Flags().Changed("timeout") {
			a.global.timeout = scanTimeout
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewPoolServiceClient(conn).Scan, &leasedv1.ScanRequest{Subnet: subnet})
			if err != nil {
				return err
			}
			fresh := 0
			for _, h := range res.GetHosts() {
				if h.GetStanding() == leasedv1.FoundHost_STANDING_NEW {
					fresh++
				}
			}
			fmt.Fprintf(a.Stderr, "probed %s: %s answered, %d new\n", count(int(res.GetProbed()), "address", "addresses"),
				count(len(res.GetHosts()), "host", "hosts"), fresh)
			for _, p := range res.GetNotAttached() {
				fmt.Fprintf(a.Stderr, "left out %s: leased has no interface in its subnet\n", p)
			}
			return printList(a, f, foundColumns, whole(res.GetHosts(), 0), "no host found"+in(subnet))
		})
	}
	return cmd
}
