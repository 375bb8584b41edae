package webhookd

import (
	"fmt"
	"reflect"

	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	"rollcall/webhookd/deliver"
	"rollcall/webhookd/follow"
)

// ReasonNeedsRestart is the reason of a reload that changes what only a restart can.
const ReasonNeedsRestart = "NEEDS_RESTART"

// settings is the configuration in the form the parts take it. The secrets in it have been read.
type settings struct {
	names  []string
	fleet  []deliver.Endpoint
	follow []follow.Endpoint
}

// load reads the secrets; nothing is in force yet. Its error names the endpoint, the file and the remedy.
func load(w config.Webhookd) (settings, error) {
	var s settings
	for _, ep := range w.Endpoints {
		secrets, err := deliver.LoadSecrets(ep.SecretFiles)
		if err != nil {
			return settings{}, fmt.Errorf("endpoint %s: %w", ep.Name, err)
		}
		s.names = append(s.names, ep.Name)
		s.fleet = append(s.fleet, deliver.Endpoint{Name: ep.Name, URL: ep.URL, Secrets: secrets, Timeout: ep.Timeout, MaxAge: ep.MaxAge})
		s.follow = append(s.follow, follow.Endpoint{Name: ep.Name, Kinds: ep.Events, Wants: ep.Wants})
	}
	return s, nil
}

// restartOnly returns a fault if the two differ in what is fixed while the process runs.
func restartOnly(was, now config.Webhookd) error {
	for _, c := range []struct {
		key      string
		was, now any
	}{
		{"webhookd.leased", was.Leased, now.Leased},
		{"webhookd.listen", was.Listen, now.Listen},
		{"webhookd.tls", was.TLS, now.TLS},
	} {
		if !reflect.DeepEqual(c.was, c.now) {
			return fault.New(fault.Precondition, ReasonNeedsRestart, "%s has changed; restart webhookd to apply it", c.key)
		}
	}
	return nil
}

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
