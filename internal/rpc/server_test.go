package rpc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
)

func TestMisconstructionIsAnError(t *testing.T) {
	tcp := []rpc.Endpoint{{Network: rpc.NetworkTCP, Address: "127.0.0.1:0"}}
	unix := []rpc.Endpoint{{Network: rpc.NetworkUnix, Address: "/nowhere/leased.sock"}}
	without := func(key string) map[string][]rpc.Role {
		m := allow()
		delete(m, key)
		return m
	}
	with := func(key string) map[string][]rpc.Role {
		m := allow()
		m[key] = nil
		return m
	}
	ca := newAuthority(t)
	files := ca.issue(t, "leased.example.org")
	for _, c := range []struct {
		name string
		cfg  rpc.ServerConfig
		want string
	}{
		{"nowhere to listen", rpc.ServerConfig{Allow: allow()}, "no endpoint"},
		{"TCP in the clear", rpc.ServerConfig{Listen: tcp, Allow: allow()}, "tcp://127.0.0.1:0: tcp needs mutual TLS"},
		{"service without allowlist", rpc.ServerConfig{Listen: unix, Allow: without("leased.v1.EventService")},
			"leased.v1.EventService has no list"},
		{"misspelt method", rpc.ServerConfig{Listen: unix, Allow: with("leased.v1.LeaseService/Relaese")}, "Relaese"},
		{"certificate that is not there", rpc.ServerConfig{Listen: tcp, Allow: allow(),
			TLS: &rpc.TLS{CertFile: "/nowhere/cert.pem", KeyFile: files.KeyFile, CAFile: files.CAFile}}, "/nowhere/cert.pem"},
		{"key of another certificate", rpc.ServerConfig{Listen: tcp, Allow: allow(),
			TLS: &rpc.TLS{CertFile: files.CertFile, KeyFile: ca.issue(t, "other").KeyFile, CAFile: files.CAFile}}, "private key"},
		{"authorities without a certificate", rpc.ServerConfig{Listen: tcp, Allow: allow(),
			TLS: &rpc.TLS{CertFile: files.CertFile, KeyFile: files.KeyFile, CAFile: files.KeyFile}}, "no certificate in PEM"},
		{"unknown role", rpc.ServerConfig{Listen: tcp, Allow: allow(), TLS: &rpc.TLS{CertFile: files.CertFile, KeyFile: files.KeyFile,
			CAFile: files.CAFile, Roles: map[rpc.Role][]string{"admin": {"a"}}}}, `unknown role "admin"`},
	} {
		_, err := rpc.NewServer(c.cfg, (&leased{}).register)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := rpc.Dial(tcp[0], nil); err == nil || !strings.Contains(err.Error(), "tcp needs mutual TLS") {
		t.Errorf("Dial without TLS: %v", err)
	}
	if _, err := rpc.Dial(tcp[0], &rpc.TLS{CertFile: "/nowhere"}); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("Dial without files: %v", err)
	}
}

func TestHealth(t *testing.T) {
	conn, s, _ := inMemory(t, rpc.ServerConfig{}, &leased{})
	check := func(service string) healthv1.HealthCheckResponse_ServingStatus {
		t.Helper()
		resp, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		return resp.GetStatus()
	}
	for _, service := range []string{"", "leased.v1.LeaseService", "leased.v1.DecisionService"} {
		if got := check(service); got != healthv1.HealthCheckResponse_SERVING {
			t.Errorf("%q is %v at the start", service, got)
		}
	}
	s.SetServing("leased.v1.LeaseService", false)
	if got := check("leased.v1.LeaseService"); got != healthv1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("after SetServing false it is %v", got)
	}
	_, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: "no.Such"})
	if fault.CodeOf(err) != fault.NotFound {
		t.Errorf("health of an unknown service: %v", err)
	}
}

func TestReflectionListsTheServices(t *testing.T) {
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{})
	stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range resp.GetListServicesResponse().GetService() {
		names = append(names, s.GetName())
	}
	for _, want := range []string{"leased.v1.LeaseService", "grpc.health.v1.Health"} {
		if !slices.Contains(names, want) {
			t.Errorf("reflection lists %v, without %s", names, want)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Error(err)
	}
}

func TestServersShareMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	var fail error
	first, _, _ := inMemory(t, rpc.ServerConfig{Registry: reg}, &leased{get: func(context.Context) error { return fail }})
	second, _, _ := inMemory(t, rpc.ServerConfig{Registry: reg}, &leased{})
	for _, call := range []struct {
		conn *grpc.ClientConn
		fail error
	}{{first, nil}, {second, nil}, {first, errors.New("broken")}} {
		fail = call.fail
		_ = get(t.Context(), call.conn)
	}
	want := `
# HELP rollcall_rpc_handled_total gRPC calls that ended, by their status code.
# TYPE rollcall_rpc_handled_total counter
rollcall_rpc_handled_total{code="Internal",method="Get",service="leased.v1.LeaseService"} 1
rollcall_rpc_handled_total{code="OK",method="Get",service="leased.v1.LeaseService"} 2
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), rpc.MetricHandled); err != nil {
		t.Error(err)
	}
}

func TestEndpoint(t *testing.T) {
	for in, want := range map[string]rpc.Endpoint{
		"unix:///run/rollcall/leased.sock": {Network: "unix", Address: "/run/rollcall/leased.sock"},
		"tcp://leased.example.org:8068":    {Network: "tcp", Address: "leased.example.org:8068"},
		"tcp://[2001:db8::1]:8068":         {Network: "tcp", Address: "[2001:db8::1]:8068"},
		"tcp://:8068":                      {Network: "tcp", Address: ":8068"},
	} {
		got, err := rpc.Parse(in)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", in, got, err, want)
		}
		if got.String() != in {
			t.Errorf("%q is written as %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"":                                    "no scheme",
		"/run/leased.sock":                    "write unix:///run/leased.sock",
		"leased:8068":                         "no scheme",
		"unix://run/leased.sock":              "write unix:///run/leased.sock",
		"unix://":                             "not absolute",
		"unix:///" + strings.Repeat("x", 200): "use a shorter one",
		"tcp://leased":                        "write tcp://host:port",
		"tcp://leased:http":                   `port "http"`,
		"tcp://leased:70000":                  `port "70000"`,
		"https://leased:443":                  `unknown scheme "https"`,
	} {
		if _, err := rpc.Parse(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.40q): %v, want %q", in, err, want)
		}
	}
}
