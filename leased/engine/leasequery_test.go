package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// asker is the relay that may ask in these tests; it stands in no subnet that it asks about.
const asker = "10.30.0.1"

func askable(p planning) planning {
	set := p.set
	p.set = func(s *engine.Settings) {
		if set != nil {
			set(s)
		}
		s.LeaseQuery = []engine.Range{{First: ip("10.30.0.1"), Last: ip("10.30.0.3")}}
	}
	return p
}

// leaseQuery asks about "IP", "hw CLIENT" or "id ID", or several of them, on eth1.
func (w *world) leaseQuery(by string, prl ...option.Code) engine.Decision {
	w.t.Helper()
	q := w.query(engine.LeaseQuery, engine.HW{}, "eth1", nil)
	q.GIAddr = ip(asker)
	for _, f := range strings.Split(by, ",") {
		kind, value, _ := strings.Cut(strings.TrimSpace(f), " ")
		switch kind {
		case "hw":
			q.HW = hwOf(value)
		case "id":
			q.Options = q.Options.AppendString(option.ClientID, value)
		case "":
		default:
			q.CIAddr = ip(kind)
		}
	}
	if len(prl) > 0 {
		var codes []byte
		for _, c := range prl {
			codes = append(codes, byte(c))
		}
		q.Options = q.Options.Append(option.ParameterRequestList, codes)
	}
	w.where = "leasequery " + by
	return w.send(q)
}

// lease queries of the engine are shown as KIND CIADDR HOLDER.
func shown(d engine.Decision) string {
	out := d.Kind.String()
	if d.Reason != "" {
		out += " " + string(d.Reason)
	}
	if d.CIAddr != 0 {
		out += " " + d.CIAddr.String()
	}
	if !d.Holder.IsZero() {
		out += " " + d.Holder.String()
	}
	return out
}

// texts returns options as text, by code.
func texts(list option.List) map[option.Code]string {
	m := map[option.Code]string{}
	for c, v := range list.All() {
		m[c] = option.ByCode(c).Text(v)
	}
	return m
}

