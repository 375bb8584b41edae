package value_test

import (
	"testing"

	"rollcall/internal/config"
	"rollcall/leased/plan"
)

// TestPlaces has unknown() name places that the configuration does and does not have.
func TestPlaces(t *testing.T) {
	cfg, err := config.Parse("rollcall.yaml", []byte(`
leased:
  subnets:
    - {name: hall, prefix: 10.20.0.0/22}
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{name: guests, range: 10.99.0.50-10.99.0.99}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	w.context.Plan = plan.Of(cfg.Leased)
	for expr, want := range map[string]string{
		`"guests"`:                            "",
		`"10.99.0.50-10.99.0.99"`:             "",
		`definition(subnet="lobby")`:          "",
		`definition(address="10.20.0.9")`:     "",
		`"guest"`:                             `unknown() returned "guest", and there is no such pool; did you mean "guests"?`,
		`"voice"`:                             `unknown() returned "voice", and there is no such pool`,
		`definition(subnet="hal")`:            `unknown() returned a definition in subnet "hal", and there is no such subnet; did you mean "hall"?`,
		`definition(subnet="hall", serial=3)`: `unknown() returned a definition in subnet "hall/3", and there is no such subnet; did you mean "hall"?`,
		`definition(address="192.0.2.1")`:     `unknown() returned a definition with 192.0.2.1, which is in no subnet`,
		`definition(address="10.20.3.255")`:   `unknown() returned a definition with 10.20.3.255, which is no address for hosts of subnet hall (10.20.0.0/22)`,
		`definition("10.99.0.9", "hall")`:     `unknown() returned a definition with 10.99.0.9, which is no address for hosts of subnet hall (10.20.0.0/22)`,
	} {
		v, err := w.eval(t, expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		got := ""
		if _, err := w.context.Assignment(v); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n%s, want\n%s", expr, got, want)
		}
	}
}
