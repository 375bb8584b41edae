package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/config"
	"rollcall/internal/daemon"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
)

// service is one service as the process sees it.
type service struct {
	name string
	// run runs it until ctx ends.
	run func(ctx context.Context) error
	// ready is closed once its API is served.
	ready <-chan struct{}
	// prepare does of a reload what can fail; apply puts its section of the configuration in force.
	prepare func(*config.Config) (apply func(), err error)
}

// process is one or all services with what they share: log, metrics, readiness, the way to each other and to a new configuration.
type process struct {
	services []service
	log      *slog.Logger
	registry *prometheus.Registry
	ready    *obs.Ready
	reloader *reloader
}

// newProcess builds the services; nothing runs yet. Their order is that in which they start. observe picks the address at which
// the process is watched.
func newProcess(cfg *config.Config, names []string, observe func(config.Observe) string, stderr io.Writer) (*process, error) {
	level := new(slog.LevelVar)
	level.Set(levelOf(cfg.Log))
	p := &process{log: obs.NewLogger(stderr, level, cfg.Log.Format), registry: obs.NewRegistry(), ready: new(obs.Ready)}
	p.reloader = &reloader{path: cfg.Path, observe: observe, level: level, log: p.log, current: cfg}
	control := &control{reloader: p.reloader, ready: p.ready, started: time.Now()}
	shared := parts{cfg: cfg, log: p.log, registry: p.registry, ready: p.ready, control: control, local: new(rpc.Local)}
	for _, name := range names {
		s, err := builders[name](shared)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", name, err)
		}
		p.services = append(p.services, s)
	}
	p.reloader.services = p.services
	return p, nil
}

// run runs the services until ctx ends or one of them fails, and stops them in the reverse of their order: first nothing new is
// read from the network, last the one that remembers goes. The listener for watching is outside of that order.
func (p *process) run(ctx context.Context) error {
	var groups [][]daemon.Task
	if listen := p.reloader.observe(p.reloader.current.Observe); listen != "" {
		server := obs.NewServer(listen, p.registry, p.ready, p.log)
		groups = append(groups, []daemon.Task{{Name: "observe", Run: server.Run}})
	}
	for i := range p.services {
		groups = append(groups, []daemon.Task{{Name: p.services[i].name, Run: func(ctx context.Context) error {
			// Once the ones before it are served, so that nobody calls in vain and waits to call again.
			if !p.served(ctx, p.services[:i]) {
				return nil
			}
			return p.services[i].run(ctx)
		}}})
	}
	groups = append(groups, []daemon.Task{
		{Name: "reload", Run: func(ctx context.Context) error {
			return daemon.Reload(ctx, func() {
				_ = p.reloader.reload(ctx) // logged there; nobody else has asked
			})
		}},
		{Name: "announce", Run: p.announce},
	})
	p.log.InfoContext(ctx, "starting", obs.KeyVersion, built(), obs.KeyPath, p.reloader.path,
		obs.KeyService, strings.Join(p.reloader.names(), ","))
	return daemon.Run(ctx, p.log, groups...)
}

// served waits until the APIs of services are served; false: ctx ended before that.
func (p *process) served(ctx context.Context, services []service) bool {
	for _, s := range services {
		select {
		case <-s.ready:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// announce tells systemd when all services are served, and when that ends.
func (p *process) announce(ctx context.Context) error {
	if !p.served(ctx, p.services) {
		return nil
	}
	p.reloader.notify(daemon.StateReady)
	p.log.InfoContext(ctx, "serving", obs.KeyService, strings.Join(p.reloader.names(), ","))
	<-ctx.Done()
	p.reloader.notify(daemon.StateStopping)
	return nil
}
