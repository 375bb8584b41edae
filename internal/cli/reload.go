package cli

import (
	"context"
	"errors"
	"fmt"
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
		told := make(map[string]bool)
		var first error
		for _, service := range args {
			if told[service] {
				continue
			}
			if err := a.reloadOne(cmd.Context(), cfg, service, told); err != nil && first == nil {
				first = &reportedError{reloadStatus(err)}
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

// reloadOne tells the process that runs a service, adds all services of that process to told, and says what came of it.
func (a *app) reloadOne(ctx context.Context, cfg *config.Config, service string, told map[string]bool) error {
	process := []string{service}
	err := a.withControl(ctx, cfg, service, func(ctx context.Context, client controlv1.ControlServiceClient) error {
		status, err := ask(ctx, a, client.Status, &controlv1.StatusRequest{})
		if err != nil {
			return err
		}
		process = status.GetServices()
		for _, s := range process {
			told[s] = true
		}
		res, err := ask(ctx, a, client.Reload, &controlv1.ReloadRequest{})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Stdout, "%s: took %s\n", strings.Join(res.GetServices(), ", "), res.GetPath())
		return err
	})
	if err != nil {
		a.reportReload(strings.Join(process, ", "), err)
	}
	return err
}

// withControl calls do with the ControlService of the process that runs a service.
func (a *app) withControl(ctx context.Context, cfg *config.Config, service string, do func(context.Context, controlv1.ControlServiceClient) error) error {
	t, err := a.controlTarget(cfg, service)
	if err != nil {
		return err
	}
	return a.with(ctx, t, func(ctx context.Context, conn *grpc.ClientConn) error {
		return do(ctx, controlv1.NewControlServiceClient(conn))
	})
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

// reportReload says why a process did not take the configuration: the faults of its file as they are, everything else in a line.
func (a *app) reportReload(services string, err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Reason == reasonBadConfig {
		fmt.Fprintln(a.Stderr, strings.TrimRight(f.Msg, "\n"))
		fmt.Fprintf(a.Stderr, "rollcall: the old configuration stays in force: %s\n", services)
		return
	}
	fmt.Fprintf(a.Stderr, "rollcall: %s: %s\n", services, sentence(err))
}

// reloadStatus is the exit status for a failed reload: that of a faulty configuration where it was one.
func reloadStatus(err error) int {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Reason == reasonBadConfig {
		return exitUsage
	}
	return exitOf(err)
}
