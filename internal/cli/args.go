package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

// exactlyOneOf demands either arguments, which what names, or exactly one of the flags. A verb that can hit everything must be
// told so.
func exactlyOneOf(what string, flags ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		n := min(len(args), 1)
		for _, f := range flags {
			if cmd.Flags().Changed(f) {
				n++
			}
		}
		if n != 1 {
			return usagef("give %s or --%s, and only one of these", what, strings.Join(flags, " or --"))
		}
		return nil
	}
}

// inWords makes a check of arguments say what the verb takes, where it has nothing better to say.
func inWords(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if _, ok := errors.AsType[*usageError](err); ok || err == nil {
			return err
		}
		return usagef("write `%s`", cmd.UseLine())
	}
}
