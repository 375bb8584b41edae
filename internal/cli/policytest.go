package cli

import (
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"rollcall/leased/policy/policytest"
	"rollcall/leased/policy/sandbox"
)

func (a *app) policyTestVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test [FILE...]",
		Short: "Run the tests of policy files",
		Long: `Run the tests of policy files: the functions whose names begin with test_, in the order in which they stand. They call the hooks of
the file with requests, leases and replies that the module test builds, and say with test.eq, test.true and test.fails what must come of
it. Nothing is sent, and no service is needed.

Without FILE the files are those of the configuration. The names of options that it defines are known to the tests, and its policy.steps
and policy.seed count. Where no configuration is named and there is none in its usual place, the defaults do.`,
		Example: `  rollcall policy test phones.star
  rollcall policy test -v --run phone /etc/rollcall/policy/*.star
  rollcall policy test -c rollcall.yaml -o json policy/*.star`,
		Args: cobra.ArbitraryArgs,
	}
	completeFiles(cmd, "star")
	match := cmd.Flags().String("run", "", "run the tests only whose names match `REGEXP`")
	verbose := cmd.Flags().BoolP("verbose", "v", false, "name the tests that pass too")
	f := addListFormat(cmd)
	cmd.RunE = func(_ *cobra.Command, files []string) error {
		around, err := a.policySurroundings()
		if err != nil {
			return err
		}
		if files = around.files(files); len(files) == 0 {
			return errNoPolicy
		}
		cfg := policytest.Config{Names: around.names, Seed: around.settings.Seed, Steps: uint64(around.settings.Steps)}
		if *match != "" {
			if cfg.Match, err = regexp.Compile(*match); err != nil {
				return usagef("--run: %v", err)
			}
		}
		r := policyReport{app: a, verbose: *verbose, listed: f.value != formatTable}
		for _, name := range files {
			file, err := policytest.Run(cfg, name)
			if problems, ok := errors.AsType[*sandbox.Errors](err); ok {
				r.broken(problems)
				continue
			}
			if err != nil {
				return err
			}
			if err := r.file(file); err != nil {
				return err
			}
		}
		if r.listed {
			if err := printList(a, f, policyTestColumns, whole(r.rows, 0), ""); err != nil {
				return err
			}
		}
		return r.close(*match)
	}
	return cmd
}
