package cli

import (
	"github.com/spf13/cobra"
)

// group is a word that only gathers verbs: lease, pool and so on.
func group(word, short, example string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: word, Short: short, Example: example}
	cmd.AddCommand(verbs...)
	return cmd
}
