package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) clientVerbs() *cobra.Command {
	return group("client", "Machines that get no answer for a while",
		`  rollcall client list --suspended
  rollcall client resume 52:54:00:12:34:56`,
		a.clientList(), a.clientResume())
}

// clientStates are the words for why a client gets no answer.
var clientStates = words[leasedv1.Client_State]{
	{"suspended", leasedv1.Client_STATE_SUSPENDED},
	{"unserved", leasedv1.Client_STATE_UNSERVED},
}

var clientColumns = []column[*leasedv1.Client]{
	{key: "hardware", head: "HARDWARE", value: func(c *leasedv1.Client) any { return c.GetHardware() }},
	{key: "state", head: "STATE", value: func(c *leasedv1.Client) any { return clientStates.word(c.GetState()) }},
	{key: "until", head: "ENDS", value: func(c *leasedv1.Client) any { return instant(c.GetUntil()) }},
}

func (a *app) clientList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show suspended clients, and unknown ones that nothing serves",
		Example: `  rollcall client list
  rollcall client list --suspended
  rollcall client list --unserved -o json`,
		Args: cobra.NoArgs,
	}
	suspended := cmd.Flags().Bool("suspended", false, "only those that are suspended")
	unserved := cmd.Flags().Bool("unserved", false, "only unknown ones that nothing serves")
	limit := addLimit(cmd)
	f := addListFormat(cmd)
	cmd.MarkFlagsMutuallyExclusive("suspended", "unserved")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		req, none := &leasedv1.ClientServiceListRequest{}, "no clients are suspended or unserved"
		switch {
		case *suspended:
			req.State, none = leasedv1.Client_STATE_SUSPENDED, "no clients are suspended"
		case *unserved:
			req.State, none = leasedv1.Client_STATE_UNSERVED, "no clients are unserved"
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewClientServiceClient(conn).List, req)
			if err != nil {
				return err
			}
			return printList(a, f, clientColumns, whole(res.GetClients(), *limit), none)
		})
	}
	return cmd
}

func (a *app) clientResume() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume MAC... | --all",
		Short: "Answer machines again at once",
		Example: `  rollcall client resume 52:54:00:12:34:56
  rollcall client resume --all`,
	}
	cmd.Flags().Bool("all", false, "all of them")
	cmd.Args = exactlyOneOf("hardware addresses", "all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{""} // which the service takes for all
		}
		for i, arg := range args {
			var err error
			if args[i], err = parseHardware(arg); err != nil {
				return err
			}
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewClientServiceClient(conn)
			return a.each(args, func(hardware string) error {
				res, err := ask(ctx, a, client.Resume, &leasedv1.ResumeRequest{Hardware: hardware})
				if err != nil {
					return err
				}
				if hardware != "" {
					_, err = fmt.Fprintln(a.Stdout, "resumed", hardware)
				} else {
					_, err = fmt.Fprintln(a.Stdout, "resumed", count(int(res.GetResumed()), "client", "clients"))
				}
				return err
			})
		})
	}
	return cmd
}
