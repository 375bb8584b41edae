package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	leasedv1 "rollcall/proto/leased/v1"
)

// machineFlags are the ways to say which machine is meant, by the kind of identifier.
type machineFlags map[config.IdentifierKind]*string

// machineFlagNames are the flags of machineFlags; at most one of them is given.
var machineFlagNames = []string{"mac", "client-id", "duid", "circuit-id", "remote-id"}

func addMachine(cmd *cobra.Command) machineFlags {
	f := cmd.Flags()
	return machineFlags{
		config.ByHardware:  f.String("mac", "", "the machine with hardware address `MAC`, in any notation"),
		config.ByClientID:  f.String("client-id", "", "the machine with client identifier (option 61) `ID`: octets as in 01:08:00:27:2c:49:4b, or text"),
		config.ByDUID:      f.String("duid", "", "the machine with DUID `ID` inside its client identifier: octets"),
		config.ByCircuitID: f.String("circuit-id", "", "whatever is behind relay circuit id (82/1) `ID`: text, or octets as in hex:0a0b"),
		config.ByRemoteID:  f.String("remote-id", "", "whatever is behind relay remote id (82/2) `ID`: text, or octets as in hex:0a0b"),
	}
}

// identify writes the machine that the flags name into a reservation; where none is given, it stays.
func (m machineFlags) identify(r *leasedv1.Reservation) error {
	for _, kind := range identifierKinds {
		if *m[kind] == "" {
			continue
		}
		id, err := parseIdentifier(kind, *m[kind])
		if err != nil {
			return usagef("--%s", strings.Replace(err.Error(), "_", "-", 1))
		}
		identify(r, id)
	}
	return nil
}

func (a *app) reservationAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add (--mac MAC | --from-lease ADDRESS | ...) --subnet SUBNET [--address ADDRESS] [--hostname NAME]",
		Short: "Put a machine on the roll",
		Long: `Put a machine on the roll. It decides from the next packet on: a machine with a guest lease is told at its next renewal to
ask anew, and is then offered its own address.

Without --address the machine is known, and is given an address from a pool for known machines.

` + optionHelp,
		Example: `  rollcall reservation add --mac 08:00:27:2c:49:4b --subnet hall --address 10.20.0.200 --hostname testbox
  rollcall reservation add --from-lease 10.99.0.50 --subnet hall --address 10.20.0.57
  rollcall reservation add --circuit-id "ge-0/0/7" --subnet hall --address 10.20.0.58
  rollcall reservation add --mac 52:54:00:00:00:01 --subnet hall --boot-file custom.efi --option routers=10.20.3.1 --extra owner="desk 7"`,
		Args: cobra.NoArgs,
	}
	m := addMachine(cmd)
	lease := cmd.Flags().String("from-lease", "", "the machine that holds `ADDRESS` now")
	subnet := a.addSubnetTo(cmd, "the `SUBNET` it belongs to")
	address := cmd.Flags().String("address", "", "its own `ADDRESS`")
	hostname := cmd.Flags().String("hostname", "", "the host `NAME` it is given")
	d := a.addDetails(cmd, false)
	f := addListFormat(cmd)
	names := append([]string{"from-lease"}, machineFlagNames...)
	cmd.MarkFlagsMutuallyExclusive(names...)
	cmd.MarkFlagsOneRequired(names...)
	_ = cmd.MarkFlagRequired("subnet") // fails only for a flag that is not there
	a.completeAddressFlag(cmd, "from-lease")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		req := &leasedv1.AddRequest{Reservation: &leasedv1.Reservation{Subnet: *subnet, Hostname: *hostname}}
		if err := m.identify(req.Reservation); err != nil {
			return err
		}
		if err := d.apply(req.Reservation); err != nil {
			return err
		}
		var err error
		if *address != "" {
			if req.Reservation.Address, err = parseAddress(*address); err != nil {
				return err
			}
		}
		if *lease != "" {
			if req.FromLease, err = parseAddress(*lease); err != nil {
				return err
			}
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewReservationServiceClient(conn).Add, req)
			if err != nil {
				return err
			}
			return a.printChange(f, "added", res.GetReservation())
		})
	}
	return cmd
}

func (a *app) reservationSet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set ID|ADDRESS|MAC [--subnet SUBNET] [--address ADDRESS] [--hostname NAME]",
		Short: "Change a reservation; what is not given stays",
		Long: `Change a reservation; what is not given stays. It decides from the next packet on.

` + optionHelp + `
An option that is given again is replaced.`,
		Example: `  rollcall reservation set 7 --address 10.20.0.58
  rollcall reservation set 10.20.0.57 --hostname desk7
  rollcall reservation set 7 --hostname ""
  rollcall reservation set 7 --option domain-name:always=lab.example.org --no-option routers --extra owner="desk 8"`,
		Args: cobra.ExactArgs(1),
	}
	m := addMachine(cmd)
	subnet := a.addSubnetTo(cmd, "move it to `SUBNET`")
	address := cmd.Flags().String("address", "", `its own `+"`ADDRESS`"+`; "" for one of a pool`)
	hostname := cmd.Flags().String("hostname", "", `the host `+"`NAME`"+` it is given; "" for none`)
	d := a.addDetails(cmd, true)
	f := addListFormat(cmd)
	cmd.MarkFlagsMutuallyExclusive(machineFlagNames...)
	cmd.MarkFlagsOneRequired(slices.Concat([]string{"subnet", "address", "hostname"}, machineFlagNames, detailFlagNames)...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own := *address
		if own != "" {
			var err error
			if own, err = parseAddress(own); err != nil {
				return err
			}
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			r, err := a.getReservation(ctx, conn, args[0])
			if err != nil {
				return err
			}
			if err := m.identify(r); err != nil {
				return err
			}
			if err := d.apply(r); err != nil {
				return err
			}
			given := cmd.Flags().Changed
			if given("subnet") {
				r.Subnet = *subnet
			}
			if given("address") {
				r.Address = own
			}
			if given("hostname") {
				r.Hostname = *hostname
			}
			res, err := ask(ctx, a, leasedv1.NewReservationServiceClient(conn).Update, &leasedv1.UpdateRequest{Reservation: r})
			if err != nil {
				return err
			}
			return a.printChange(f, "changed", res.GetReservation())
		})
	}
	return cmd
}
