package cli

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/event"
	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) eventVerbs() *cobra.Command {
	return group("event", "What happened",
		`  rollcall event list --kind client.unknown
  rollcall event watch`,
		a.eventList(), a.eventWatch())
}

// eventKinds are the kinds of events and their families, for completion.
func eventKinds() []string {
	var kinds, families []string
	for _, k := range event.Kinds() {
		kinds = append(kinds, string(k))
		family, _, _ := strings.Cut(string(k), ".")
		families = append(families, family+".*")
	}
	return append(kinds, slices.Compact(families)...) // the kinds of a family stand together
}

var eventColumns = []column[*leasedv1.Event]{
	{key: "sequence", head: "SEQ", value: func(e *leasedv1.Event) any { return e.GetSequence() }},
	{
		key: "time", head: "TIME",
		value: func(e *leasedv1.Event) any { return instant(e.GetTime()) },
		cell:  func(e *leasedv1.Event, now time.Time) string { return wall(instant(e.GetTime()), now) },
	},
	{key: "kind", head: "KIND", value: func(e *leasedv1.Event) any { return e.GetKind() }},
	{key: "subnet", head: "SUBNET", value: func(e *leasedv1.Event) any { return e.GetSubnet() }},
	{key: "address", head: "ADDRESS", value: func(e *leasedv1.Event) any { return e.GetAddress() }},
	{key: "hardware", head: "HARDWARE", value: func(e *leasedv1.Event) any { return e.GetMachine().GetHardware() }},
	{key: "hostname", head: "HOSTNAME", value: func(e *leasedv1.Event) any { return e.GetMachine().GetHostname() }},
	{
		key: "reason", head: "DETAIL",
		value: func(e *leasedv1.Event) any { return e.GetReason() },
		cell:  func(e *leasedv1.Event, _ time.Time) string { return eventDetail(e) },
	},
	{key: "link", value: func(e *leasedv1.Event) any { return e.GetLink() }},
	{key: "lease_time_seconds", value: func(e *leasedv1.Event) any { return e.GetLeaseTime().AsDuration() }},
	{key: "expires", value: func(e *leasedv1.Event) any { return instant(e.GetExpires()) }},
	{key: "pool", value: func(e *leasedv1.Event) any { return e.GetPool() }},
	{key: "reservation", value: func(e *leasedv1.Event) any { return e.GetReservation() }},
	{key: "previous_address", value: func(e *leasedv1.Event) any { return e.GetPreviousAddress() }},
	{key: "randomised", value: func(e *leasedv1.Event) any { return e.GetMachine().GetRandomised() }},
	{key: "vendor", value: func(e *leasedv1.Event) any { return e.GetMachine().GetVendor() }},
	{key: "client_id", value: func(e *leasedv1.Event) any { return e.GetMachine().GetClientId() }},
	{key: "vendor_class", value: func(e *leasedv1.Event) any { return e.GetMachine().GetVendorClass() }},
	{key: "relay", value: func(e *leasedv1.Event) any { return e.GetMachine().GetRelay() }},
	{key: "circuit_id", value: func(e *leasedv1.Event) any { return e.GetMachine().GetCircuitId() }},
	{key: "remote_id", value: func(e *leasedv1.Event) any { return e.GetMachine().GetRemoteId() }},
	{key: "boot", value: func(e *leasedv1.Event) any { return document{bootInfoNode(e.GetBoot()), "{}"} }},
	{key: "extra", value: func(e *leasedv1.Event) any { return document{extraNode(e.GetExtra()), "{}"} }},
	{key: "annotations", value: func(e *leasedv1.Event) any { return document{extraNode(e.GetAnnotations()), "{}"} }},
}

// eventDetail gathers what only some kinds of events have.
func eventDetail(e *leasedv1.Event) string {
	var parts []string
	add := func(label, text string) {
		if text != "" {
			parts = append(parts, label+text)
		}
	}
	add("", e.GetReason())
	addBoot(e.GetBoot(), add)
	add("pool ", e.GetPool())
	add("reservation ", e.GetReservation())
	add("from ", e.GetPreviousAddress())
	switch d := e.GetLeaseTime().AsDuration(); {
	case d == config.Infinite:
		add("for ", "ever")
	case d > 0:
		add("for ", span(d))
	}
	add("on ", e.GetLink())
	add("relay ", e.GetMachine().GetRelay())
	for _, key := range slices.Sorted(maps.Keys(e.GetAnnotations())) {
		add(key+"=", e.GetAnnotations()[key])
	}
	return strings.Join(parts, ", ")
}

// addEventMachine gives a command --machine.
func (a *app) addEventMachine(cmd *cobra.Command) *string {
	name := cmd.Flags().String("machine", "", "only events of `MACHINE`: its hardware address, its address or its host name")
	complete(cmd, "machine", func(cmd *cobra.Command, begun string) []string { return a.bootedMachines(cmd.Context(), begun) })
	return name
}

// eventMachine returns the hardware address of the machine that --machine names; "" where it names none.
func (a *app) eventMachine(ctx context.Context, conn *grpc.ClientConn, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	return a.findMachine(ctx, leasedv1.NewBootServiceClient(conn), name)
}

// addKinds gives a command --kind.
func addKinds(cmd *cobra.Command) *[]string {
	kinds := cmd.Flags().StringSlice("kind", nil, "only events of `KIND`, such as lease.granted or lease.*; more with commas")
	complete(cmd, "kind", func(*cobra.Command, string) []string { return eventKinds() })
	return kinds
}

func (a *app) eventList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show events, oldest first: the newest hundred unless told otherwise",
		Example: `  rollcall event list
  rollcall event list --kind client.unknown,lease.* --limit 20
  rollcall event list --machine 52:54:00:12:34:56 --kind boot.*
  rollcall event list --after 0 --limit 0 -o json > events.json`,
		Args: cobra.NoArgs,
	}
	kinds := addKinds(cmd)
	machine := a.addEventMachine(cmd)
	after := cmd.Flags().Uint64("after", 0, "those after sequence number `N` instead of the newest; 0 for the oldest kept")
	limit := cmd.Flags().Uint("limit", 100, "at most `N`; 0 for all")
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		newest := !cmd.Flags().Changed("after") && *limit > 0 && *limit <= pageSize
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			hardware, err := a.eventMachine(ctx, conn, *machine)
			if err != nil {
				return err
			}
			req := &leasedv1.EventServiceListRequest{After: *after, Kinds: *kinds, Newest: newest, Hardware: hardware}
			none := "no events"
			if hardware != "" {
				none += " of " + hardware
			}
			return printList(a, f, eventColumns, a.events(ctx, conn, req, *limit), none)
		})
	}
	return cmd
}

// events yields the events that a request asks for: those after its cursor page by page, or the newest ones.
func (a *app) events(ctx context.Context, conn *grpc.ClientConn, req *leasedv1.EventServiceListRequest, limit uint) iter.Seq2[*leasedv1.Event, error] {
	client := leasedv1.NewEventServiceClient(conn)
	return pages(limit, func(size int32, _ string) ([]*leasedv1.Event, string, error) {
		req.Limit = size
		res, err := ask(ctx, a, client.List, req)
		list := res.GetEvents()
		if err != nil || req.GetNewest() || len(list) < int(size) {
			return list, "", err
		}
		req.After = list[len(list)-1].GetSequence()
		return list, "more", nil
	})
}
