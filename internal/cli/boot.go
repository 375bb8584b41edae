package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) bootVerbs() *cobra.Command {
	return group("boot", "How machines boot from the network, and why one does not",
		`  rollcall boot list --state failed
  rollcall boot show 52:54:00:12:34:56`,
		a.bootShow(), a.bootList(), a.bootFinish(), a.bootRestart(), a.bootServers())
}

// bootStates are the words for how a boot stands.
var bootStates = []string{"booting", "booted", "local", "failed", "refused", "looping", "elsewhere"}

var bootColumns = []column[*leasedv1.BootSummary]{
	{key: "hardware", head: "HARDWARE", value: func(b *leasedv1.BootSummary) any { return b.GetHardware() }},
	{key: "machine", head: "MACHINE", value: func(b *leasedv1.BootSummary) any { return b.GetMachine() }},
	{key: "address", head: "ADDRESS", value: func(b *leasedv1.BootSummary) any { return b.GetAddress() }},
	{key: "firmware", head: "FIRMWARE", value: func(b *leasedv1.BootSummary) any { return b.GetFirmware() }},
	{key: "state", head: "STATE", value: func(b *leasedv1.BootSummary) any { return b.GetState() }},
	{key: "began", value: func(b *leasedv1.BootSummary) any { return instant(b.GetBegan()) }},
	{key: "seen", head: "SEEN", value: func(b *leasedv1.BootSummary) any { return instant(b.GetSeen()) }},
	{key: "reason", value: func(b *leasedv1.BootSummary) any { return b.GetReason() }},
	{
		key: "cause", head: "DETAIL", value: func(b *leasedv1.BootSummary) any { return b.GetCause() },
		cell: func(b *leasedv1.BootSummary, _ time.Time) string {
			if b.GetCause() != "" {
				return b.GetCause()
			}
			return b.GetLast()
		},
	},
	{key: "last", value: func(b *leasedv1.BootSummary) any { return b.GetLast() }},
}

func (a *app) bootList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the machines that booted lately, the latest first",
		Long: `Show the machines that booted lately, the latest first, with the state of the latest boot of each:

  booting    it is under way
  booted     as far as can be seen: its script or kernel is fetched, its operating system runs, or it said that it is done
  local      it boots from its disk, as it was told
  failed     it came to a stop on the way
  refused    it was given nothing to boot, or no answer
  looping    it fetched the same first stage again and again
  elsewhere  it was told to fetch a file of another server, and nothing was seen since

What is shown is gone when leased restarts; events are not (rollcall event list --kind 'boot.*').`,
		Example: `  rollcall boot list
  rollcall boot list --state failed -o json`,
		Args: cobra.NoArgs,
	}
	state := addChoice(cmd, "state", "only those in `STATE`", bootStates)
	limit := cmd.Flags().Uint16("limit", 100, "at most `N`, up to 1000")
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewBootServiceClient(conn).List,
				&leasedv1.BootServiceListRequest{Limit: int32(*limit), State: state.value})
			if err != nil {
				return err
			}
			return printList(a, f, bootColumns, whole(res.GetMachines(), 0), "no machine has booted from the network lately")
		})
	}
	return cmd
}

func (a *app) bootFinish() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "finish MACHINE",
		Short: "Say that a machine is done: with netboot once it boots from its disk from now on",
		Long: `Say that a machine is done, as its installer can by fetching /rollcall/done from the frontend's HTTP server: where its reservation
says netboot: once, it boots from its disk from now on, until rollcall boot restart.

` + machineHelp,
		Example: `  rollcall boot finish 52:54:00:12:34:56
  rollcall boot finish desk7`,
		Args: cobra.ExactArgs(1),
	}
	a.completeBoots(cmd)
	cmd.RunE = a.changeBoot(func(ctx context.Context, client leasedv1.BootServiceClient, hardware string) error {
		res, err := ask(ctx, a, client.Finish, &leasedv1.FinishRequest{Hardware: hardware})
		if err != nil {
			return err
		}
		return a.sayChange(res.GetChanged(), "finished "+hardware, hardware+" is done already, or is not known to boot")
	})
	return cmd
}

// changeBoot runs what a verb does with the machine that its argument names.
func (a *app) changeBoot(do func(ctx context.Context, client leasedv1.BootServiceClient, hardware string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewBootServiceClient(conn)
			hardware, err := a.findMachine(ctx, client, args[0])
			if err != nil {
				return err
			}
			return do(ctx, client, hardware)
		})
	}
}

func (a *app) bootRestart() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restart MACHINE",
		Short: "Let a machine boot from the network again, after a loop or when it was done",
		Long: `Let a machine boot from the network again, after a loop or when it was done.

` + machineHelp,
		Example: `  rollcall boot restart 52:54:00:12:34:56
  rollcall boot restart desk7`,
		Args: cobra.ExactArgs(1),
	}
	a.completeBoots(cmd)
	cmd.RunE = a.changeBoot(func(ctx context.Context, client leasedv1.BootServiceClient, hardware string) error {
		res, err := ask(ctx, a, client.Restart, &leasedv1.RestartRequest{Hardware: hardware})
		if err != nil {
			return err
		}
		return a.sayChange(res.GetChanged(), hardware+" may boot again", hardware+" is in no loop and was not done: it may boot as it is")
	})
	return cmd
}

// sayChange says on standard output what was changed, or on standard error that nothing was.
func (a *app) sayChange(changed bool, done, nothing string) error {
	if !changed {
		fmt.Fprintln(a.Stderr, nothing)
		return nil
	}
	_, err := fmt.Fprintln(a.Stdout, done)
	return err
}

var serverColumns = []column[*leasedv1.ForeignServer]{
	{key: "address", head: "ADDRESS", value: func(s *leasedv1.ForeignServer) any { return s.GetAddress() }},
	{key: "hardware", head: "HARDWARE", value: func(s *leasedv1.ForeignServer) any { return s.GetHardware() }},
	{key: "link", head: "LINK", value: func(s *leasedv1.ForeignServer) any { return s.GetLink() }},
	{
		key: "proxy", head: "GIVES", value: func(s *leasedv1.ForeignServer) any { return s.GetProxy() },
		cell: func(s *leasedv1.ForeignServer, _ time.Time) string {
			if s.GetProxy() {
				return "boot files"
			}
			return "addresses"
		},
	},
	{key: "file", head: "FILE", value: func(s *leasedv1.ForeignServer) any { return s.GetFile() }},
	{key: "client", head: "TO", value: func(s *leasedv1.ForeignServer) any { return s.GetClient() }},
	{key: "count", head: "TIMES", value: func(s *leasedv1.ForeignServer) any { return s.GetCount() }},
	{key: "first", head: "FIRST", value: func(s *leasedv1.ForeignServer) any { return instant(s.GetFirst()) }},
	{key: "last", head: "LAST", value: func(s *leasedv1.ForeignServer) any { return instant(s.GetLast()) }},
}

func (a *app) bootServers() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "servers",
		Short: "Show other DHCP and proxyDHCP servers that frontends saw, the latest first",
		Example: `  rollcall boot servers
  rollcall boot servers -o json`,
		Args: cobra.NoArgs,
	}
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewBootServiceClient(conn).ListServers, &leasedv1.ListServersRequest{})
			if err != nil {
				return err
			}
			return printList(a, f, serverColumns, whole(res.GetServers(), 0), "no other server was seen")
		})
	}
	return cmd
}
