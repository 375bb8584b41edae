package cli

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) reservationVerbs() *cobra.Command {
	return group("reservation", "The roll: which machine always gets which address",
		`  rollcall reservation list
  rollcall reservation add --mac 08:00:27:2c:49:4b --subnet hall --address 10.20.0.200`,
		a.reservationList(), a.reservationGet(), a.reservationAdd(), a.reservationSet(), a.reservationDelete(),
		a.reservationImport(), a.reservationExport())
}

// reservationSources are the words for where a reservation comes from.
var reservationSources = words[leasedv1.Reservation_Source]{
	{"config", leasedv1.Reservation_SOURCE_CONFIG},
	{"api", leasedv1.Reservation_SOURCE_API},
}

var reservationColumns = []column[*leasedv1.Reservation]{
	{key: "id", head: "ID", value: func(r *leasedv1.Reservation) any { return r.GetId() }},
	{
		key: "mac", head: "MACHINE",
		value: func(r *leasedv1.Reservation) any { return r.GetHardware() },
		cell:  func(r *leasedv1.Reservation, _ time.Time) string { return machineOf(r) },
	},
	{key: "client_id", value: func(r *leasedv1.Reservation) any { return r.GetClientId() }},
	{key: "duid", value: func(r *leasedv1.Reservation) any { return r.GetDuid() }},
	{key: "circuit_id", value: func(r *leasedv1.Reservation) any { return r.GetCircuitId() }},
	{key: "remote_id", value: func(r *leasedv1.Reservation) any { return r.GetRemoteId() }},
	{key: "subnet", head: "SUBNET", value: func(r *leasedv1.Reservation) any { return r.GetSubnet() }},
	{key: "address", head: "ADDRESS", value: func(r *leasedv1.Reservation) any { return r.GetAddress() }},
	{key: "hostname", head: "HOSTNAME", value: func(r *leasedv1.Reservation) any { return r.GetHostname() }},
	{key: "netboot", head: "NETBOOT", value: func(r *leasedv1.Reservation) any { return r.GetNetboot() }},
	{key: "options", value: func(r *leasedv1.Reservation) any { return detail(r, "options") }, lines: optionLines},
	{key: "boot", value: func(r *leasedv1.Reservation) any { return detail(r, "boot") }, lines: bootLines},
	{
		key: "classes", value: func(r *leasedv1.Reservation) any { return detail(r, "classes") },
		lines: func(r *leasedv1.Reservation) []string { return r.GetClasses() },
	},
	{
		key: "extra", value: func(r *leasedv1.Reservation) any { return detail(r, "extra") },
		lines: func(r *leasedv1.Reservation) []string { return extraLines(r.GetExtra()) },
	},
	{key: "source", head: "SOURCE", value: func(r *leasedv1.Reservation) any { return reservationSources.word(r.GetSource()) }},
	{key: "revision", value: func(r *leasedv1.Reservation) any { return r.GetRevision() }},
	{key: "updated", head: "CHANGED", value: func(r *leasedv1.Reservation) any { return instant(r.GetUpdated()) }},
}

// machineOf names the machine of a reservation: its hardware address, or another identifier with its kind.
func machineOf(r *leasedv1.Reservation) string {
	switch id := r.GetIdentifier().(type) {
	case *leasedv1.Reservation_Hardware:
		return id.Hardware
	case *leasedv1.Reservation_ClientId:
		return "client-id " + id.ClientId
	case *leasedv1.Reservation_Duid:
		return "duid " + id.Duid
	case *leasedv1.Reservation_CircuitId:
		return "circuit-id " + id.CircuitId
	case *leasedv1.Reservation_RemoteId:
		return "remote-id " + id.RemoteId
	default:
		return ""
	}
}

// describe says in one line what a reservation binds: "reservation 7: 52:54:00:12:34:56 to 10.20.0.57 in hall as desk7".
func describe(r *leasedv1.Reservation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "reservation %s: %s to ", r.GetId(), machineOf(r))
	if r.GetAddress() == "" {
		b.WriteString("an address of the pools")
	} else {
		b.WriteString(r.GetAddress())
	}
	b.WriteString(in(r.GetSubnet()))
	if r.GetHostname() != "" {
		b.WriteString(" as " + r.GetHostname())
	}
	return printable(b.String())
}

