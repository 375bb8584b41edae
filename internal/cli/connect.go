package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/rpc"
)

// defaultTimeout is what --timeout is without being given.
const defaultTimeout = 10 * time.Second

// The names of the services, as in the configuration and in messages.
const (
	serviceFrontend = "frontend"
	serviceLeased   = "leased"
	serviceWebhookd = "webhookd"
)

// defaultSocket is where a service listens unless its configuration says otherwise.
func defaultSocket(service string) rpc.Endpoint {
	return rpc.Endpoint{Network: rpc.NetworkUnix, Address: "/run/rollcall/" + service + ".sock"}
}

// target is a service as a verb reaches it.
type target struct {
	service  string
	endpoint rpc.Endpoint
	tls      *rpc.TLS // nil for a unix socket
}

// withLeased calls do with a connection to leased.
func (a *app) withLeased(ctx context.Context, do func(context.Context, *grpc.ClientConn) error) error {
	t, err := a.find(serviceLeased, a.global.leased, "--leased")
	if err != nil {
		return err
	}
	return a.with(ctx, t, do)
}

// withWebhookd calls do with a connection to webhookd.
func (a *app) withWebhookd(ctx context.Context, do func(context.Context, *grpc.ClientConn) error) error {
	t, err := a.find(serviceWebhookd, a.global.webhookd, "--webhookd")
	if err != nil {
		return err
	}
	return a.with(ctx, t, do)
}

// with calls do with a connection, which is made at the first call, and says what to do when there is nobody.
func (a *app) with(ctx context.Context, t target, do func(context.Context, *grpc.ClientConn) error) error {
	conn, err := rpc.Dial(t.endpoint, t.tls)
	if err != nil {
		return err
	}
	defer conn.Close()
	return t.explain(do(ctx, conn))
}

// find says where a service is: where the flag says, else where the configuration says, else at the default socket.
func (a *app) find(service, given, flag string) (target, error) {
	if given != "" {
		ep, err := rpc.Parse(given)
		if err != nil {
			return target{}, usagef("%s: %v", flag, err)
		}
		return a.secured(target{service: service, endpoint: ep})
	}
	cfg, err := a.quietConfig()
	if err != nil {
		// Only the address of the service was wanted of the file; the service itself may be well.
		fmt.Fprintf(a.Stderr, "rollcall: where %s listens should stand in %s; to do without the file, say it with %s\n", service,
			a.global.config, flag)
		return target{}, err
	}
	return a.secured(located(cfg, service))
}

// located says where the configuration puts a service. The service's own section wins; on a host that runs only its callers,
// their sections name leased.
func located(cfg *config.Config, service string) target {
	t := target{service: service, endpoint: defaultSocket(service)}
	use := func(ep rpc.Endpoint, tls *rpc.TLS) target {
		t.endpoint, t.tls = ep, tls
		return t
	}
	switch {
	case cfg == nil:
	case service == serviceFrontend && cfg.Frontend != nil:
		return use(nearest(cfg.Frontend.Listen), cfg.Frontend.TLS)
	case service == serviceLeased && cfg.Leased != nil:
		return use(nearest(cfg.Leased.Listen), cfg.Leased.TLS)
	case service == serviceLeased && cfg.Frontend != nil:
		return use(cfg.Frontend.Leased, cfg.Frontend.TLS)
	case service == serviceLeased && cfg.Webhookd != nil:
		return use(cfg.Webhookd.Leased, cfg.Webhookd.TLS)
	case service == serviceWebhookd && cfg.Webhookd != nil:
		return use(nearest(cfg.Webhookd.Listen), cfg.Webhookd.TLS)
	}
	return t
}

// nearest picks the endpoint to call a service of this host at: a unix socket, where it has one.
func nearest(listen []rpc.Endpoint) rpc.Endpoint {
	if i := slices.IndexFunc(listen, func(e rpc.Endpoint) bool { return e.Network == rpc.NetworkUnix }); i >= 0 {
		return listen[i]
	}
	return listen[0]
}

// secured gives a target on TCP the certificates to show: those of the flags, else those of the configuration.
func (a *app) secured(t target) (target, error) {
	if t.endpoint.Network == rpc.NetworkUnix {
		t.tls = nil
		return t, nil
	}
	g := a.global
	if g.tlsCert == "" && g.tlsKey == "" && g.tlsCA == "" {
		if t.tls == nil {
			return target{}, usagef("%s is at %s, which needs certificates: give --tls-cert, --tls-key and --tls-ca", t.service, t.endpoint)
		}
		return t, nil
	}
	if g.tlsCert == "" || g.tlsKey == "" || g.tlsCA == "" {
		return target{}, usagef("--tls-cert, --tls-key and --tls-ca go together")
	}
	t.tls = &rpc.TLS{CertFile: g.tlsCert, KeyFile: g.tlsKey, CAFile: g.tlsCA}
	return t, nil
}
