package webhookd

import (
	"fmt"

	"rollcall/internal/config"
	"rollcall/webhookd/deliver"
	"rollcall/webhookd/follow"
)

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
