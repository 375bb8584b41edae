package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/internal/lab"
)

// globals are the flags that every verb has.
type globals struct {
	config                 string
	leased, webhookd       string
	tlsCert, tlsKey, tlsCA string
	timeout                time.Duration
}

// defaultConfig is read when neither --config nor ROLLCALL_CONFIG names a file.
const defaultConfig = "/etc/rollcall/rollcall.yaml"

const about = `rollcall is DHCPv4 and network boot for networks that know their machines.

A machine with a reservation always gets its own address. A stranger gets a guest lease, and the registration system
hears of it through a signed webhook. When it is enrolled, it moves to its own address.`

// root builds the tree of verbs.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall",
		Short: "DHCPv4 and network boot for networks that know their machines",
		Long:  about,
		Example: `  rollcall check -c rollcall.yaml
  rollcall up -c rollcall.yaml
  rollcall lease list --subnet lobby
  rollcall reservation add --from-lease 10.99.0.50 --subnet hall --address 10.20.0.57
  rollcall explain --mac 52:54:00:12:34:56`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	a.globalFlags(root)

	running := &cobra.Group{ID: "run", Title: "Run services:"}
	operate := &cobra.Group{ID: "operate", Title: "Look and steer:"}
	other := &cobra.Group{ID: "other", Title: "Other:"}
	root.AddGroup(running, operate, other)
	root.SetHelpCommandGroupID(other.ID)
	add := func(g *cobra.Group, verbs ...*cobra.Command) {
		for _, v := range verbs {
			v.GroupID = g.ID
		}
		root.AddCommand(verbs...)
	}
	add(running, a.serveVerbs()...)
	add(running, a.checkVerb(), a.reloadVerb(), lab.Command())
	add(operate, a.explainVerb(), a.leaseVerbs(), a.reservationVerbs(), a.bootVerbs(), a.poolVerbs(), a.quarantineVerbs(),
		a.clientVerbs(), a.lookupVerbs(), a.policyVerbs(), a.eventVerbs(), a.deliveryVerbs(), a.backupVerb())
	add(other, a.versionVerb(), a.completionVerb())

	a.prepare(root)
	root.SetUsageTemplate(usage)
	return root
}

// globalFlags declares the flags that every verb has.
func (a *app) globalFlags(root *cobra.Command) {
	env := func(name, otherwise string) string {
		if v := a.Getenv(name); v != "" {
			return v
		}
		return otherwise
	}
	g, f := &a.global, root.PersistentFlags()
	f.SortFlags = false
	f.StringVarP(&g.config, "config", "c", env("ROLLCALL_CONFIG", defaultConfig), "configuration `FILE`")
	f.StringVar(&g.leased, "leased", env("ROLLCALL_LEASED", ""), "`ADDR` of leased, unix:///path or tcp://host:port (default: from the configuration)")
	f.StringVar(&g.webhookd, "webhookd", env("ROLLCALL_WEBHOOKD", ""), "`ADDR` of webhookd (default: from the configuration)")
	f.StringVar(&g.tlsCert, "tls-cert", "", "certificate `FILE` to show to a service on tcp://")
	f.StringVar(&g.tlsKey, "tls-key", "", "private key `FILE` of --tls-cert")
	f.StringVar(&g.tlsCA, "tls-ca", "", "`FILE` of the authorities that sign the services' certificates")
	f.DurationVar(&g.timeout, "timeout", defaultTimeout, "longest `TIME` to wait for one answer")
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // fails only for a flag that is not there
}

// prepare goes over the finished tree and gives every verb what all have in common.
func (a *app) prepare(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		a.prepare(c)
	}
	cmd.Flags().SortFlags = false
	cmd.DisableFlagsInUseLine = true
	if run := cmd.RunE; run != nil {
		cmd.Args = inWords(cmd.Args)
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.started = true
			return run(cmd, args)
		}
		return
	}
	// A verb that only groups others: without a word it shows them, with a wrong word it says which are right.
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.FParseErrWhitelist.UnknownFlags = true // they belong to the verb that was meant
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			cmd.SetOut(a.Stderr)
			_ = cmd.Help() // fails only with its writer, and then nothing can be said
			return &reportedError{exitUsage}
		}
		hint := "see `" + cmd.CommandPath() + " --help`"
		if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
			hint = "did you mean " + strings.Join(s, " or ") + "?"
		}
		return usagef("%q is no verb of %s; %s", args[0], cmd.CommandPath(), hint)
	}
}
