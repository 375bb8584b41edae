//go:build netns

package e2e_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// contains reports whether a text has all of the parts.
func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// fails runs a verb that must end by itself, with a status that is not 0, and returns what it said.
func (w *world) fails(verb, config string) (said string) {
	w.Helper()
	log := w.path("fails.log")
	os.Remove(log)
	p, err := w.server.Start(verb, log, program, verb, "-c", config)
	if err != nil {
		w.Fatal(err)
	}
	defer p.Kill()
	select {
	case <-p.Ended():
	case <-time.After(soon):
		w.Fatalf("%s still runs after %v; it says:\n%s", verb, soon, strings.Join(p.Tail(20), "\n"))
	}
	said = strings.Join(p.Tail(20), "\n")
	if p.ExitCode() == 0 {
		w.Errorf("%s ended with status 0:\n%s", verb, said)
	}
	w.Logf("%s: status %d\n%s", verb, p.ExitCode(), said)
	return said
}

// A database that is not one is refused, with the remedy, and not touched.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "database", func(s *settings) { s.Subnets = []string{crowd} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	p := w.run("up")[0]
	l := w.startLoad(via, 8)
	w.wait("leases to lose", soon, func() (bool, error) { return l.count.Load() > 200, nil })
	acked, err := l.end()
	if err != nil {
		t.Fatal(err)
	}
	w.stop(p)
	db := w.path("data/leased.db")
	good, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	for i := range min(len(flipped), 16384) {
		flipped[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{
		"garbage":   bytes.Repeat([]byte("not a database. "), 4096),
		"truncated": good[:4*4096], // the file has room to grow; its end is empty
		"a page":    good[:4096],
		"flipped":   flipped,
	} {
		if err := os.WriteFile(db, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"leased", "up"} {
			if said := w.fails(verb, w.config()); !contains(said, db, "backup") {
				t.Errorf("%s with a database of %s does not name the file and the remedy: %s", verb, name, said)
			}
		}
		if after, err := os.ReadFile(db); err != nil || !bytes.Equal(after, content) {
			t.Errorf("a database of %s was changed: %v", name, err)
		}
	}
	if err := os.WriteFile(db, good, 0o600); err != nil {
		t.Fatal(err)
	}
	queue := w.path("data/webhookd.db")
	deliveries := w.text(queue)
	w.write(queue, strings.Repeat("not a database. ", 4096))
	if said := w.fails("webhookd", w.config()); !contains(said, queue, "move") {
		t.Errorf("webhookd with a database of garbage does not name the file and the remedy: %s", said)
	}
	w.write(queue, deliveries)
	w.run("up")
	if n := len(w.leases("--subnet", "crowd")); n < len(acked) {
		t.Errorf("with the database back there are %d leases, want the %d that were acknowledged", n, len(acked))
	}
}

// A second leased on the same database and a second frontend on the same interface say what is in the way, and do no harm.
func TestSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "second")
	processes := w.run("leased", "frontend")
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	stranger(via, 1).dora(t)

	b, err := os.ReadFile(w.config())
	if err != nil {
		t.Fatal(err)
	}
	// another writes the configuration with other names for its sockets and another place to be watched.
	another := func(replace ...string) string {
		path := w.path("other.yaml")
		w.write(path, strings.NewReplacer(append(replace, "127.0.0.1:8067", "127.0.0.1:9067")...).Replace(string(b)))
		return path
	}
	// With the same file as the first one, and with sockets of its own: the database is in the way.
	for _, config := range []string{w.config(), another("leased.sock", "leased2.sock")} {
		if said := w.fails("leased", config); !contains(said, w.path("data"), "in use") {
			t.Errorf("a second leased does not name the database: %s", said)
		}
	}
	// A frontend goes on trying, for the other one may go: it is not ready, and says why.
	second := w.launchOn(w.server, "second", "frontend", another("frontend.sock", "frontend2.sock"))
	observed := "127.0.0.1:9068"
	w.wait("a second frontend that is not ready", soon, func() (bool, error) {
		status, body, err := w.get(observed, "/readyz")
		return err == nil && status == http.StatusServiceUnavailable && contains(body, "eth1", "67"), errors.Join(err, errors.New(body))
	})
	stranger(via, 3).dora(t)
	w.stop(processes[1])
	w.wait("the second frontend in place of the first", soon, func() (bool, error) {
		status, body, err := w.get(observed, "/readyz")
		return err == nil && status == http.StatusOK, errors.Join(err, errors.New(body))
	})
	stranger(via, 4).dora(t)
	w.stop(second)
	w.stop(processes[0])
	if left, _ := filepath.Glob(w.path("*.sock")); len(left) > 0 {
		t.Errorf("sockets left behind: %v", left)
	}
}

