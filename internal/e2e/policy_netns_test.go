//go:build netns

package e2e_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

const (
	// yard is a subnet whose machines the relay names twice, so that two reservations match each.
	yard      = `{name: yard, prefix: 10.41.0.0/16, lease: {time: 1h}, pools: [{range: 10.41.1.0-10.41.9.255}]}`
	yardRelay = "10.41.0.1"
)

// withPolicy writes a policy and has it configured, with further keys.
func (w *world) withPolicy(text string, more ...string) func(*settings) {
	w.Helper()
	w.write(w.path("policy.star"), text)
	keys := strings.Join(append([]string{"files: [" + w.path("policy.star") + "]"}, more...), ", ")
	return func(s *settings) {
		s.Leased = []string{"limits: {actions: 0}", "policy: {" + keys + "}"}
	}
}

// policyWorld is a world with machines that a policy is hostile to, and others.
type policyWorld struct {
	*world
	server       *lab.Process
	crowd, yard  *transport
	link         *transport
	otherAnswers map[string]string // by what was asked, without a policy
	explained    map[string]bool   // the faults of provoke that are
}

// newPolicyWorld runs a server without a policy and notes what it answers to others.
func newPolicyWorld(t *testing.T, name string) *policyWorld {
	t.Helper()
	w := newWorld(t, name, func(s *settings) {
		s.Subnets = []string{crowd, yard}
		s.Leased = []string{"limits: {actions: 0}"}
		s.Reservations = []string{`{circuit_id: port 7, subnet: yard}`, `{remote_id: switch 7, subnet: yard}`}
	})
	p := &policyWorld{world: w, explained: make(map[string]bool)}
	h := w.crowdHost(netip.MustParsePrefix(yardRelay + "/16"))
	p.crowd, p.yard = w.throughRelay(h, crowdRelay), w.throughRelay(h, yardRelay)
	p.link = w.onLink(w.client("crowd2", "52:54:00:00:00:98"))
	p.server = w.run("up")[0]
	p.otherAnswers = p.answers()
	return p
}

// victim is a machine that fault j of hook i is for.
func (p *policyWorld) victim(i, j, attempt int) machine {
	mac := fmt.Sprintf("%s:%02x:%02x", machinesOf(i), attempt, j)
	if hooks()[i].name == "choose" {
		return p.between(mac)
	}
	return machine{p.crowd, mac, []dhcptest.Modifier{dhcptest.Giaddr(crowdRelay)}}
}

// between is a machine that two reservations match.
func (p *policyWorld) between(mac string) machine {
	return machine{p.yard, mac, []dhcptest.Modifier{dhcptest.Giaddr(yardRelay),
		dhcptest.RelayInfo(dhcptest.CircuitID("port 7"), dhcptest.RemoteID("switch 7"))}}
}

// answers asks for machines that a policy has nothing to say of, and returns what they were answered, but for the transaction.
func (p *policyWorld) answers() map[string]string {
	p.Helper()
	relayed := dhcptest.Giaddr(crowdRelay)
	all := make(map[string]string)
	for _, m := range []struct {
		name string
		machine
	}{
		{"known", machine{p.link, knownMAC, nil}},
		{"guest", stranger(p.link, 0xa0001, dhcptest.HostName("box"), dhcptest.PRL(1, 3, 6, 12, 15))},
		{"relayed", stranger(p.crowd, 0xa0002, relayed, dhcptest.VendorClass("MSFT 5.0"))},
		{"at a port", p.between("52:54:01:0a:00:03")},
	} {
		note := func(what string, b []byte, err error) dhcptest.Reply {
			p.Helper()
			if err != nil {
				p.Fatalf("%s, %s: %v", m.name, what, err)
			}
			binary.BigEndian.PutUint32(b[4:], 0)
			all[m.name+", "+what] = fmt.Sprintf("%x", bytes.TrimRight(b, "\x00"))
			return dhcptest.Parse(p, b)
		}
		b, err := m.ask(dhcptest.Discover(m.mac, m.with()...))
		offer := note("DISCOVER", b, err)
		b, err = m.ask(dhcptest.Request(m.mac, offer.YIAddr.String(), offer.ServerID().String(), m.with()...))
		ack := note("REQUEST", b, err)
		if ack.Type != "ACK" {
			p.Fatalf("%s: its REQUEST is answered by %s", m.name, ack.Type)
		}
		if m.via != p.link { // there, who has an address would have to answer ARP
			b, err = m.ask(dhcptest.Renew(m.mac, ack.YIAddr.String(), m.with()...))
			note("renewal", b, err)
			b, err = m.ask(dhcptest.Inform(m.mac, ack.YIAddr.String(), m.with()...))
			note("INFORM", b, err)
		}
	}
	return all
}

