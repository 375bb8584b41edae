package cli

import (
	"log/slog"
	"maps"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend"
	"rollcall/internal/config"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	"rollcall/leased"
	controlv1 "rollcall/proto/control/v1"
	"rollcall/webhookd"
)

// parts are what a service is built from.
type parts struct {
	cfg      *config.Config
	log      *slog.Logger
	registry prometheus.Registerer
	ready    *obs.Ready
	control  *control
	local    *rpc.Local // joins the services of this process
}

// register adds ControlService to the server of a service.
func (p parts) register(r grpc.ServiceRegistrar) {
	controlv1.RegisterControlServiceServer(r, p.control)
}

// controlAllow says who may call ControlService.
var controlAllow = map[string][]rpc.Role{
	controlv1.ControlService_ServiceDesc.ServiceName:             {rpc.Operator},
	controlv1.ControlService_ServiceDesc.ServiceName + "/Status": {rpc.Operator, rpc.Reader},
}

// builders make the services. This is the one place that knows them all.
var builders = map[string]func(parts) (service, error){
	serviceLeased:   buildLeased,
	serviceWebhookd: buildWebhookd,
	serviceFrontend: buildFrontend,
}

func buildLeased(p parts) (service, error) {
	s, err := leased.New(leased.Config{
		Leased: p.cfg.Leased, DataDir: p.cfg.DataDir, Log: p.log, Registry: p.registry, Ready: p.ready,
		Local: p.local, Register: p.register, Allow: maps.Clone(controlAllow),
	})
	if err != nil {
		return service{}, err
	}
	return service{
		name: serviceLeased, run: s.Run, ready: s.Ready(),
		prepare: func(cfg *config.Config) (func(), error) { return s.Prepare(cfg.Leased) },
	}, nil
}

func buildWebhookd(p parts) (service, error) {
	s, err := webhookd.New(webhookd.Config{
		Webhookd: *p.cfg.Webhookd, DataDir: p.cfg.DataDir, Log: p.log, Registry: p.registry, Ready: p.ready,
		Local: p.local, Register: p.register, Allow: maps.Clone(controlAllow),
	})
	if err != nil {
		return service{}, err
	}
	return service{
		name: serviceWebhookd, run: s.Run, ready: s.Ready(),
		prepare: func(cfg *config.Config) (func(), error) { return s.Prepare(*cfg.Webhookd) },
	}, nil
}

func buildFrontend(p parts) (service, error) {
	s, err := frontend.New(frontend.Config{
		Frontend: *p.cfg.Frontend, Log: p.log, Registry: p.registry, Ready: p.ready,
		Local: p.local, Register: p.register, Allow: maps.Clone(controlAllow),
	})
	if err != nil {
		return service{}, err
	}
	return service{
		name: serviceFrontend, run: s.Run, ready: s.Ready(),
		prepare: func(cfg *config.Config) (func(), error) { return s.Prepare(*cfg.Frontend) },
	}, nil
}
