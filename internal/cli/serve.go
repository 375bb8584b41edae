package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"rollcall/internal/config"
	"rollcall/internal/headroom"
)

// serveVerbs are the verbs that run services until they are told to stop.
func (a *app) serveVerbs() []*cobra.Command {
	return []*cobra.Command{
		a.serveVerb("up", "Run all services in one process",
			`  rollcall up -c rollcall.yaml
  rollcall check && rollcall up`, allServices,
			func(o config.Observe) string { return o.Listen }),
		a.serveVerb(serviceLeased, "Run leased: everything that is decided or remembered",
			`  rollcall leased -c rollcall.yaml`, []string{serviceLeased},
			func(o config.Observe) string { return o.Leased }),
		a.serveVerb(serviceFrontend, "Run a frontend: the sockets, and where a reply goes",
			`  rollcall frontend -c rollcall.yaml`, []string{serviceFrontend},
			func(o config.Observe) string { return o.Frontend }),
		a.serveVerb(serviceWebhookd, "Run webhookd: events to your HTTP endpoints",
			`  rollcall webhookd -c rollcall.yaml`, []string{serviceWebhookd},
			func(o config.Observe) string { return o.Webhookd }),
	}
}

const serveLong = `

SIGTERM and SIGINT end it in order within five seconds; a second one ends it at once. SIGHUP, or rollcall reload, puts a changed
configuration in force without closing a socket; a faulty one leaves the old one in force. The log goes to standard error. Under
systemd it says when it is ready (Type=notify-reload).`

// serveVerb is one of them. observe picks the address at which the process is watched.
func (a *app) serveVerb(word, short, example string, services []string, observe func(config.Observe) string) *cobra.Command {
	cmd := &cobra.Command{Use: word, Short: short, Long: short + "." + serveLong, Example: example, Args: cobra.NoArgs}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), services, observe) }
	return cmd
}

// serve runs the services until ctx ends.
func (a *app) serve(ctx context.Context, services []string, observe func(config.Observe) string) error {
	// By its whole path, as a reload has it: what the file names beside itself is called the same both times.
	path, err := filepath.Abs(a.global.config)
	if err != nil {
		return fmt.Errorf("find %s: %w", a.global.config, err)
	}
	a.global.config = path
	cfg, err := a.load()
	if err != nil {
		return err
	}
	for _, s := range services {
		if !hasSection(cfg, s) {
			add := "add one"
			if s == serviceWebhookd {
				add = "add webhookd: {}, which tells nobody of events"
			}
			return usagef("%s has no section %s; %s, or run only the services that it has", filepath.Base(cfg.Path), s, add)
		}
	}
	headroom.Keep(a.Getenv)
	p, err := newProcess(cfg, services, observe, a.Stderr)
	if err != nil {
		return err
	}
	return p.run(ctx)
}