// othersUnchanged demands that others are answered as they are without a policy, to the octet.
func (p *policyWorld) othersUnchanged() {
	p.Helper()
	if diff := cmp.Diff(p.otherAnswers, p.answers()); diff != "" {
		p.Errorf("answers to others (-without the policy +with it):\n%s", diff)
	}
}

// failures returns how many calls of a hook have failed, by kind.
func (p *policyWorld) failures(hook string) map[string]float64 {
	p.Helper()
	n := make(map[string]float64)
	for _, kind := range []string{"raised", "steps", "time", "memory", "result", "internal"} {
		n[kind] = p.metric("up", "rollcall_policy_failures_total", fmt.Sprintf("hook=%q", hook), fmt.Sprintf("kind=%q", kind))
	}
	return n
}

// peak returns the most memory that the server has had, in MiB.
func (p *policyWorld) peak() int {
	p.Helper()
	_, rest, _ := strings.Cut(p.text(fmt.Sprintf("/proc/%d/status", p.server.PID())), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		p.Fatal(err)
	}
	return kib >> 10
}

// others lets machines that the policy has nothing to say of renew without a pause. end stops them and says how many were answered.
func (p *policyWorld) others(n int) (end func() int64) {
	p.Helper()
	var renewed []*atomic.Int64
	var ends []func() int64
	for i := range n {
		r, e := p.renewing(stranger(p.crowd, 0xb0000+i, dhcptest.Giaddr(crowdRelay)))
		renewed, ends = append(renewed, r), append(ends, e)
	}
	return func() (answered int64) {
		p.Helper()
		for i := range n {
			if lost := ends[i](); lost > 0 {
				p.Errorf("others: %d renewals of machine %d were not answered, of %d", lost, i, lost+renewed[i].Load())
			}
			answered += renewed[i].Load()
		}
		return answered
	}
}

// A policy that never ends, raises, wants all the memory or answers nonsense for some machines: they are served as if it were not
// there, every failure is counted under its hook and kind, explain names its line, others notice nothing, and memory stays small.
func TestHostilePolicy(t *testing.T) {
	t.Parallel()
	const (
		others  = 2
		headway = 256 // MiB that a policy may cost in all
	)
	p := newPolicyWorld(t, "hostile-policy")
	all := hooks()
	p.configure(p.withPolicy(script(all)))
	p.must("reload")
	p.othersUnchanged()
	before, end := p.peak(), p.others(others)
	for i, h := range all {
		for j, f := range h.faults {
			if !p.provoke(i, j, h, f) {
				return
			}
		}
		p.othersUnchanged()
	}
	after := p.peak()
	t.Logf("others were answered %d times; the server had %d MiB at most, and %d MiB before", end(), after, before)
	if after > before+headway {
		t.Errorf("the server had %d MiB at most, and %d MiB before", after, before)
	}
	events := p.must("event", "list", "--kind", "client.unknown", "--limit", "0")
	for j, f := range all[4].faults {
		if m := p.victim(4, j, 0); !strings.Contains(events, m.mac) {
			t.Errorf("event, %s: the event is not logged; want it as if the hook were not there", f.name)
		}
	}
	if n := p.metric("up", "rollcall_policy_failures_total", `kind="internal"`); n > 0 {
		t.Errorf("%v failures are our own", n)
	}
}

