package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// completionTimeout is how long the shell waits for addresses to offer: what feels immediate.
const completionTimeout = 300 * time.Millisecond

func (a *app) completionVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Write what makes a shell complete verbs, flags, subnets and addresses",
		Example: `  source <(rollcall completion bash)
  rollcall completion zsh > "${fpath[1]}/_rollcall"
  rollcall completion fish > ~/.config/fish/completions/rollcall.fish`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish"},
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch args[0] {
		case "bash":
			return cmd.Root().GenBashCompletionV2(a.Stdout, true)
		case "zsh":
			return cmd.Root().GenZshCompletion(a.Stdout)
		default:
			return cmd.Root().GenFishCompletion(a.Stdout, true)
		}
	}
	return cmd
}

// complete makes the shell offer words for the value of a flag.
func complete(cmd *cobra.Command, flag string, words func(cmd *cobra.Command, begun string) []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return words(cmd, begun), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic("cli: complete --" + flag + ": " + err.Error()) // no such flag, or twice
	}
}

// addEndpoint gives a command --endpoint.
func (a *app) addEndpoint(cmd *cobra.Command, usage string) *string {
	endpoint := cmd.Flags().String("endpoint", "", usage)
	complete(cmd, "endpoint", func(*cobra.Command, string) []string {
		cfg, err := config.Load(a.global.config)
		if err != nil || cfg.Webhookd == nil {
			return nil
		}
		var names []string
		for _, e := range cfg.Webhookd.Endpoints {
			names = append(names, e.Name)
		}
		return names
	})
	return endpoint
}

// completeAddresses makes the shell offer leased addresses for the arguments of a verb.
func (a *app) completeAddresses(cmd *cobra.Command) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return a.leasedAddresses(cmd.Context()), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeAddressFlag makes the shell offer leased addresses for a flag.
func (a *app) completeAddressFlag(cmd *cobra.Command, flag string) {
	complete(cmd, flag, func(cmd *cobra.Command, _ string) []string { return a.leasedAddresses(cmd.Context()) })
}

// leasedAddresses are the addresses held now with their holders, if leased answers quickly.
func (a *app) leasedAddresses(ctx context.Context) []string {
	if ctx == nil {
		ctx = context.Background() // cobra has none while it completes flags
	}
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	var words []string
	// An error means that there is nothing to offer, and nowhere to say so: the shell is in the middle of a line.
	_ = a.withLeased(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		res, err := leasedv1.NewLeaseServiceClient(conn).List(ctx, &leasedv1.LeaseServiceListRequest{
			PageSize: pageSize, State: leasedv1.LeaseState_LEASE_STATE_ACTIVE,
		})
		for _, l := range res.GetLeases() {
			words = append(words, l.GetAddress()+"\t"+printable(l.GetHardware()+" "+l.GetHostname()))
		}
		return err
	})
	return words
}

// classNames are the classes of the configuration.
func (a *app) classNames() []string {
	cfg, err := config.Load(a.global.config)
	if err != nil || cfg.Leased == nil {
		return nil
	}
	var names []string
	for _, c := range cfg.Leased.Classes {
		names = append(names, c.Name)
	}
	return names
}

// completeOptions makes the shell offer names of options for --option, behind which = and a value go.
func (a *app) completeOptions(cmd *cobra.Command, clients bool) {
	err := cmd.RegisterFlagCompletionFunc("option", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.optionNames(clients), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	if err != nil {
		panic("cli: complete --option: " + err.Error()) // no such flag, or twice
	}
}

// optionNames are the names of options that an operator may set, the ones of the configuration included; all where it is
// clients that send them.
func (a *app) optionNames(clients bool) []string {
	known := option.Standard()
	if cfg, err := config.Load(a.global.config); err == nil && cfg.Leased != nil {
		known = cfg.Leased.Names
	}
	var names []string
	for code := option.Pad + 1; code < option.End; code++ {
		def := known.ByCode(code)
		if !strings.HasPrefix(def.Name, "option-") && (clients || def.Reserved == "") {
			names = append(names, def.Name)
		}
	}
	return names
}