// A call that makes no sense says which value is wrong, and changes nothing. Without leased, one line says so.
func TestMistakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mistakes")
	p := w.run("up")[0]
	via := w.onLink(w.client("crowd", "52:54:00:00:00:99"))
	guest := stranger(via, 1).dora(t).YIAddr.String()
	before := w.must("reservation", "list", "-o", "json")
	const mac = "52:54:00:12:34:56"
	add := func(args ...string) []string { return append([]string{"reservation", "add"}, args...) }
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{add("--mac", mac, "--subnet", "hall", "--address", "10.20.0.300"), 2, []string{"10.20.0.300"}},
		{add("--mac", "52:54:00:12:34", "--subnet", "hall", "--address", "10.20.0.57"), 2, []string{"52:54:00:12:34"}},
		{add("--mac", mac, "--subnet", "hall", "--address", "10.30.0.57"), 1, []string{"10.30.0.57", "hall", "10.20.0.0/22"}},
		{add("--mac", mac, "--subnet", "hall", "--address", "10.20.3.255"), 1, []string{"10.20.3.255"}},
		{add("--mac", mac, "--subnet", "hall", "--address", knownAddr), 1, []string{knownAddr, knownMAC}},
		{add("--mac", knownMAC, "--subnet", "hall", "--address", "10.20.0.57"), 1, []string{knownMAC}},
		{add("--mac", mac, "--subnet", "nowhere", "--address", "10.20.0.57"), 3, []string{"nowhere"}},
		{add("--from-lease", "10.99.0.222", "--subnet", "hall"), 3, []string{"10.99.0.222"}},
		{[]string{"reservation", "delete", knownAddr}, 1, []string{"configuration"}},
		{[]string{"lease", "get", "10.99.0.222"}, 3, []string{"10.99.0.222"}},
		{[]string{"lease", "release", "10.99.0.222"}, 3, []string{"10.99.0.222"}},
	} {
		said := w.cli(c.args...)
		t.Logf("rollcall %s: status %d\n%s", strings.Join(c.args, " "), said.status, said.err)
		if said.status != c.status || !contains(said.err, c.want...) || strings.Count(said.err, "\n") != 1 {
			t.Errorf("rollcall %s: status %d, %q; want status %d and a line with %q", strings.Join(c.args, " "), said.status, said.err, c.status, c.want)
		}
	}
	if after := w.must("reservation", "list", "-o", "json"); after != before {
		t.Errorf("the roll has changed:\n%s\nwas\n%s", after, before)
	}
	if l, err := w.lease(guest); err != nil || l.State != "active" {
		t.Errorf("the guest's lease is %+v, %v", l, err)
	}

	w.stop(p)
	for _, args := range [][]string{{"lease", "list"}, {"explain", "--mac", mac}, {"delivery", "list"}} {
		said := w.cli(args...)
		t.Logf("rollcall %s: status %d\n%s", strings.Join(args, " "), said.status, said.err)
		if said.status != 4 || strings.Count(said.err, "\n") != 1 || !contains(said.err, w.Dir) {
			t.Errorf("rollcall %s without services: status %d, %q; want status 4 and one line with the socket", strings.Join(args, " "), said.status, said.err)
		}
	}
}
