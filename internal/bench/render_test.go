package main

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"rollcall/internal/config"
	"rollcall/leased"
)

// setups are those of all scenarios.
func setups() map[string]setup {
	reuse, probe, reserved := small.setup(), fresh.setup(), setup{Subnet: large.subnet}
	reuse.Reuse, reuse.Endpoint = 25, deadEndpoint
	probe.Probe, probe.Policy = true, true
	reserved.Reserved = []reservation{{"02:00:00:00:00:01", netip.MustParseAddr("10.80.0.1")}, {"02:00:00:00:00:02", netip.MustParseAddr("10.80.0.2")}}
	return map[string]setup{"plain": small.setup(), "large": large.setup(), "reuse": reuse, "probe": probe, "reserved": reserved}
}

// What is written for a server is what it takes.
func TestConfigurations(t *testing.T) {
	for name, set := range setups() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := &bench{opt: &options{rollcall: "rollcall"}}
			if _, err := b.rollcallArgs(dir, set); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(configFile(dir))
			if err != nil {
				t.Fatalf("rollcall refuses its configuration:\n%v", err)
			}
			if hooks, err := leased.Check(cfg.Leased); err != nil || set.Policy != (hooks > 0) {
				t.Errorf("rollcall finds %d hooks: %v", hooks, err)
			}
			if _, err := keaArgs(dir, set); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, "kea.json"))
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(text) {
				t.Errorf("Kea's configuration is no JSON:\n%s", text)
			}
		})
	}
}
