package cli

import (
	"iter"
	"time"

	"github.com/spf13/cobra"

	"rollcall/internal/config"
	"rollcall/internal/rpc"
)

// Tree yields every command of the program with its path.
func Tree() iter.Seq2[string, *cobra.Command] {
	a := &app{Env: Env{Getenv: func(string) string { return "" }}}
	return func(yield func(string, *cobra.Command) bool) {
		var walk func(*cobra.Command) bool
		walk = func(cmd *cobra.Command) bool {
			if !yield(cmd.CommandPath(), cmd) {
				return false
			}
			for _, c := range cmd.Commands() {
				if !walk(c) {
					return false
				}
			}
			return true
		}
		walk(a.root())
	}
}

// Locate says where the verbs look for a service with a configuration, and whether they would show a certificate there.
func Locate(cfg *config.Config, service string) (endpoint string, tls bool, err error) {
	t, err := (&app{}).secured(located(cfg, service))
	return t.endpoint.String(), t.tls != nil, err
}

// Relative says how far a time is from now.
func Relative(t, now time.Time) string { return relative(t, now) }

// Diagnose says why the socket of leased does not let us in.
func Diagnose(socket string, cause error) string {
	t := target{service: serviceLeased, endpoint: rpc.Endpoint{Network: rpc.NetworkUnix, Address: socket}}
	return t.diagnose(cause)
}
