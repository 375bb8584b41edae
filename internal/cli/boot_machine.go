package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/hwaddr"
	leasedv1 "rollcall/proto/leased/v1"
)

// machineHelp says what findMachine takes.
const machineHelp = `MACHINE is its hardware address; or the address of its lease, its latest boot or its reservation; or the host name of its
reservation or lease.`

// findMachine returns the hardware address of the machine that an argument names.
func (a *app) findMachine(ctx context.Context, client leasedv1.BootServiceClient, name string) (string, error) {
	h, err := hwaddr.Parse(name)
	switch {
	case err == nil:
		return h.String(), nil
	case name == "":
		return "", usagef("name the machine: by its hardware address such as 52:54:00:12:34:56, its address or its host name")
	case strings.Contains(name, ":"): // as in no other name
		return "", usagef("%v", err)
	}
	res, err := ask(ctx, a, client.Find, &leasedv1.FindRequest{Name: name})
	return res.GetHardware(), err
}

// completeBoots makes the shell offer machines that booted lately for the argument of a verb.
func (a *app) completeBoots(cmd *cobra.Command) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.bootedMachines(cmd.Context(), begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// bootedMachines are the machines that booted lately, by hardware address or by what was begun, if leased answers quickly.
func (a *app) bootedMachines(ctx context.Context, begun string) []string {
	if ctx == nil {
		ctx = context.Background() // cobra has none while it completes
	}
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	var words []string
	// An error means that there is nothing to offer, and nowhere to say so: the shell is in the middle of a line.
	_ = a.withLeased(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		res, err := leasedv1.NewBootServiceClient(conn).List(ctx, &leasedv1.BootServiceListRequest{Limit: pageSize})
		for _, m := range res.GetMachines() {
			words = append(words, bootWord(m, begun))
		}
		return err
	})
	return words
}

// bootWord offers a machine by the name that goes on from what was begun, or else by its hardware address.
func bootWord(m *leasedv1.BootSummary, begun string) string {
	name := m.GetHardware()
	for _, other := range []string{m.GetAddress(), m.GetMachine()} {
		// A machine without a host name is called by its reservation, in two words.
		if begun != "" && !strings.HasPrefix(name, begun) && strings.HasPrefix(other, begun) && !strings.Contains(other, " ") {
			name = other
		}
	}
	about := []string{m.GetState(), m.GetMachine()}
	if name != m.GetHardware() {
		about[1] = m.GetHardware()
	}
	return printable(name) + "\t" + printable(strings.TrimSpace(strings.Join(about, " ")))
}