// provoke has a machine cause a fault, and reports whether the server can go on.
func (p *policyWorld) provoke(i, j int, h *hook, f *fault) bool {
	p.Helper()
	what := h.name + ", " + f.name
	before := p.failures(h.name)
	var kinds []string
	for attempt := 0; ; attempt++ {
		m := p.victim(i, j, attempt)
		b, err := m.ask(dhcptest.Discover(m.mac, m.with()...))
		if err != nil {
			p.Errorf("%s: %v; want the answer that there would be without the hook", what, err)
			return p.server.Failure() == nil
		}
		if r := dhcptest.Parse(p, b); r.Type != "OFFER" || r.YIAddr.String() == knownAddr || r.YIAddr.String() == "10.20.0.1" ||
			r.Options[15] != nil || r.Duration(51) != time.Hour {
			p.Errorf("%s: answered by %+v; want the OFFER that there would be without the hook", what, r)
		}
		if h.name == "reply" {
			if r := m.dora(p); r.Options[15] != nil || r.Duration(51) != time.Hour {
				p.Errorf("%s: granted by %+v; want the ACK that there would be without the hook", what, r)
			}
		}
		if f.kinds == nil {
			break
		}
		for kind, n := range p.failures(h.name) {
			if n > before[kind] {
				kinds = append(kinds, kind)
			}
		}
		if len(kinds) > 0 {
			break
		}
		if attempt == 0xd0 {
			p.Errorf("%s: no failure is counted; skipped %v", what, p.metric("up", "rollcall_policy_skipped_total"))
			return true
		}
		time.Sleep(50 * time.Millisecond) // while the hook rests
	}
	for _, kind := range kinds {
		if !slices.Contains(f.kinds, kind) {
			p.Errorf("%s: counted as %s, want one of %s", what, kind, f.kinds)
		}
	}
	if f.kinds != nil && h.name != "event" && !p.explained[f.name] { // of explaining comes no event
		p.explained[f.name] = true // by the same code wherever else it is
		p.wait(what+" is explained", soon, func() (bool, error) {
			out := p.explain(p.victim(i, j, 0xee))
			return h.placed(f, out), fmt.Errorf("lines %d to %d of the policy are not in\n%s", f.first, f.last, out)
		})
	}
	return true
}

// explain returns what explain says of the DISCOVER of a relayed machine.
func (p *policyWorld) explain(m machine) string {
	p.Helper()
	args := []string{"explain", "--mac", m.mac, "--giaddr", crowdRelay}
	if m.via == p.yard {
		args = []string{"explain", "--mac", m.mac, "--giaddr", yardRelay, "--circuit-id", "port 7", "--remote-id", "switch 7"}
	}
	return p.must(append(args, "--leased", "unix://"+p.path("leased.sock"))...)
}

// Where a hook is to fail closed, a machine that makes it fail is not served, and others are.
func TestPolicyFailsClosed(t *testing.T) {
	t.Parallel()
	p := newPolicyWorld(t, "closed-policy")
	closed := hooks()[:4]
	for _, h := range closed {
		h.faults = []*fault{{name: "raised", body: "fail('no')"}, {name: "endless", body: "for i in range(BIG):\n    pass"}}
	}
	p.configure(p.withPolicy(script(closed), "on_error: closed"))
	p.must("reload")
	end := p.others(1)
	for i, h := range closed {
		for j, f := range h.faults {
			before := p.metric("up", "rollcall_leased_refusals_total", `reason="policy-error"`)
			m := p.victim(i, j, 0)
			b, err := m.via.ask(dhcptest.Discover(m.mac, m.with()...), patience)
			if err != nil {
				t.Fatal(err)
			}
			if b != nil {
				t.Errorf("%s, %s: answered by %+v, want silence", h.name, f.name, dhcptest.Parse(t, b))
			}
			if n := p.metric("up", "rollcall_leased_refusals_total", `reason="policy-error"`); n != before+1 {
				t.Errorf("%s, %s: policy-error counted %v times, want once", h.name, f.name, n-before)
			}
			if out := p.explain(p.victim(i, j, 0xee)); !strings.Contains(out, "policy-error") || !h.placed(f, out) {
				t.Errorf("%s, %s: explain names neither policy-error nor lines %d to %d:\n%s", h.name, f.name, f.first, f.last, out)
			}
		}
	}
	p.othersUnchanged()
	end()
}

