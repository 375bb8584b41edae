package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) quarantineVerbs() *cobra.Command {
	return group("quarantine", "Addresses set aside because something else uses them",
		`  rollcall quarantine list
  rollcall quarantine clear 10.99.0.60`,
		a.quarantineList(), a.quarantineClear())
}

var quarantineColumns = []column[*leasedv1.QuarantinedAddress]{
	{key: "address", head: "ADDRESS", value: func(q *leasedv1.QuarantinedAddress) any { return q.GetAddress() }},
	{key: "subnet", head: "SUBNET", value: func(q *leasedv1.QuarantinedAddress) any { return q.GetSubnet() }},
	{key: "reason", head: "REASON", value: func(q *leasedv1.QuarantinedAddress) any { return q.GetReason() }},
	{key: "hardware", head: "HARDWARE", value: func(q *leasedv1.QuarantinedAddress) any { return q.GetHardware() }},
	{key: "count", head: "TIMES", value: func(q *leasedv1.QuarantinedAddress) any { return q.GetCount() }},
	{key: "until", head: "ENDS", value: func(q *leasedv1.QuarantinedAddress) any { return instant(q.GetUntil()) }},
}

// noQuarantine says that there is nothing to list or to clear.
const noQuarantine = "no addresses in quarantine"

func (a *app) quarantineList() *cobra.Command {
	return listBySubnet(a, &cobra.Command{
		Use:   "list",
		Short: "Show the addresses in quarantine",
		Example: `  rollcall quarantine list
  rollcall quarantine list --subnet lobby -o csv`,
	}, quarantineColumns, noQuarantine, func(ctx context.Context, conn *grpc.ClientConn, subnet string) ([]*leasedv1.QuarantinedAddress, error) {
		res, err := ask(ctx, a, leasedv1.NewQuarantineServiceClient(conn).List, &leasedv1.QuarantineServiceListRequest{Subnet: subnet})
		return res.GetAddresses(), err
	})
}

func (a *app) quarantineClear() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clear ADDRESS... | --subnet SUBNET | --all",
		Short: "Make addresses assignable again",
		Example: `  rollcall quarantine clear 10.99.0.60
  rollcall quarantine clear --subnet lobby
  rollcall quarantine clear --all`,
	}
	subnet := a.addSubnetTo(cmd, "all of `SUBNET`")
	cmd.Flags().Bool("all", false, "all of them") // an empty request; asked for so that a slip clears nothing
	cmd.Args = exactlyOneOf("addresses", "subnet", "all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		addresses, err := parseAddresses(args)
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewQuarantineServiceClient(conn).Clear,
				&leasedv1.ClearRequest{Addresses: addresses, Subnet: *subnet})
			if err != nil {
				return err
			}
			for _, address := range res.GetAddresses() {
				fmt.Fprintln(a.Stdout, "cleared", address)
			}
			if len(res.GetAddresses()) == 0 {
				fmt.Fprintln(a.Stderr, noQuarantine+in(*subnet))
			}
			return nil
		})
	}
	return cmd
}
