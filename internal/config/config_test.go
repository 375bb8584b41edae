package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/internal/rpc"
)

var ignorePlaces = cmp.Options{cmpopts.IgnoreTypes(config.Pos{}), cmp.Comparer(func(a, b option.Def) bool { return a.Code == b.Code }),
	cmpopts.IgnoreTypes(&option.Names{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}

func TestLoadExample(t *testing.T) {
	got, err := config.Load("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	addr, prefix := netip.MustParseAddr, netip.MustParsePrefix
	lease := func(t time.Duration, from string) config.LeaseTimes {
		return config.LeaseTimes{Time: t, From: from, Min: t, Max: t, T1: config.Point{Percent: 50}, T2: config.Point{Percent: 87.5}}
	}
	guests := lease(2*time.Minute, "subnet lobby")
	guests.T1, guests.T1Given = config.Point{Percent: 97.5}, true
	guests.T2, guests.T2Given = config.Point{Percent: 97.5}, true
	leasedSocket := config.Endpoint{Network: "unix", Address: "/run/rollcall/leased.sock"}
	want := &config.Config{
		Path:    "testdata/example.yaml",
		DataDir: "/var/lib/rollcall",
		Frontend: &config.Frontend{
			Links:         []config.Link{{Interface: "eth1", Mode: config.ModeRaw}},
			Local:         config.Local{Accept: true},
			Relays:        config.Relays{Accept: true},
			PXEPort:       4011,
			Leased:        leasedSocket,
			Listen:        []config.Endpoint{{Network: "unix", Address: "/run/rollcall/frontend.sock"}},
			ReceiveBuffer: 4 << 20,
		},
		Leased: &config.Leased{
			Path:          "testdata/example.yaml",
			Listen:        []config.Endpoint{leasedSocket},
			Authoritative: true,
			OfferTime:     time.Minute,
			EchoClientID:  true,
			Lease:         lease(time.Hour, "global"),
			Subnets: []config.Subnet{
				{
					Name: "hall", Prefix: prefix("10.20.0.0/22"), SharedNetwork: "floor", Identity: config.IdentityClientID,
					Lease: lease(8*time.Hour, "subnet hall"),
					Level: config.Level{Options: []config.Option{
						{Def: option.ByCode(option.Router), Value: []byte{10, 20, 0, 1}},
						{Def: option.ByCode(option.DomainNameServer), Value: []byte{10, 20, 0, 2}},
						{Def: option.ByCode(option.DomainName), Value: []byte("lan.example.org")},
					}},
				},
				{
					Name: "lobby", Prefix: prefix("10.99.0.0/24"), SharedNetwork: "floor", Identity: config.IdentityClientID,
					Lease: guests,
					Level: config.Level{Options: []config.Option{
						{Def: option.ByCode(option.Router), Value: []byte{10, 99, 0, 1}},
						{Def: option.ByCode(option.DomainNameServer), Value: []byte{10, 99, 0, 1}},
					}},
					Pools: []config.Pool{{
						First: addr("10.99.0.50"), Last: addr("10.99.0.250"), For: config.ForUnknown, Hostname: "guest-{ip}", Scan: true, Lease: guests,
					}},
				},
			},
			Reservations: []config.Reservation{{
				Identifier: config.Identifier{Kind: config.ByHardware, Value: []byte{0x08, 0x00, 0x27, 0x2c, 0x49, 0x4b}},
				Subnet:     "hall", Address: addr("10.20.0.200"), Hostname: "testbox", Netboot: config.NetbootAlways,
			}},
			Probe:      config.Probe{Enabled: true, Timeout: 100 * time.Millisecond},
			Scan:       config.Scan{Rate: 1000, Timeout: time.Second},
			Quarantine: config.Quarantine{Time: 10 * time.Minute, Max: 24 * time.Hour, PerClient: 3},
			Limits:     config.Limits{Actions: 10, Refill: time.Second, Suspend: 150 * time.Second},
			Unknown:    config.Unknown{Remember: time.Minute},
			Events:     config.EventLog{MaxAge: 7 * 24 * time.Hour, MaxCount: 1_000_000, RepeatAfter: time.Hour},
		},
		Webhookd: &config.Webhookd{
			Leased: leasedSocket,
			Listen: []config.Endpoint{{Network: "unix", Address: "/run/rollcall/webhookd.sock"}},
			Endpoints: []config.WebhookEndpoint{{
				Name: "desk", URL: "https://register.example.org/hooks/dhcp", SecretFiles: []string{"/etc/rollcall/desk.secret"},
				Events: []string{"client.unknown", "lease.granted"}, Timeout: 10 * time.Second, MaxAge: 72 * time.Hour,
			}},
		},
		Observe: config.Observe{Listen: "127.0.0.1:8067", Frontend: "127.0.0.1:8068", Leased: "127.0.0.1:8069", Webhookd: "127.0.0.1:8070"},
		Log:     config.Log{Level: "info", Format: "text"},
	}
	if diff := cmp.Diff(want, got, ignorePlaces); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if at := got.Leased.Subnets[1].Pools[0].Pos; at != (config.Pos{Line: 25, Column: 18}) {
		t.Errorf("place of the pool: %+v", at)
	}
}

// parse fails the test when the text is not a good configuration.
func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("/etc/rollcall/rollcall.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestMissingSectionIsNil(t *testing.T) {
	cfg := parse(t, "leased:\n")
	if cfg.Frontend != nil || cfg.Webhookd != nil || cfg.Leased == nil {
		t.Errorf("only leased is in the file, got %+v", cfg)
	}
}

func TestTextIsTakenAsItStands(t *testing.T) {
	cfg := parse(t, `
leased:
  subnets:
    - {name: 010, prefix: 10.0.0.0/24}
    - {name: no, prefix: 10.0.1.0/24, serial: 7}
  reservations:
    - {mac: 52:54:00:12:34:56, subnet: "010"}
    - {mac: 525400123457, subnet: no/7, hostname: 1e3}
    - {mac: 5254.0012.3458, subnet: no/07}
    - {mac: 8:0:27:2c:49:4b, subnet: 010/0}
    - {client_id: 01:52:54:00:12:34:56, subnet: 010}
    - {client_id: host-7, subnet: 010}
    - {duid: "hex:0003 0001", subnet: 010}
    - {circuit_id: "hex:00-07", subnet: 010}
    - {remote_id: port:7, subnet: 010}
`)
	type row struct{ kind, value, subnet, hostname string }
	var got []row
	for _, r := range cfg.Leased.Reservations {
		got = append(got, row{string(r.Identifier.Kind), string(r.Identifier.Value), r.Subnet, r.Hostname})
	}
	want := []row{
		{"mac", "\x52\x54\x00\x12\x34\x56", "010", ""},
		{"mac", "\x52\x54\x00\x12\x34\x57", "no/7", "1e3"},
		{"mac", "\x52\x54\x00\x12\x34\x58", "no/7", ""},
		{"mac", "\x08\x00\x27\x2c\x49\x4b", "010", ""},
		{"client_id", "\x01\x52\x54\x00\x12\x34\x56", "010", ""},
		{"client_id", "host-7", "010", ""},
		{"duid", "\x00\x03\x00\x01", "010", ""},
		{"circuit_id", "\x00\x07", "010", ""},
		{"remote_id", "port:7", "010", ""},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("reservations (-want +got):\n%s", diff)
	}
}

func TestInheritance(t *testing.T) {
	cfg := parse(t, `
leased:
  options: {domain-name: example.org, routers: [10.0.0.1]}
  lease: {time: 1d12h, t1: 1h}
  subnets:
    - {name: a, prefix: 10.0.0.0/24}
    - {name: b, prefix: 10.0.1.0/24, lease: {time: 2h}, options: {domain-name: "", routers: []}}
`)
	a, b := cfg.Leased.Subnets[0], cfg.Leased.Subnets[1]
	if a.Lease != cfg.Leased.Lease || a.Lease.Time != 36*time.Hour || a.Lease.T1.Of(a.Lease.Time) != time.Hour {
		t.Errorf("subnet a: %+v, want the times of leased", a.Lease)
	}
	if b.Lease.Time != 2*time.Hour || b.Lease.T1.Of(b.Lease.Time) != time.Hour || b.Lease.T2.Of(b.Lease.Time) != 105*time.Minute {
		t.Errorf("subnet b: %+v, want its own time and the T1 of leased", b.Lease)
	}
	for _, o := range b.Options {
		if o.Value != nil {
			t.Errorf("option %s: %q, want nothing to send", o.Def.Name, o.Value)
		}
	}
	if len(b.Options) != 2 {
		t.Errorf("%d options, want 2 that send nothing", len(b.Options))
	}
}

func TestFileNamesStartAtTheConfiguration(t *testing.T) {
	cfg := parse(t, `
data_dir: data
webhookd:
  tls: {cert_file: a.pem, key_file: ../b.pem, ca_file: /c.pem, roles: {reader: desk, operator: [x, y]}}
  listen: [unix:///run/w.sock, "tcp://[::]:7069"]
  leased: tcp://leased.example.org:7067
  endpoints:
    - {name: desk, url: "http://127.0.0.1:8080/", secret_file: [new.secret, old.secret], events: lease.*}
`)
	if cfg.DataDir != "/etc/rollcall/data" {
		t.Errorf("data_dir: %s", cfg.DataDir)
	}
	want := &config.TLS{CertFile: "/etc/rollcall/a.pem", KeyFile: "/etc/b.pem", CAFile: "/c.pem",
		Roles: map[config.Role][]string{rpc.Reader: {"desk"}, rpc.Operator: {"x", "y"}}}
	if diff := cmp.Diff(want, cfg.Webhookd.TLS); diff != "" {
		t.Errorf("tls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/etc/rollcall/new.secret", "/etc/rollcall/old.secret"}, cfg.Webhookd.Endpoints[0].SecretFiles); diff != "" {
		t.Errorf("secret files (-want +got):\n%s", diff)
	}
	if got := cfg.Webhookd.Listen[1].String(); got != "tcp://[::]:7069" {
		t.Errorf("second listener: %s", got)
	}
}

func TestSerialsShareOnePrefix(t *testing.T) {
	cfg := parse(t, `
leased:
  subnets:
    - {name: hall, prefix: 10.0.0.0/24, pools: [{range: 10.0.0.9}]}
    - {name: hall, serial: 1, prefix: 10.0.0.0/24, pools: [{range: 10.0.0.10 - 10.0.0.20}]}
`)
	if got := cfg.Leased.Subnets[1].Ref(); got != "hall/1" {
		t.Errorf("Ref: %s, want hall/1", got)
	}
}

func TestSmallPrefixes(t *testing.T) {
	parse(t, `
leased:
  subnets:
    - {name: point, prefix: 10.0.0.0/31, pools: [{range: 10.0.0.0-10.0.0.1}]}
    - {name: one, prefix: 10.0.0.4/32, pools: [{range: 10.0.0.4}]}
    - {name: two, prefix: 10.0.0.8/30, pools: [{range: 10.0.0.9-10.0.0.10}]}
`)
}

func TestPointOf(t *testing.T) {
	share := func(p float64) config.Point { return config.Point{Percent: p} }
	for _, c := range []struct {
		point       config.Point
		lease, want time.Duration
	}{
		{share(97.5), 2 * time.Minute, 117 * time.Second},
		{share(50), time.Second, time.Second},
		{share(87.5), 61 * time.Second, 53 * time.Second},
		{share(100), time.Hour, time.Hour},
		{config.Point{Duration: time.Hour}, time.Minute, time.Minute},
		{config.Point{Duration: time.Minute}, time.Hour, time.Minute},
		{share(50), (1<<32 - 2) * time.Second, (1<<31 - 1) * time.Second},
	} {
		if got := c.point.Of(c.lease); got != c.want {
			t.Errorf("%v of %v = %v, want %v", c.point, c.lease, got, c.want)
		}
	}
}

func TestWants(t *testing.T) {
	all, some := config.WebhookEndpoint{}, config.WebhookEndpoint{Events: []string{"client.unknown", "lease.*"}}
	for kind, want := range map[string]bool{"client.unknown": true, "client.suspended": false, "lease.expired": true, "link.up": false} {
		if !all.Wants(kind) || some.Wants(kind) != want {
			t.Errorf("%s: all %v, some %v; want true, %v", kind, all.Wants(kind), some.Wants(kind), want)
		}
	}
}

func TestDeployedFilesLoad(t *testing.T) {
	const deploy = "../../deploy"
	files, err := filepath.Glob(deploy + "/examples/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, f := range append(files, deploy+"/rollcall.yaml") {
		if _, err := config.Load(f); err != nil {
			t.Errorf("%s does not load:\n%v", f, err)
		}
		if text, err := os.ReadFile(f); err != nil || len(text) == 0 {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestLeasedIsReachedWhereItListens(t *testing.T) {
	cfg := parse(t, `
frontend: {links: [{interface: eth1}]}
leased: {listen: [unix:///run/other.sock, unix:///run/third.sock]}
webhookd: {leased: unix:///run/third.sock}
`)
	if f, w := cfg.Frontend.Leased.Address, cfg.Webhookd.Leased.Address; f != "/run/other.sock" || w != "/run/third.sock" {
		t.Errorf("frontend reaches leased at %s, webhookd at %s; want /run/other.sock and /run/third.sock", f, w)
	}
}

// YAML takes more for the end of a line than editors do; the place of every mistake below would be wrong.
func TestOnlyLineFeedsEndLines(t *testing.T) {
	for _, end := range []string{"\r", "\u0085", "\u2028", "\u2029"} {
		_, err := config.Parse("f.yaml", []byte("log:"+end+"  level: info\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "f.yaml:1:5: ") {
			t.Errorf("%q ends a line: %v, want an error at 1:5", end, err)
		}
	}
	parse(t, "log:\r\n  level: info\r\n")
}

func TestObserveOff(t *testing.T) {
	cfg := parse(t, `observe: {listen: "", leased: "[::1]:9000"}`)
	if want := (config.Observe{Leased: "[::1]:9000"}); cfg.Observe != want {
		t.Errorf("observe: %+v, want %+v", cfg.Observe, want)
	}
}

func TestParseIdentifier(t *testing.T) {
	got, err := config.ParseIdentifier(config.ByHardware, "0800.272C.494B")
	want := config.Identifier{Kind: config.ByHardware, Value: []byte{0x08, 0x00, 0x27, 0x2c, 0x49, 0x4b}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ParseIdentifier: %v (-want +got):\n%s", err, diff)
	}
	if _, err := config.ParseIdentifier(config.ByDUID, "printer"); err == nil {
		t.Error("a DUID that is text was accepted")
	}
}