// TestLeaseQueryOutcome: which answer a query gets, and about which address (RFC 4388 §6.4, §6.4.1).
func TestLeaseQueryOutcome(t *testing.T) {
	w := run(t, askable(planning{}), `
		A discover                  -> OFFER 10.99.0.50
		A select 10.99.0.50         -> ACK 10.99.0.50
		K select 10.20.0.200        -> ACK 10.20.0.200
	`)
	w.now = w.now.Add(time.Second)
	a, k := hwOf("A").String(), hwOf("K").String()
	for _, tc := range []struct{ name, by, want string }{
		{"active", "10.99.0.50", "LEASEACTIVE 10.99.0.50 " + a},
		{"active by reservation", "10.20.0.200", "LEASEACTIVE 10.20.0.200 " + k},
		{"in a pool, never leased", "10.99.0.55", "LEASEUNASSIGNED 10.99.0.55"},
		{"in a subnet, not ours to lease", "10.99.0.5", "LEASEUNKNOWN"},
		{"our own address", "10.99.0.1", "LEASEUNKNOWN"},
		{"broadcast address", "10.99.0.255", "LEASEUNKNOWN"},
		{"outside all subnets", "192.0.2.1", "LEASEUNKNOWN"},
		{"hardware address", "hw A", "LEASEACTIVE 10.99.0.50 " + a},
		{"hardware address without a lease", "hw C", "LEASEUNKNOWN"},
		{"client identifier without a lease", "id nobody", "LEASEUNKNOWN"},
		{"nothing", "", "DROP leasequery-malformed"},
		{"address and hardware address", "10.99.0.50,hw A", "DROP leasequery-malformed"},
		{"address and client identifier", "10.99.0.50,id x", "DROP leasequery-malformed"},
		{"hardware address and client identifier", "hw A,id x", "DROP leasequery-malformed"},
		{"all three", "10.99.0.50,hw A,id x", "DROP leasequery-malformed"},
	} {
		if got := shown(w.leaseQuery(tc.by)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestLeaseQueryAfterwards: what was leased and is not any more is unassigned, and its holder unknown.
func TestLeaseQueryAfterwards(t *testing.T) {
	for name, end := range map[string]string{
		"released": "A release 10.80.0.100 on=eth6", "expired": "+11m", "run out, and not looked at": "later 11m",
		"declined": "A decline 10.80.0.100 on=eth6", "ended by an operator": "end 10.80.0.100",
	} {
		w := run(t, askable(planning{}), `
			A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100
			`+end)
		if got := shown(w.leaseQuery("10.80.0.100")); got != "LEASEUNASSIGNED 10.80.0.100" {
			t.Errorf("%s: %s by address", name, got)
		}
		if got := shown(w.leaseQuery("hw A")); got != "LEASEUNKNOWN" {
			t.Errorf("%s: %s by hardware address", name, got)
		}
	}
	w := run(t, askable(planning{}), `reserve B yard 10.80.0.7`)
	if got := shown(w.leaseQuery("10.80.0.7")); got != "LEASEUNASSIGNED 10.80.0.7" {
		t.Errorf("reserved, never leased: %s", got)
	}
}

// TestLeaseQueryRefused: nobody but the relays of the list is answered, and nobody at all without one.
func TestLeaseQueryRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		p      planning
		giaddr string
	}{
		"off": {planning{}, asker}, "another relay": {askable(planning{}), "10.30.0.4"}, "no relay": {askable(planning{}), "0.0.0.0"},
	} {
		w := newWorld(t, tc.p)
		q := w.query(engine.LeaseQuery, engine.HW{}, "eth1", nil)
		q.CIAddr, q.GIAddr = ip("10.99.0.50"), ip(tc.giaddr)
		if d := w.send(q); shown(d) != "DROP leasequery-refused" {
			t.Errorf("%s: %s", name, shown(d))
		}
	}
}

// TestLeaseQueryOptions: what a LEASEACTIVE carries, and what not (RFC 4388 §6.4.2).
func TestLeaseQueryOptions(t *testing.T) {
	w := run(t, askable(planning{}), `
		A/box select 10.30.0.10 via=10.30.0.1 circuit=port7 host=printer   -> ACK 10.30.0.10
		+10m
	`)
	relay := "0105706f727437"
	for _, tc := range []struct {
		name string
		prl  []option.Code
		want map[option.Code]string
	}{
		{"as asked", []option.Code{option.LeaseTime, option.RelayAgentInfo}, map[option.Code]string{54: "10.20.0.1", 51: "50m", 82: relay}},
		{"times", []option.Code{option.RenewalTime, option.RebindingTime, option.ClientLastTransaction},
			map[option.Code]string{54: "10.20.0.1", 58: "20m", 59: "42m30s", 91: "10m"}},
		{"who", []option.Code{option.ClientID, option.HostName, option.VendorClass}, map[option.Code]string{54: "10.20.0.1", 61: "626f78", 12: "printer"}},
		{"of the subnet", []option.Code{option.SubnetMask, option.Router, option.TFTPServerName},
			map[option.Code]string{54: "10.20.0.1", 1: "255.255.255.0"}},
		{"no list", nil, map[option.Code]string{54: "10.20.0.1", 51: "50m", 58: "20m", 59: "42m30s", 91: "10m", 61: "626f78", 82: relay,
			1: "255.255.255.0"}},
	} {
		d := w.leaseQuery("10.30.0.10", tc.prl...)
		got := map[option.Code]string{}
		for c, v := range d.Options.All() {
			switch c {
			case option.ClientID, option.RelayAgentInfo:
				got[c] = fmt.Sprintf("%x", v)
			default:
				got[c] = option.ByCode(c).Text(v)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	// Times that are past are not told.
	w.pass(25 * time.Minute)
	if got := texts(w.leaseQuery("10.30.0.10", option.LeaseTime, option.RenewalTime, option.RebindingTime).Options); got[51] != "25m" ||
		got[58] != "" || got[59] == "" {
		t.Errorf("after T1: %v", got)
	}
	// Nothing at all but the type goes with the other answers.
	for _, by := range []string{"10.30.0.11", "192.0.2.1"} {
		if d := w.leaseQuery(by, option.LeaseTime, option.SubnetMask); len(d.Options) > 0 {
			t.Errorf("%v carries %v", d.Kind, texts(d.Options))
		}
	}
}

// TestLeaseQueryBelievesNoClient: what a client on the link says about a relay is nothing that a relay said.
func TestLeaseQueryBelievesNoClient(t *testing.T) {
	w := run(t, askable(planning{}), `
		A select 10.80.0.100 on=eth6 82=hex:0104706f72740204746869730c027231 -> ACK 10.80.0.100`)
	for _, prl := range [][]option.Code{nil, {option.LeaseTime, option.RelayAgentInfo}} {
		if v, ok := w.leaseQuery("10.80.0.100", prl...).Options.Get(option.RelayAgentInfo); ok {
			t.Errorf("a relay is told %q", v)
		}
	}
	l := w.s.Lease(ip("10.80.0.100"))
	if d, ok := w.s.Binding(bulkQuery(t, engine.HW{}, nil), l, w.now); !ok || texts(d.Options)[option.RelayAgentInfo] != "" {
		t.Errorf("in bulk it is told %v", texts(d.Options))
	}
	for _, sub := range []string{"\x02\x04this", "\x0c\x02r1"} {
		if bulkQuery(t, engine.HW{}, option.List(nil).AppendString(option.RelayAgentInfo, sub)).Matches(l, w.now.Unix()) {
			t.Errorf("it is found by %q", sub)
		}
	}
}

// TestLeaseQueryKeepsSecrets: what vendors' options say is between server and client.
func TestLeaseQueryKeepsSecrets(t *testing.T) {
	w := newWorld(t, askable(planning{}))
	yard := w.s.Plan().Subnet("yard")
	yard.Pools[0].Scope.Options = engine.NewOptions([]engine.Option{
		{Code: option.VendorSpecific, Value: []byte("x"), Send: engine.SendAlways}, {Code: option.VIVendorSpecific, Value: []byte{0, 0, 0, 9, 1, 1}},
		{Code: 224, Value: []byte("x")}, {Code: option.Router, Value: ip4("10.80.0.1")},
	})
	s := &script{w, planning{}}
	s.line("A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100")
	for _, prl := range [][]option.Code{nil, {option.VendorSpecific, option.VIVendorSpecific, 224, option.Router}} {
		got := texts(w.leaseQuery("10.80.0.100", prl...).Options)
		if got[option.Router] != "10.80.0.1" || got[option.VendorSpecific]+got[option.VIVendorSpecific]+got[224] != "" {
			t.Errorf("asked for %v: %v", prl, got)
		}
	}
}

// TestLeaseQuerySeveral: a client with several leases is answered with the latest and the list of all, by whatever it is known
// (RFC 4388 §6.4.1, §6.4.2).
func TestLeaseQuerySeveral(t *testing.T) {
	w := run(t, askable(planning{}), `
		A/box select 10.30.0.10 via=10.30.0.1   -> ACK 10.30.0.10
		+1s
		A/box select 10.50.0.10 on=eth3         -> ACK 10.50.0.10
		+1s
		A/box select 10.80.0.100 on=eth6        -> ACK 10.80.0.100
		+1s
		A/box renew 10.30.0.10 via=10.30.0.1    -> ACK 10.30.0.10
	`)
	for _, by := range []string{"hw A", "id box"} {
		d := w.leaseQuery(by, option.LeaseTime)
		if got := shown(d); got != "LEASEACTIVE 10.30.0.10 "+hwOf("A").String() {
			t.Errorf("%s: %s", by, got)
		}
		if got, want := texts(d.Options)[option.AssociatedIP], "10.30.0.10,10.80.0.100,10.50.0.10"; strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%s: associated %s, want %s", by, got, want)
		}
	}
	s := &script{w, planning{}}
	s.line("A/box release 10.30.0.10 -> DROP release-done")
	s.line("A/box release 10.80.0.100 on=eth6 -> DROP release-done")
	d := w.leaseQuery("id box")
	if _, ok := d.Options.Get(option.AssociatedIP); shown(d) != "LEASEACTIVE 10.50.0.10 "+hwOf("A").String() || ok {
		t.Errorf("with one left: %s, associated addresses %v", shown(d), ok)
	}
	// The table survives a new configuration, and goes when nobody may ask any more.
	w.s.Replan(askable(planning{}).plan())
	w.check()
	if got := shown(w.leaseQuery("id box")); !strings.HasPrefix(got, "LEASEACTIVE 10.50.0.10") {
		t.Errorf("after a reload: %s", got)
	}
	w.s.Replan(planning{}.plan())
	w.check()
	if got := shown(w.leaseQuery("id box")); got != "DROP leasequery-refused" {
		t.Errorf("switched off: %s", got)
	}
}

// TestLeaseQueryChangesNothing: a query is no transaction of the client, and no client's flood.
func TestLeaseQueryChangesNothing(t *testing.T) {
	w := run(t, askable(planning{set: func(s *engine.Settings) { s.FloodActions = 1 }}), `A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100`)
	before := *w.s.Lease(ip("10.80.0.100"))
	for range 20 {
		q := w.query(engine.LeaseQuery, hwOf("A"), "eth1", nil)
		q.GIAddr = ip(asker)
		q.Index()
		if reason, e := w.s.Admit(q, w.now); reason != "" || e != nil {
			t.Fatalf("the relay is not listened to: %s", reason)
		}
		if d := w.send(q); d.Kind != engine.LeaseActive || !d.Commit.Empty() {
			t.Fatalf("%s with a commit %+v", shown(d), d.Commit)
		}
	}
	if diff := cmp.Diff(before, *w.s.Lease(ip("10.80.0.100"))); diff != "" {
		t.Errorf("the lease changed (-before +after):\n%s", diff)
	}
	q := w.query(engine.Discover, hwOf("A"), "eth6", nil)
	q.Index()
	if reason, _ := w.s.Admit(q, w.now); reason != "" {
		t.Errorf("the client pays for the queries of the relay: %s", reason)
	}
}

// A relay hears what a machine is told to boot, as far as the lease says what kind of machine it is.
func TestLeaseQueryOfAMachineThatBoots(t *testing.T) {
	w := run(t, askable(planning{file: strings.Replace(bootFile, "  reservations:", `
    - {name: campus, prefix: 10.30.0.0/24}
  reservations:`, 1)}), `A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 file=ipxe.efi`)
	got := texts(w.leaseQuery("10.99.0.50", option.BootfileName, option.VendorClass).Options)
	if got[option.BootfileName] != "ipxe.efi" || !strings.HasPrefix(got[option.VendorClass], "PXEClient:Arch:00007") {
		t.Errorf("came %q", got)
	}
	if again := w.leaseQuery("10.99.0.50"); len(again.Commit.Events) > 0 || again.Boot != nil {
		t.Errorf("a question of a relay counts as a boot: %+v", again)
	}
}
