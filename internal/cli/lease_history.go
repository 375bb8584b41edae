package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

var historyColumns = []column[*leasedv1.HistoryEntry]{
	{
		key: "time", head: "TIME",
		value: func(h *leasedv1.HistoryEntry) any { return instant(h.GetTime()) },
		cell:  func(h *leasedv1.HistoryEntry, now time.Time) string { return wall(instant(h.GetTime()), now) },
	},
	{key: "kind", head: "KIND", value: func(h *leasedv1.HistoryEntry) any { return h.GetKind() }},
	{key: "address", head: "ADDRESS", value: func(h *leasedv1.HistoryEntry) any { return h.GetAddress() }},
	{key: "hardware", head: "HARDWARE", value: func(h *leasedv1.HistoryEntry) any { return h.GetHardware() }},
	{key: "hostname", head: "HOSTNAME", value: func(h *leasedv1.HistoryEntry) any { return h.GetHostname() }},
	{key: "reason", head: "REASON", value: func(h *leasedv1.HistoryEntry) any { return h.GetReason() }},
	{key: "sequence", value: func(h *leasedv1.HistoryEntry) any { return h.GetSequence() }},
}

func (a *app) leaseHistory() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history ADDRESS|MAC",
		Short: "Show what the event log knows of an address or a machine, oldest first",
		Example: `  rollcall lease history 10.99.0.50
  rollcall lease history 52-54-00-12-34-56 --limit 20`,
		Args: cobra.ExactArgs(1),
	}
	limit := cmd.Flags().Uint16("limit", 100, "the newest `N`, at most 1000")
	f := addListFormat(cmd)
	a.completeAddresses(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		key, err := parseKey(args[0])
		if err != nil {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			req := &leasedv1.HistoryRequest{
				Key:   &leasedv1.HistoryRequest_Address{Address: key.address},
				Limit: int32(*limit),
			}
			if key.hardware != "" {
				req.Key = &leasedv1.HistoryRequest_Hardware{Hardware: key.hardware}
			}
			res, err := ask(ctx, a, leasedv1.NewLeaseServiceClient(conn).History, req)
			if err != nil {
				return err
			}
			return printList(a, f, historyColumns, whole(res.GetEntries(), 0), "the event log knows nothing of "+key.String())
		})
	}
	return cmd
}