// One machine after the other makes a hook go over its budget. The hook rests then, and nobody waits for it.
func TestPolicyRests(t *testing.T) {
	t.Parallel()
	p := newPolicyWorld(t, "resting-policy")
	all := hooks()[:1]
	all[0].faults = all[0].faults[:1]
	// No step counts for long, so each call takes all the time that it may.
	p.configure(p.withPolicy(script(all), "steps: 10000000", "timeout: 50ms"))
	p.must("reload")
	end := p.others(2)
	for attempt := range 0x100 {
		m := p.victim(0, 0, attempt)
		if err := m.via.send(dhcptest.Discover(m.mac, m.with()...)); err != nil {
			t.Fatal(err)
		}
	}
	p.wait("the hook to rest", soon, func() (bool, error) {
		return p.metric("up", "rollcall_policy_skipped_total", `hook="filter"`, `why="resting"`) > 0, nil
	})
	if p.failures("filter")["time"] == 0 || p.metric("up", "rollcall_policy_slow", `hook="filter"`, "policy.star") != 1 {
		t.Errorf("no metric names the hook that is too slow")
	}
	p.othersUnchanged()
	end()
	// A machine that made it go over its budget is not asked about again for a while.
	m := p.victim(0, 0, 0)
	before := p.metric("up", "rollcall_policy_skipped_total", `why="machine"`)
	p.wait("machine to be skipped", soon, func() (bool, error) {
		_, err := m.ask(dhcptest.Discover(m.mac, m.with()...))
		return p.metric("up", "rollcall_policy_skipped_total", `why="machine"`) > before, err
	})
}

// A new policy counts from the next packet on, and none is lost; a faulty one is refused by line and column, and the old one stays.
func TestPolicyReload(t *testing.T) {
	t.Parallel()
	const named = "def reply(request, lease, reply):\n    reply.options['domain-name'] = '%s.example.org'\n"
	p := newPolicyWorld(t, "reload-policy")
	renewed, end := p.renewing(stranger(p.crowd, 1, dhcptest.Giaddr(crowdRelay)))
	more := func() {
		t.Helper()
		n := renewed.Load() + 20
		p.wait("further renewals", soon, func() (bool, error) { return renewed.Load() >= n, nil })
	}
	m := stranger(p.crowd, 2, dhcptest.Giaddr(crowdRelay))
	domain := func(want string) {
		t.Helper()
		if got := string(m.discover(t).Options[15]); got != want {
			t.Errorf("domain name %q, want %q", got, want)
		}
	}
	domain("")
	for _, name := range []string{"first", "second"} {
		p.configure(p.withPolicy(fmt.Sprintf(named, name)))
		p.must("reload")
		domain(name + ".example.org")
		more()
	}
	for name, faulty := range map[string]struct{ text, place string }{
		"syntax":         {"def reply(request, lease, reply):\n    return (\n", `policy\.star:\d+:\d+: `},
		"unknown name":   {"def reply(request, lease, reply):\n    return replay\n", `policy\.star:2:12: `},
		"parameters":     {"x = 1\n\ndef reply(request):\n    return None\n", `policy\.star:3:\d+: `},
		"endless":        {"x = [i for i in range(1 << 30)]\n", `policy\.star:1:\d+: `},
		"raised":         {"\n\nx = 1 // 0\n", `policy\.star:3:\d+: `},
		"too much":       {"x = 'a' * (1 << 30)\n", `policy\.star:1:\d+: `},
		"outside":        {"load('../secret.star', 'x')\n", `policy\.star:1:\d+: `},
		"without a hook": {"def replay(request):\n    return None\n", `policy\.star`},
	} {
		p.configure(p.withPolicy(faulty.text))
		place := regexp.MustCompile(faulty.place)
		if said := p.cli("reload"); said.status == 0 || !place.MatchString(said.err) {
			t.Errorf("%s: reload: status %d: %s; want the place %s", name, said.status, said.err, faulty.place)
		}
		if said := p.cli("check"); said.status != 2 || !place.MatchString(said.out+said.err) {
			t.Errorf("%s: check: status %d: %s%s; want the place %s", name, said.status, said.out, said.err, faulty.place)
		}
		if err := p.server.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		more()
		domain("second.example.org")
	}
	if err := os.Remove(p.path("policy.star")); err != nil {
		t.Fatal(err)
	}
	if said := p.cli("reload"); said.status == 0 || !regexp.MustCompile(`rollcall\.yaml:\d+:\d+: `).MatchString(said.err) {
		t.Errorf("reload without the file: status %d: %s; want the place that names it", said.status, said.err)
	}
	domain("second.example.org")
	p.configure(func(s *settings) { s.Leased = s.Leased[:1] })
	p.must("reload")
	domain("")
	more()
	if lost := end(); lost != 0 {
		t.Errorf("%d of %d renewals were not answered", lost, renewed.Load())
	}
	p.othersUnchanged()
}

