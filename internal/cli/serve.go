package cli

import "github.com/spf13/cobra"

func (a *app) serveVerbs() []*cobra.Command { return nil }
