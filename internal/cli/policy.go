package cli

import (
	"github.com/spf13/cobra"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

func (a *app) policyVerbs() *cobra.Command {
	return group("policy", "Try a policy: run its tests, or play recorded traffic through it",
		`  rollcall policy test /etc/rollcall/policy/*.star
  rollcall policy run --pcap morning.pcap`,
		a.policyTestVerb(), a.policyRunVerb())
}

// policySurroundings are what a policy finds besides its files.
type policySurroundings struct {
	names    *option.Names
	settings config.Policy
	// cfg is the configuration that says so, nil for none.
	cfg *config.Config
}

// policySurroundings takes them from the configuration. That may be missing where nobody has named it; then there are the defaults.
func (a *app) policySurroundings() (policySurroundings, error) {
	s := policySurroundings{names: option.Standard(), settings: config.DefaultPolicy()}
	var err error
	if s.cfg, err = a.quietConfig(); err != nil || s.cfg == nil || s.cfg.Leased == nil {
		return s, err
	}
	s.names = s.cfg.Leased.Names
	if p := s.cfg.Leased.Policy; p != nil {
		s.settings = *p
	}
	return s, nil
}

// files are those that are given, or else those of the configuration.
func (s *policySurroundings) files(given []string) []string {
	if len(given) > 0 {
		s.settings.FilePos = nil
		return given
	}
	return s.settings.Files
}

var errNoPolicy = usagef("name the files of the policy, or a configuration that does, with -c")

// completeFiles makes the shell offer files with an extension for the arguments of a verb.
func completeFiles(cmd *cobra.Command, extension string) {
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{extension}, cobra.ShellCompDirectiveFilterFileExt
	}
}