// leased is killed under load, and a policy says for how long leases are. What was acknowledged is there, for as long as the policy
// has said, not the configuration.
func TestPolicyKill(t *testing.T) {
	t.Parallel()
	const kills, machines, between = 3, 24, 200
	const first, then = 20 * time.Minute, 40 * time.Minute
	w := newWorld(t, "kill-policy")
	w.configure(w.withPolicy(fmt.Sprintf(`
def reply(request, lease, reply):
    if reply.kind != "NAK":
        reply.lease_time = %d if request.ciaddr else %d
`, int(then.Seconds()), int(first.Seconds()))), func(s *settings) { s.Subnets = []string{crowd} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	leased := w.run("leased", "frontend")[0]
	if got := stranger(via, 0xc0000, dhcptest.Giaddr(crowdRelay)).dora(t).Duration(51); got != first {
		t.Fatalf("granted for %v, want %v", got, first)
	}
	l := w.startLoad(via, machines)
	for i := range kills {
		before, renewed := l.count.Load(), l.renewed.Load()
		w.wait(fmt.Sprintf("leases and renewals before kill %d", i+1), soon, func() (bool, error) {
			return l.count.Load() >= before+between && l.renewed.Load() >= renewed+between/4, fmt.Errorf("%d", l.count.Load()-before)
		})
		leased.Kill()
		w.awaitNotReady("frontend", "leased")
		leased = w.launch("leased")
		w.awaitReady("frontend")
	}
	acked, err := l.end()
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]lease)
	for _, l := range w.leases("--subnet", "crowd") {
		listed[l.Address] = l
	}
	const slack = 2 * time.Second // times are in whole seconds
	for _, g := range acked {
		l, lasts := listed[g.address], first
		if l.Hardware == g.mac && l.Renewals > 0 {
			lasts = then
		}
		// A renewal may be on disk that nobody was told of, so the lease may last longer than what was acknowledged.
		if promised := g.at.Add(first - slack); l.Hardware != g.mac || l.Expires.Before(promised) || l.Expires.After(time.Now().Add(lasts+slack)) {
			t.Errorf("%s was promised %s until %v; listed is %+v", g.mac, g.address, promised, l)
		}
		if g.renewed && l.Expires.Before(g.at.Add(then-slack)) {
			t.Errorf("%s renewed %s at %v for %v; listed is %+v", g.mac, g.address, g.at, then, l)
		}
	}
	t.Logf("%d leases and %d renewals acknowledged, %d kills", len(acked), l.renewed.Load(), kills)
}
