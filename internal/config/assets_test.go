package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
)

func TestAssets(t *testing.T) {
	for name, tt := range map[string]struct {
		given string
		want  *config.Assets
	}{
		"not mentioned":     {"", nil},
		"all commented out": {"assets:", nil},
		"defaults": {"assets: {root: boot, tftp: , http: {}}", &config.Assets{
			Root: "/etc/rollcall/boot", TFTP: []string{":69"}, HTTP: []string{":8080"}, MaxClients: 256, MaxSize: 16 << 30,
		}},
		"everything": {`assets: {root: /srv/boot/, http: {listen: [10.20.0.1:80, "[::1]:80"]}, max_clients: 65536, max_size: 1TiB}`, &config.Assets{
			Root: "/srv/boot", HTTP: []string{"10.20.0.1:80", "[::1]:80"}, MaxClients: 65536, MaxSize: 1 << 40,
		}},
	} {
		cfg := parse(t, "frontend:\n  links: [{interface: eth1}]\n  "+tt.given+"\n")
		if diff := cmp.Diff(tt.want, cfg.Frontend.Assets); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSizeIsWrittenAsItIsRead(t *testing.T) {
	for size, want := range map[config.Size]string{0: "0", 1000: "1000", 65536: "64KiB", 3 << 30: "3GiB", 1 << 40: "1TiB", 1<<20 + 1: "1048577"} {
		if got := size.String(); got != want {
			t.Errorf("%d bytes: %s, want %s", int64(size), got, want)
		}
	}
}

// What a socket hangs on takes a restart.
func TestAssetsThatTakeARestart(t *testing.T) {
	of := func(assets string) *config.Frontend {
		return parse(t, "frontend:\n  links: [{interface: eth1}]\n  "+assets+"\n").Frontend
	}
	before := of("assets: {root: /srv/boot, tftp: {}}")
	for _, tt := range []struct {
		next string
		want []string
	}{
		{"assets: {root: /srv/other, tftp: {}, max_clients: 7, max_size: 1GiB}", nil},
		{`assets: {root: /srv/boot, tftp: {listen: ":6969"}, http: {}}`, []string{"frontend.assets.tftp", "frontend.assets.http"}},
		{"", []string{"frontend.assets"}},
	} {
		if diff := cmp.Diff(tt.want, before.Fixed(of(tt.next))); diff != "" {
			t.Errorf("keys of %q that take a restart (-want +got):\n%s", tt.next, diff)
		}
	}
}