// printChange says what was done to a reservation, and writes it where a program asks with -o.
func (a *app) printChange(f *formatFlag, done string, r *leasedv1.Reservation) error {
	if f.value == formatTable {
		_, err := fmt.Fprintf(a.Stdout, "%s %s\n", done, describe(r))
		return err
	}
	return printOne(a, f, reservationColumns, r)
}

// reservationPages lists reservations page by page.
func (a *app) reservationPages(ctx context.Context, conn *grpc.ClientConn, subnet, hardware string, limit uint) iter.Seq2[*leasedv1.Reservation, error] {
	client := leasedv1.NewReservationServiceClient(conn)
	return pages(limit, func(size int32, token string) ([]*leasedv1.Reservation, string, error) {
		res, err := ask(ctx, a, client.List, &leasedv1.ReservationServiceListRequest{
			PageSize: size, PageToken: token, Subnet: subnet, Hardware: hardware,
		})
		return res.GetReservations(), res.GetNextPageToken(), err
	})
}

// getReservation finds one by its id, its address or the hardware address of its machine.
func (a *app) getReservation(ctx context.Context, conn *grpc.ClientConn, name string) (*leasedv1.Reservation, error) {
	req := &leasedv1.ReservationServiceGetRequest{}
	switch key, err := parseKey(name); {
	case err != nil:
		req.Key = &leasedv1.ReservationServiceGetRequest_Id{Id: name}
	case key.address != "":
		req.Key = &leasedv1.ReservationServiceGetRequest_Address{Address: key.address}
	default:
		req.Key = &leasedv1.ReservationServiceGetRequest_Hardware{Hardware: key.hardware}
	}
	res, err := ask(ctx, a, leasedv1.NewReservationServiceClient(conn).Get, req)
	return res.GetReservation(), err
}

func (a *app) reservationList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show reservations, those of the configuration first",
		Example: `  rollcall reservation list --subnet hall
  rollcall reservation list --hardware 08:00:27:2c:49:4b -o json`,
		Args: cobra.NoArgs,
	}
	subnet := a.addSubnet(cmd)
	hardware := cmd.Flags().String("hardware", "", "only those of the machine with hardware address `MAC`")
	limit := addLimit(cmd)
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		mac, err := parseHardware(*hardware)
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			none := "no reservations" + in(*subnet)
			if mac != "" {
				none += " of " + mac
			}
			return printList(a, f, reservationColumns, a.reservationPages(ctx, conn, *subnet, mac, *limit), none)
		})
	}
	return cmd
}

func (a *app) reservationGet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get ID|ADDRESS|MAC",
		Short: "Show one reservation",
		Example: `  rollcall reservation get 7
  rollcall reservation get 10.20.0.200
  rollcall reservation get 08:00:27:2c:49:4b -o json`,
		Args: cobra.ExactArgs(1),
	}
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			r, err := a.getReservation(ctx, conn, args[0])
			if err != nil {
				return err
			}
			return printOne(a, f, reservationColumns, r)
		})
	}
	return cmd
}

func (a *app) reservationDelete() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete ID|ADDRESS|MAC...",
		Short: "Take machines off the roll",
		Example: `  rollcall reservation delete 7
  rollcall reservation delete 10.20.0.200 08:00:27:2c:49:4b`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			return a.each(args, func(name string) error {
				r, err := a.getReservation(ctx, conn, name)
				if err != nil {
					return err
				}
				// With the revision read: what is deleted is what the name stood for, not what came in its place.
				res, err := ask(ctx, a, leasedv1.NewReservationServiceClient(conn).Delete,
					&leasedv1.DeleteRequest{Id: r.GetId(), Revision: r.GetRevision()})
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(a.Stdout, "deleted", describe(res.GetReservation()))
				return err
			})
		})
	}
	return cmd
}
