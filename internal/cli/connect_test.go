package cli_test

import (
	"testing"

	"rollcall/internal/cli"
	"rollcall/internal/config"
)

const tls = `{cert_file: c.pem, key_file: k.pem, ca_file: a.pem, roles: {operator: [ops]}}`

// TestLocate finds each service by what a configuration says of it, or of those that call it.
func TestLocate(t *testing.T) {
	const subnets = "subnets: [{name: hall, prefix: 10.20.0.0/22}]"
	for _, tt := range []struct {
		name, config, service string
		want                  string
		tls                   bool
	}{
		{"nothing is said", "leased: {" + subnets + "}", "leased", "unix:///run/rollcall/leased.sock", false},
		{
			"a socket is nearer than TCP",
			"leased: {listen: [tcp://10.0.0.1:8068, unix:///tmp/l.sock], tls: " + tls + ", " + subnets + "}",
			"leased", "unix:///tmp/l.sock", false,
		},
		{
			"only TCP",
			"leased: {listen: [tcp://10.0.0.1:8068], tls: " + tls + ", " + subnets + "}",
			"leased", "tcp://10.0.0.1:8068", true,
		},
		{
			"a host that only has a frontend",
			"frontend: {links: [{interface: eth1}], leased: tcp://leased.example.org:8068, tls: " + tls + "}",
			"leased", "tcp://leased.example.org:8068", true,
		},
		{
			"webhookd is somewhere else",
			"leased: {" + subnets + "}",
			"webhookd", "unix:///run/rollcall/webhookd.sock", false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := config.Parse("rollcall.yaml", []byte(tt.config))
			if err != nil {
				t.Fatal(err)
			}
			got, tls, err := cli.Locate(cfg, tt.service)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want || tls != tt.tls {
				t.Errorf("got %s with certificate %t, want %s with %t", got, tls, tt.want, tt.tls)
			}
		})
	}
}
