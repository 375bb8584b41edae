//go:build netns

package e2e_test

import (
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"rollcall/internal/lab"
)

// A frontend on another host reaches leased by TCP with mutual TLS. Each certificate may do what its role says and nothing else,
// and one that was renewed on disk is used without a restart.
func TestRemoteFrontend(t *testing.T) {
	t.Parallel()
	const edge = `{name: edge, prefix: 10.60.0.0/24, lease: {time: 1h}, pools: [{range: 10.60.0.100-10.60.0.200}]}`
	w := newWorld(t, "remote", func(s *settings) { s.Subnets = []string{edge} })
	ca := w.authority()
	ca.issue("core", "10.20.0.1")
	for _, name := range []string{"edge", "reader", "admin", "nobody"} {
		ca.issue(name)
	}
	w.configure(func(s *settings) {
		s.Leased = []string{fmt.Sprintf("tls: {cert_file: %s, key_file: %s, ca_file: %s, roles: {frontend: [edge], reader: [reader], operator: [admin]}}",
			w.path("core.pem"), w.path("core.key"), w.path("ca.pem"))}
	})
	core := strings.Replace(w.text(w.config()), "listen: [unix://"+w.path("leased.sock"), "listen: [tcp://10.20.0.1:7067, unix://"+w.path("leased.sock"), 1)
	w.write(w.config(), core)
	w.write(w.path("edge.yaml"), strings.NewReplacer(
		"pxe_port: 4011\n  leased: unix://"+w.path("leased.sock"), fmt.Sprintf("leased: tcp://10.20.0.1:7067\n  tls: {cert_file: %s, key_file: %s, ca_file: %s}",
			w.path("edge.pem"), w.path("edge.key"), w.path("ca.pem")),
		w.path("frontend.sock"), w.path("edge.sock"), "interface: eth1", "interface: edge1").Replace(core))

	there := w.attach(w.floor, "edge", "eth0", "52:54:00:00:00:02", "10.20.0.9/22")
	beyond := w.segment("beyond")
	if err := beyond.Plug(t.Context(), there, "edge1", []byte{0x52, 0x54, 0, 0, 0, 3}, netip.MustParsePrefix("10.60.0.1/24")); err != nil {
		t.Fatal(err)
	}
	leased := w.run("leased")[0]
	far := w.launchOn(there, "edge", "frontend", w.path("edge.yaml"))
	via := w.onLink(w.attach(beyond, "crowd", "eth0", "52:54:00:00:00:99"))
	m := stranger(via, 1)
	if a := m.dora(t); a.ServerID().String() != "10.60.0.1" || !netip.MustParsePrefix("10.60.0.0/24").Contains(a.YIAddr) {
		t.Errorf("at the edge a stranger gets %s from %s", a.YIAddr, a.ServerID())
	}

	addr := m.dora(t).YIAddr.String()
	for _, c := range []struct {
		who    string
		args   []string
		status int
		want   string
	}{
		{"reader", []string{"lease", "list"}, 0, ""},
		{"reader", []string{"lease", "release", addr}, 1, "operator"},
		{"edge", []string{"lease", "list"}, 1, "reader"},
		{"nobody", []string{"lease", "list"}, 1, "reader"},
		{"admin", []string{"lease", "release", addr}, 0, ""},
	} {
		status, said := w.as(there, c.who, c.args...)
		t.Logf("as %s, rollcall %s: status %d\n%s", c.who, strings.Join(c.args, " "), status, said)
		if status != c.status || !contains(said, c.want) {
			t.Errorf("as %s, rollcall %s: status %d, %s; want status %d and %q", c.who, strings.Join(c.args, " "), status, said, c.status, c.want)
		}
	}
	// Without a certificate there is nothing to talk about.
	if status, said := w.in(there, "lease", "list", "--leased", "tcp://10.20.0.1:7067"); status == 0 {
		t.Errorf("without a certificate leased answers: %s", said)
	} else {
		t.Logf("without a certificate: status %d\n%s", status, said)
	}

	// Both certificates are renewed, by a new authority; the stream is made anew with them.
	ca = w.authority()
	ca.issue("core", "10.20.0.1")
	ca.issue("edge")
	leased.Kill()
	w.run("leased")
	m.discover(t)
	w.stop(far)
}

// as runs a verb on a host with the certificate of somebody.
func (w *world) as(h *lab.Host, who string, args ...string) (status int, said string) {
	w.Helper()
	return w.in(h, append(args, "--leased", "tcp://10.20.0.1:7067", "--tls-cert", w.path(who+".pem"), "--tls-key", w.path(who+".key"),
		"--tls-ca", w.path("ca.pem"))...)
}

// in runs a verb on a host.
func (w *world) in(h *lab.Host, args ...string) (status int, said string) {
	w.Helper()
	cmd := exec.CommandContext(w.Context(), "ip", append([]string{"netns", "exec", h.Namespace, program}, args...)...)
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}
