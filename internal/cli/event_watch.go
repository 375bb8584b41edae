package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// watchRetry is the pause before a watch that broke off is taken up again.
const watchRetry = time.Second

func (a *app) eventWatch() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Show events as they happen",
		Long: `Show events as they happen, until interrupted. JSON is one object a line.

Where leased goes away, the watch waits for it and goes on after the last event shown.`,
		Example: `  rollcall event watch
  rollcall event watch --kind client.unknown -o json | while read -r event; do ...; done
  rollcall event watch --machine desk7
  rollcall event watch --after 0
  rollcall event watch --kind lease.granted --limit 1`,
		Args: cobra.NoArgs,
	}
	kinds := addKinds(cmd)
	machine := a.addEventMachine(cmd)
	after := cmd.Flags().Uint64("after", 0, "begin after sequence number `N` instead of now; 0 for the oldest kept")
	limit := cmd.Flags().Uint("limit", 0, "end after `N` events; 0 for never")
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		w := &watch{
			req: &leasedv1.WatchRequest{After: *after, Kinds: *kinds, FromNow: !cmd.Flags().Changed("after")},
			out: a.eventLines(f.value), limit: *limit, stderr: a.Stderr,
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			var err error
			if w.req.Hardware, err = a.eventMachine(ctx, conn, *machine); err != nil {
				return err
			}
			return w.run(ctx, leasedv1.NewEventServiceClient(conn))
		})
	}
	return cmd
}

// watch follows the event log across broken streams.
type watch struct {
	req    *leasedv1.WatchRequest // of the next stream
	out    func(*leasedv1.Event) error
	limit  uint // 0: none
	shown  uint
	stderr io.Writer
}

// run follows until ctx ends or the limit is reached, then returns nil. The first stream must succeed: a service that was never
// there is an error, one that went away is waited for.
func (w *watch) run(ctx context.Context, client leasedv1.EventServiceClient) error {
	met, lost := false, false
	for {
		err := w.follow(ctx, client, func() {
			if met && lost {
				fmt.Fprintln(w.stderr, "rollcall: leased is back")
			}
			met, lost = true, false
		})
		switch {
		case err == nil, ctx.Err() != nil:
			return nil
		case !met || fault.CodeOf(err) != fault.Unavailable && !errors.Is(err, io.EOF):
			return err
		case !lost:
			lost = true
			fmt.Fprintln(w.stderr, "rollcall: lost leased; waiting for it")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchRetry):
		}
	}
}

// follow shows the events of one stream. It returns nil when the limit is reached.
func (w *watch) follow(ctx context.Context, client leasedv1.EventServiceClient, alive func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.Watch(ctx, w.req)
	if err != nil {
		return err
	}
	if _, err := stream.Header(); err == nil {
		alive()
	}
	for {
		res, err := stream.Recv()
		if err != nil {
			return err
		}
		alive()
		for _, e := range res.GetEvents() {
			if err := w.out(e); err != nil {
				return err
			}
			if w.shown++; w.shown == w.limit {
				return nil
			}
		}
		w.req.After, w.req.FromNow = res.GetCursor(), false
	}
}

// eventLines returns what writes an event at once. A table cannot wait for its widest cell, so its columns have set widths.
func (a *app) eventLines(f format) func(*leasedv1.Event) error {
	switch f {
	case formatJSON:
		return (&jsonLines[*leasedv1.Event]{w: a.Stdout, cols: eventColumns}).row
	case formatCSV:
		w := &csvRows[*leasedv1.Event]{w: csv.NewWriter(a.Stdout), cols: eventColumns}
		return func(e *leasedv1.Event) error {
			if err := w.row(e); err != nil {
				return err
			}
			return w.flush()
		}
	}
	return func(e *leasedv1.Event) error {
		now := a.Now()
		var rest []string
		for _, text := range []string{e.GetMachine().GetHostname(), e.GetSubnet(), eventDetail(e)} {
			if text != "" {
				rest = append(rest, text)
			}
		}
		_, err := fmt.Fprintln(a.Stdout, printable(fmt.Sprintf("%s  %-19s  %-15s  %-17s  %s", wall(instant(e.GetTime()), now),
			e.GetKind(), e.GetAddress(), e.GetMachine().GetHardware(), strings.Join(rest, ", "))))
		return err
	}
}
