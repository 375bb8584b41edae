package frontend

import (
	"reflect"

	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/internal/rpc"
)

// ReasonNeedsRestart is the reason of a reload that changes what only a restart can.
const ReasonNeedsRestart = "NEEDS_RESTART"

// restartOnly returns a fault if the two differ in what is fixed while the process runs.
func restartOnly(was, now config.Frontend) error {
	for _, c := range []struct {
		key      string
		was, now any
	}{
		{"frontend.leased", was.Leased, now.Leased},
		{"frontend.listen", was.Listen, now.Listen},
		{"frontend.tls", was.TLS, now.TLS},
	} {
		if !reflect.DeepEqual(c.was, c.now) {
			return fault.New(fault.Precondition, ReasonNeedsRestart, "%s has changed; restart the frontend to apply it", c.key)
		}
	}
	return nil
}

// linksOf returns the links of a configuration as the Watcher takes them.
func linksOf(f config.Frontend) []link.Config {
	ports := []uint16{link.ServerPort}
	if f.PXEPort != 0 {
		ports = append(ports, f.PXEPort)
	}
	links := make([]link.Config, len(f.Links))
	for i, l := range f.Links {
		links[i] = link.Config{Interface: l.Interface, Mode: modeOf(l.Mode), Ports: ports, ReceiveBuffer: f.ReceiveBuffer}
	}
	return links
}

func modeOf(m config.Mode) link.Mode {
	switch m {
	case config.ModeUDP:
		return link.ModeUDP
	case config.ModeAuto:
		return link.ModeAuto
	default:
		return link.ModeRaw
	}
}

func relaysOf(r config.Relays) serve.Relays { return serve.Relays{Accept: r.Accept, Allow: r.Allow} }

func endpointsOf(list []config.Endpoint) []rpc.Endpoint {
	eps := make([]rpc.Endpoint, len(list))
	for i, e := range list {
		eps[i] = rpc.Endpoint(e)
	}
	return eps
}

func tlsOf(t *config.TLS) *rpc.TLS {
	if t == nil {
		return nil
	}
	roles := make(map[rpc.Role][]string, len(t.Roles))
	for role, names := range t.Roles {
		roles[rpc.Role(role)] = names
	}
	return &rpc.TLS{CertFile: t.CertFile, KeyFile: t.KeyFile, CAFile: t.CAFile, Roles: roles}
}
