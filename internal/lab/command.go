package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

const about = `Builds an isolated network in namespaces of its own and shows on it, with real DHCP clients, what rollcall does: a
registered machine gets its own address, a squatter on an address of the pool is found, a stranger gets a guest lease,
is reported to a registration desk by a signed webhook, enrolled, and moved; leased is killed and comes back with every
lease.

Then it stays up to be looked at, until Ctrl-C. It needs root, and touches nothing outside its namespaces and one
temporary directory, which it removes.`

// hold returns a context that ends when the user or the terminal wants the lab to
// end. Until release is called they cannot end the process itself, not by a second
// Ctrl-C either: the removal of the lab is bounded, and without it the namespaces
// would stay.
func hold(ctx context.Context) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case sig := <-ch:
			cancel(fmt.Errorf("received %s", sig))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		cancel(nil)
	}
}

// Command returns the verb `lab`.
func Command() *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use:   "lab [--once]",
		Short: "Show it all on an isolated network (needs root)",
		Long:  about,
		Example: `  rollcall lab
  rollcall lab --once`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := systemPath(); err != nil {
				return fmt.Errorf("set PATH: %w", err)
			}
			if err := check(os.Geteuid(), exec.LookPath); err != nil {
				return err
			}
			executable, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find rollcall itself: %w", err)
			}
			ctx, release := hold(cmd.Context())
			defer release()
			return config{
				executable: executable,
				once:       once,
				out:        cmd.OutOrStdout(),
				errOut:     cmd.ErrOrStderr(),
			}.run(ctx)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "tell the story in less than a minute and end, with status 0 if every step succeeded")
	return cmd
}
