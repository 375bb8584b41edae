//go:build netns

package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

// nobody is a user without any rights.
const nobody = 65534

// launchAs starts a service as nobody, with no capabilities but the given ones.
func (w *world) launchAs(caps []string, verb string) *lab.Process {
	w.Helper()
	args := []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs", "--pdeathsig", "SIGKILL"}
	set := "-all"
	for _, c := range caps {
		set += ",+" + c
	}
	args = append(args, "--bounding-set", set, "--inh-caps", set, "--ambient-caps", set)
	return w.start(w.server, verb, append(args, w.path("rollcall"), verb, "-c", w.config())...)
}

// unprivileged gives what is in the directory of the world to nobody, with a copy of the program.
func (w *world) unprivileged() {
	w.Helper()
	b, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(w.path("rollcall"), b, 0o755)
	}
	if err != nil {
		w.Fatal(err)
	}
	err = filepath.WalkDir(w.Dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, nobody)
	})
	if err != nil {
		w.Fatal(err)
	}
}

// Each service runs as any user with the few capabilities that it needs.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "privileges")
	desk := w.receive(nil)
	w.configure(func(s *settings) { s.Endpoints = []endpoint{{"desk", desk.URL, "lease.granted", ""}} })
	w.attach(w.floor, "squatter", "eth0", "52:54:00:aa:00:01", "10.99.0.60/24")
	w.unprivileged()
	processes := []*lab.Process{
		w.launchAs([]string{"net_raw"}, "leased"),
		w.launchAs([]string{"net_raw", "net_bind_service"}, "frontend"),
		w.launchAs(nil, "webhookd"),
	}
	for _, verb := range []string{"leased", "frontend", "webhookd"} {
		w.awaitReady(verb)
	}
	w.awaitLease("lease of the squatter", "10.99.0.60", soon, func(l lease) bool { return l.FoundByARP })
	c := w.dhclient(w.client("dhclient", "52:54:00:12:34:56"))
	if a := c.address("10.99.0.0/24", soon); !guest(a) {
		t.Errorf("a stranger gets %s, want a guest address", a)
	}
	desk.await("lease.granted", "52:54:00:12:34:56")
	// Whoever may not look into the directory may not talk to the services.
	for _, s := range []string{"leased.sock", "frontend.sock", "webhookd.sock"} {
		if info, err := os.Stat(w.path(s)); err != nil || info.Mode().Perm() != 0o660 {
			t.Errorf("mode of %s: %v, %v; want 0660", s, info.Mode().Perm(), err)
		}
	}
	if info, err := os.Stat(w.path("data/leased.db")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the database may be read by others: %v, %v", info.Mode().Perm(), err)
	}
	for _, p := range processes {
		w.stop(p)
	}
}

// Without the right to raw sockets leased serves all the same, without asking the network; a frontend says what it lacks, and
// serves relays where the configuration is content with that.
func TestNoPrivileges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "bare", func(s *settings) { s.Subnets = []string{crowd} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	w.unprivileged()
	w.launchAs(nil, "leased")
	frontend := w.launchAs([]string{"net_bind_service"}, "frontend")
	w.awaitReady("leased")
	w.awaitNotReady("frontend", "CAP_NET_RAW")
	w.stop(frontend)

	w.configure(func(s *settings) { s.Interfaces = []string{"eth1\n      mode: udp"} })
	frontend = w.launchAs([]string{"net_bind_service"}, "frontend")
	w.awaitReady("frontend")
	for i := range 5 {
		m := stranger(via, i, dhcptest.Giaddr(crowdRelay))
		a := m.dora(t)
		b, err := m.ask(dhcptest.Renew(m.mac, a.YIAddr.String(), m.with()...))
		if err != nil {
			t.Fatal(err)
		}
		if r := dhcptest.Parse(t, b); r.Type != "ACK" || r.YIAddr != a.YIAddr {
			t.Errorf("renewal through plain UDP: %s of %s, want ACK of %s", r.Type, r.YIAddr, a.YIAddr)
		}
	}
	c := w.dhclient(w.client("dhclient", "52:54:00:12:34:56")) // on the link: reached by broadcast
	if a := c.address("10.99.0.0/24", soon); !guest(a) {
		t.Errorf("a stranger gets %s, want a guest address", a)
	}
	w.stop(frontend)

	// Without the right to the ports of DHCP nothing is possible, and it says so.
	w.launchAs(nil, "frontend")
	w.awaitNotReady("frontend", "CAP_NET_BIND_SERVICE")
}

// A storm of machines that nobody has heard of exhausts the pool and nothing else: who is on the roll is served in the middle of
// it, and memory stays within bounds.
func TestStorm(t *testing.T) {
	t.Parallel()
	const machines, limit = 30000, 400 << 20
	w := newWorld(t, "storm")
	p := w.run("up")[0]
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			// A full queue of the link is part of the storm.
			_ = via.send(dhcptest.Discover(stranger(via, i%machines).mac, dhcptest.XID(uint32(i))))
		}
	}()
	w.wait("the storm", soon, func() (bool, error) {
		return w.metric("up", "rollcall_frontend_received_total", `type="DISCOVER"`) > machines/3, nil
	})
	begun := time.Now()
	c := w.udhcpc(w.client("known", knownMAC))
	if a := c.address("10.20.0.0/22", soon); a.String() != knownAddr {
		t.Errorf("in the storm the known machine gets %s, want %s", a, knownAddr)
	}
	t.Logf("the known machine had its address after %v", time.Since(begun))
	w.wait("the whole storm", 2*soon, func() (bool, error) {
		return w.metric("up", "rollcall_frontend_received_total", `type="DISCOVER"`) > machines, nil
	})
	close(stop)
	<-done
	used := w.metric("up", "process_resident_memory_bytes")
	t.Logf("%.0f MiB resident, %.0f DISCOVERs, dropped %.0f", used/(1<<20), w.metric("up", "rollcall_frontend_received_total", `type="DISCOVER"`),
		w.metric("up", "rollcall_frontend_dropped_total"))
	if used > limit {
		t.Errorf("%.0f bytes resident after the storm, want less than %d", used, limit)
	}
	w.awaitReady("up")
	w.stop(p)
}
