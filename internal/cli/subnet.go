package cli

import (
	"net/netip"

	"github.com/spf13/cobra"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

// addSubnet gives a command --subnet as a filter.
func (a *app) addSubnet(cmd *cobra.Command) *string {
	return a.addSubnetTo(cmd, "only of `SUBNET`, a name or name/serial")
}

// addSubnetTo gives a command --subnet with a use of its own.
func (a *app) addSubnetTo(cmd *cobra.Command, usage string) *string {
	subnet := cmd.Flags().String("subnet", "", usage)
	complete(cmd, "subnet", func(*cobra.Command, string) []string { return a.subnetNames() })
	return subnet
}

// subnetArg offers the subnets for an argument.
func (a *app) subnetArg(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.subnetNames(), cobra.ShellCompDirectiveNoFileComp
}

// in says where: " in subnet lobby", or "" for everywhere.
func in(subnet string) string {
	if subnet == "" {
		return ""
	}
	return " in subnet " + subnet
}

// configured are the subnets of the configuration by name or name/serial, and the names of options there; nil where it is not to be
// had, or where a flag sends the verb to a leased that may have another.
func (a *app) configured() (map[string]netip.Prefix, *option.Names) {
	cfg, err := config.Load(a.global.config)
	if err != nil || cfg.Leased == nil || a.global.leased != "" {
		return nil, nil
	}
	prefixes := make(map[string]netip.Prefix)
	for _, s := range cfg.Leased.Subnets {
		prefixes[s.Ref()] = s.Prefix
	}
	return prefixes, cfg.Leased.Names
}

// subnetNames are the subnets of the configuration in its order.
func (a *app) subnetNames() []string {
	cfg, err := config.Load(a.global.config)
	if err != nil || cfg.Leased == nil {
		return nil
	}
	var names []string
	for _, s := range cfg.Leased.Subnets {
		names = append(names, s.Ref()+"\t"+s.Prefix.String())
	}
	return names
}
