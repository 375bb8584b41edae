package main

import (
	_ "embed"
	"net/netip"
	"os"
	"path/filepath"
)

//go:embed files/rollcall.yaml
var rollcallFile string

// setup is what scenarios change in the configuration of a server.
type setup struct {
	Subnet      netip.Prefix
	First, Last netip.Addr // of the pool; none if not valid
	Reuse       int        // percentage of its time for which a lease is confirmed without a write, below 100

	// Of rollcall alone.
	Probe    bool          // before an address is offered for the first time
	Reserved []reservation // machines on the roll
	Endpoint string        // URL that webhooks go to
	Policy   bool          // files/policy.star
	Verb     string        // the services to run; "" for up
}

// reservation is a machine with an address of its own.
type reservation struct {
	MAC     string
	Address netip.Addr
}

func (p pool) setup() setup {
	return setup{Subnet: p.subnet, First: p.first, Last: p.last}
}

// secret is for webhooks that nobody gets.
const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n"

// rollcallArgs writes rollcall's configuration into dir and returns the command that
// serves it.
func (b *bench) rollcallArgs(dir string, set setup) ([]string, error) {
	if err := render(configFile(dir), rollcallFile, dir, set); err != nil {
		return nil, err
	}
	for name, content := range map[string]string{"secret": secret, "policy.star": policyFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, err
	}
	verb := set.Verb
	if verb == "" {
		verb = "up"
	}
	return []string{b.opt.rollcall, verb, "-c", configFile(dir)}, nil
}

func configFile(dir string) string { return filepath.Join(dir, "rollcall.yaml") }
