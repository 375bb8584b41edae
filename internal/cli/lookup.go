package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) lookupVerbs() *cobra.Command {
	return group("lookup", "What the registration system said of machines",
		`  rollcall lookup list
  rollcall lookup forget 52:54:00:12:34:56`,
		a.lookupList(), a.lookupForget())
}

// lookupStates are the words for what is known of a machine.
var lookupStates = words[leasedv1.LookedUp_State]{
	{"known", leasedv1.LookedUp_STATE_KNOWN},
	{"unknown", leasedv1.LookedUp_STATE_UNKNOWN},
	{"waiting", leasedv1.LookedUp_STATE_WAITING},
	{"expired", leasedv1.LookedUp_STATE_EXPIRED},
}

var lookupColumns = []column[*leasedv1.LookedUp]{
	{key: "hardware", head: "HARDWARE", value: func(m *leasedv1.LookedUp) any { return m.GetHardware() }},
	{key: "network", head: "NETWORK", value: func(m *leasedv1.LookedUp) any { return m.GetNetwork() }},
	{key: "state", head: "STATE", value: func(m *leasedv1.LookedUp) any { return lookupStates.word(m.GetState()) }},
	{key: "answered", head: "ANSWERED", value: func(m *leasedv1.LookedUp) any { return instant(m.GetAnswered()) }},
	{
		key: "again", head: "AGAIN",
		value: func(m *leasedv1.LookedUp) any { return instant(m.GetAgain()) },
		cell: func(m *leasedv1.LookedUp, now time.Time) string {
			switch again := instant(m.GetAgain()); {
			case m.GetAsking():
				return "is being asked"
			case !now.Before(again):
				return "at its next message"
			default:
				return relative(again, now)
			}
		},
	},
	{key: "says", value: func(m *leasedv1.LookedUp) any { return m.GetSays() }},
	{key: "answer", value: func(m *leasedv1.LookedUp) any { return m.GetAnswer() }},
	{key: "asking", value: func(m *leasedv1.LookedUp) any { return m.GetAsking() }},
	{key: "failures", head: "FAILED", value: func(m *leasedv1.LookedUp) any { return m.GetFailures() }},
	{
		key: "problem", head: "SAYS",
		value: func(m *leasedv1.LookedUp) any { return m.GetProblem() },
		cell: func(m *leasedv1.LookedUp, _ time.Time) string {
			if m.GetSays() == "" || m.GetProblem() == "" {
				return m.GetSays() + m.GetProblem()
			}
			return m.GetSays() + "; then " + m.GetProblem()
		},
	},
}

func (a *app) lookupList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [MAC]",
		Short: "Show what is remembered of answers of the registration system",
		Example: `  rollcall lookup list
  rollcall lookup list 52:54:00:12:34:56 -o json`,
		Args: cobra.MaximumNArgs(1),
	}
	limit := cmd.Flags().Uint("limit", pageSize, fmt.Sprintf("at most `N`, and no more than %d: known machines first, the latest of each first", pageSize))
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := &leasedv1.LookupServiceListRequest{Limit: int32(min(*limit, pageSize))}
		for _, arg := range args {
			var err error
			if req.Hardware, err = parseHardware(arg); err != nil {
				return err
			}
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewLookupServiceClient(conn).List, req)
			if err != nil {
				return err
			}
			none := "nothing is remembered"
			if req.GetHardware() != "" {
				none += " of " + req.GetHardware()
			}
			err = printList(a, f, lookupColumns, whole(res.GetMachines(), 0), none)
			if shown := len(res.GetMachines()); err == nil && shown < int(res.GetTotal()) {
				fmt.Fprintf(a.Stderr, "%d of %d; name a machine to see others\n", shown, res.GetTotal())
			}
			return err
		})
	}
	return cmd
}

func (a *app) lookupForget() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "forget MAC... | --all",
		Short: "Have the registration system asked anew at a machine's next message",
		Example: `  rollcall lookup forget 52:54:00:12:34:56
  rollcall lookup forget --all`,
	}
	cmd.Flags().Bool("all", false, "all of them")
	cmd.Args = exactlyOneOf("hardware addresses", "all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for i, arg := range args {
			var err error
			if args[i], err = parseHardware(arg); err != nil {
				return err
			}
			if arg == "" {
				return usagef("a hardware address is empty; --all forgets all of them")
			}
		}
		if len(args) == 0 {
			args = []string{""} // which the service takes for all
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewLookupServiceClient(conn)
			return a.each(args, func(hardware string) error {
				res, err := ask(ctx, a, client.Forget, &leasedv1.ForgetRequest{Hardware: hardware})
				if err != nil {
					return err
				}
				if hardware != "" {
					_, err = fmt.Fprintln(a.Stdout, "forgot", hardware)
				} else {
					_, err = fmt.Fprintln(a.Stdout, "forgot", count(int(res.GetForgotten()), "machine", "machines"))
				}
				return err
			})
		})
	}
	return cmd
}
