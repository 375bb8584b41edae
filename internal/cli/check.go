package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/internal/config"
	"rollcall/leased"
)

func (a *app) checkVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for faults in a configuration file, without touching anything",
		Example: `  rollcall check -c rollcall.yaml
  rollcall check && rollcall reload`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		cfg, err := a.load()
		if err != nil {
			return err
		}
		hooks := 0
		if cfg.Leased != nil {
			if hooks, err = leased.Check(cfg.Leased); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(a.Stdout, "%s: %s; ok\n", filepath.Base(cfg.Path), summary(cfg, hooks))
		return err
	}
	return cmd
}

// summary counts what a configuration has, so that a section that is missing by mistake shows. hooks is how many its policy has.
func summary(cfg *config.Config, hooks int) string {
	var parts []string
	add := func(n int, one, many string) { parts = append(parts, count(n, one, many)) }
	if f := cfg.Frontend; f != nil {
		add(len(f.Links), "link", "links")
	}
	if l := cfg.Leased; l != nil {
		pools := 0
		for _, s := range l.Subnets {
			pools += len(s.Pools)
		}
		if len(l.Classes) > 0 {
			add(len(l.Classes), "class", "classes")
		}
		add(len(l.Subnets), "subnet", "subnets")
		add(pools, "pool", "pools")
		add(len(l.Reservations), "reservation", "reservations")
		if p := l.Policy; p != nil {
			add(len(p.Files), "policy file", "policy files")
			add(hooks, "hook", "hooks")
		}
	}
	if w := cfg.Webhookd; w != nil {
		add(len(w.Endpoints), "endpoint", "endpoints")
	}
	if len(parts) == 0 {
		return "no services"
	}
	return strings.Join(parts, ", ")
}
