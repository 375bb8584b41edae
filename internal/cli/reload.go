package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/fault"
	controlv1 "rollcall/proto/control/v1"
)

// allServices are the services in the order in which they start.
var allServices = []string{serviceLeased, serviceWebhookd, serviceFrontend}

func (a *app) reloadVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reload [SERVICE...]",
		Short: "Make the running services read their configuration again",
		Long: `Make the running services read their configuration again, without closing a socket or losing a packet. A faulty file leaves
the old configuration in force. Without arguments all services are told that the configuration has a section for.`,
		Example: `  rollcall reload
  rollcall reload leased
  rollcall reload -c /etc/rollcall/lobby.yaml`,
		Args:      cobra.OnlyValidArgs,
		ValidArgs: allServices,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		cfg, err := a.quietConfig()
		if err != nil {
			return err
		}
		if len(args) == 0 {
			args = sectionsOf(cfg)
		}
		var done []string // services of one process answer for each other
		var first error
		for _, service := range args {
			if slices.Contains(done, service) {
				continue
			}
			took, err := a.reloadOne(cmd.Context(), cfg, service)
			done = append(done, took...)
			if err != nil {
				a.reportReload(service, err)
				if first == nil {
					first = &reportedError{reloadStatus(err)}
				}
			}
		}
		return first
	}
	return cmd
}

// sectionsOf lists the services that a configuration has a section for; without a configuration, all.
func sectionsOf(cfg *config.Config) []string {
	if cfg == nil {
		return allServices
	}
	var services []string
	for _, s := range allServices {
		if hasSection(cfg, s) {
			services = append(services, s)
		}
	}
	return services
}

// hasSection reports whether a configuration has the section of a service.
func hasSection(cfg *config.Config, service string) bool {
	switch service {
	case serviceFrontend:
		return cfg.Frontend != nil
	case serviceLeased:
		return cfg.Leased != nil
	case serviceWebhookd:
		return cfg.Webhookd != nil
	}
	return false
}

// reloadOne tells one service and returns the services of its process, all of which took the configuration.
func (a *app) reloadOne(ctx context.Context, cfg *config.Config, service string) (took []string, err error) {
	t, err := a.controlTarget(cfg, service)
	if err != nil {
		return nil, err
	}
	err = a.with(ctx, t, func(ctx context.Context, conn *grpc.ClientConn) error {
		res, err := ask(ctx, a, controlv1.NewControlServiceClient(conn).Reload, &controlv1.ReloadRequest{})
		if err != nil {
			return err
		}
		took = append(res.GetServices(), service)
		_, err = fmt.Fprintf(a.Stdout, "%s: took %s\n", strings.Join(res.GetServices(), ", "), res.GetPath())
		return err
	})
	return took, err
}

// controlTarget says where the process of a service listens.
func (a *app) controlTarget(cfg *config.Config, service string) (target, error) {
	switch {
	case service == serviceLeased && a.global.leased != "":
		return a.find(service, a.global.leased, "--leased")
	case service == serviceWebhookd && a.global.webhookd != "":
		return a.find(service, a.global.webhookd, "--webhookd")
	}
	return a.secured(located(cfg, service))
}

// reportReload says why a service did not take the configuration: the faults of its file as they are, everything else in a line.
func (a *app) reportReload(service string, err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Reason == reasonBadConfig {
		fmt.Fprintln(a.Stderr, strings.TrimRight(f.Msg, "\n"))
		fmt.Fprintf(a.Stderr, "rollcall: %s keeps its old configuration\n", service)
		return
	}
	fmt.Fprintf(a.Stderr, "rollcall: %s: %s\n", service, sentence(err))
}

// reloadStatus is the exit status for a failed reload: that of a faulty configuration where it was one.
func reloadStatus(err error) int {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Reason == reasonBadConfig {
		return exitUsage
	}
	return exitOf(err)
}
