package service_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	guest   = "52:54:00:12:34:56" // a stranger
	other   = "52:54:00:12:34:57" // another one
	testbox = "08:00:27:2c:49:4b" // on the roll by the configuration
)

var (
	lobbyServer = netip.MustParseAddr("10.99.0.1")
)

// wantAnswer verifies kind and reason of an answer.
func wantAnswer(t *testing.T, a *leasedv1.Answer, kind leasedv1.Answer_Kind, reason string) {
	t.Helper()
	if a.GetKind() != kind || a.GetReason() != reason {
		t.Errorf("answer %v %q, want %v %q", a.GetKind(), a.GetReason(), kind, reason)
	}
}

// sent renders options as the operator of a client would read them.
func sent(options option.List) map[option.Code]string {
	m := map[option.Code]string{}
	for code, value := range options.All() {
		m[code] = fmt.Sprintf("%x", value)
		switch {
		case len(value) == 4 && (code == option.LeaseTime || code == option.RenewalTime || code == option.RebindingTime):
			m[code] = fmt.Sprintf("%ds", binary.BigEndian.Uint32(value))
		case len(value) == 4:
			m[code] = netip.AddrFrom4([4]byte(value)).String()
		case code == option.HostName || code == option.DomainName:
			m[code] = string(value)
		}
	}
	return m
}

// TestStranger takes a stranger through the life of a lease.
func TestStranger(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	offer := f.Ask(leasedtest.Add(leasedtest.Discover(guest), option.ParameterRequestList, []byte{1, 3, 6, 12, 15, 58, 59}))[0]
	wantAnswer(t, offer, leasedv1.Answer_KIND_OFFER, "")
	if got := leasedtest.Addr(offer.GetYiaddr()); got.Compare(netip.MustParseAddr("10.99.0.50")) < 0 || got.Compare(netip.MustParseAddr("10.99.0.249")) > 0 {
		t.Fatalf("offered %v, want an address of the pool", got)
	}
	ack := f.Ask(leasedtest.Add(leasedtest.Select(guest, offer), option.ParameterRequestList, []byte{1, 3, 6, 12, 15, 58, 59}))[0]
	wantAnswer(t, ack, leasedv1.Answer_KIND_ACK, "")
	ip := leasedtest.Addr(ack.GetYiaddr())
	want := map[option.Code]string{
		option.ServerID: "10.99.0.1", option.LeaseTime: "120s", option.RenewalTime: "117s", option.RebindingTime: "117s",
		option.SubnetMask: "255.255.255.0", option.Router: "10.99.0.1", option.DomainNameServer: "10.99.0.1",
		option.DomainName: "lan.example.org", option.HostName: "guest-" + strings.ReplaceAll(ip.String(), ".", "-"),
	}
	if diff := cmp.Diff(want, sent(ack.GetOptions())); diff != "" {
		t.Errorf("options of the ACK (-want +got):\n%s", diff)
	}
	granted := s.Events(t, "lease.granted")
	if len(granted) != 1 || granted[0].GetAddress() != ip.String() || granted[0].GetMachine().GetHardware() != guest || granted[0].GetLink() != "gate/eth1" ||
		granted[0].GetLeaseTime().AsDuration() != 2*time.Minute || granted[0].GetExpires() == nil || granted[0].GetSubnet() != "lobby" {
		t.Errorf("with the ACK, the log has %v, want lease.granted of %v", granted, ip)
	}
	renewed := f.Ask(leasedtest.Renew(guest, ip))[0]
	wantAnswer(t, renewed, leasedv1.Answer_KIND_ACK, "")
	if got := leasedtest.Addr(renewed.GetYiaddr()); got != ip {
		t.Errorf("renewal of %v brought %v", ip, got)
	}
	wantAnswer(t, f.Ask(leasedtest.Release(guest, ip, lobbyServer))[0], leasedv1.Answer_KIND_DROP, "release-done")
	if again := f.Lease(guest); again != ip {
		t.Errorf("after its release of %v the machine got %v; its former address is free", ip, again)
	}
}

func TestKnownMachineGetsItsReservation(t *testing.T) {
	f := leasedtest.Start(t, leasedtest.Floor).Connect(t, "gate")
	offer := f.Ask(leasedtest.Discover(testbox))[0]
	if got := leasedtest.Addr(offer.GetYiaddr()).String(); got != "10.20.0.200" {
		t.Errorf("offered %s, want 10.20.0.200", got)
	}
	ack := f.Ask(leasedtest.Select(testbox, offer))[0]
	wantAnswer(t, ack, leasedv1.Answer_KIND_ACK, "")
	if got := sent(ack.GetOptions()); got[option.ServerID] != "10.20.0.1" || got[option.LeaseTime] != "28800s" || got[option.RenewalTime] != "" {
		t.Errorf("server and times %v, want those of the hall, where nothing is said of T1 and T2", got)
	}
}

// A frontend that lost its stream sends its queries again: the decisions are the same.
func TestRepeatedQueriesHaveTheSameAnswer(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	offer := f.Ask(leasedtest.Discover(guest))[0]
	ack := f.Ask(leasedtest.Select(guest, offer))[0]
	f.Leave()
	f = s.Connect(t, "gate")
	again := f.Ask(leasedtest.Discover(guest), leasedtest.Select(guest, offer), leasedtest.Select(guest, offer))
	for i, kind := range []leasedv1.Answer_Kind{leasedv1.Answer_KIND_OFFER, leasedv1.Answer_KIND_ACK, leasedv1.Answer_KIND_ACK} {
		wantAnswer(t, again[i], kind, "")
		if again[i].GetYiaddr() != ack.GetYiaddr() {
			t.Errorf("repeated query %d: %v, before %v", i, leasedtest.Addr(again[i].GetYiaddr()), leasedtest.Addr(ack.GetYiaddr()))
		}
	}
}

// TestStreamNonsense: a frontend that sends nonsense is broken, so its stream ends; others do not notice.
func TestStreamNonsense(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	good := s.Connect(t, "good")
	hello := &leasedv1.Hello{Frontend: "bad", Links: []*leasedv1.Link{leasedtest.Eth1()}}
	one := func(change func(*leasedv1.Query)) []*leasedv1.Query {
		q := leasedtest.Discover(guest)
		change(q)
		return []*leasedv1.Query{q}
	}
	many := make([]*leasedv1.Query, 1025)
	for i := range many {
		many[i] = leasedtest.Discover(guest)
	}
	for name, tc := range map[string]struct {
		send *leasedv1.DecideRequest
		want *fault.Error
	}{
		"query before hello": {&leasedv1.DecideRequest{Queries: one(func(*leasedv1.Query) {})},
			&fault.Error{Code: fault.Precondition, Reason: "NO_HELLO"}},
		"hello without name": {&leasedv1.DecideRequest{Hello: &leasedv1.Hello{}},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_HELLO", Field: "hello.frontend"}},
		"address without length": {&leasedv1.DecideRequest{Hello: &leasedv1.Hello{Frontend: "bad",
			Links: []*leasedv1.Link{{Name: "eth1", Addresses: []string{"10.20.0.1"}}}}},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_HELLO", Field: "hello.links.addresses"}},
		"address of IPv6": {&leasedv1.DecideRequest{Hello: &leasedv1.Hello{Frontend: "bad",
			Links: []*leasedv1.Link{{Name: "eth1", Addresses: []string{"fe80::1/64"}}}}},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_HELLO", Field: "hello.links.addresses"}},
		"no such link": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Link = 1 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_LINK", Field: "queries.link"}},
		"link far out": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Link = 1<<32 - 1 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_LINK", Field: "queries.link"}},
		"too many queries": {&leasedv1.DecideRequest{Hello: hello, Queries: many},
			&fault.Error{Code: fault.Invalid, Reason: "BATCH_TOO_LARGE"}},
		"options cut short": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Options = append(q.Options, 12, 0, 9, 'x') })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"long hardware address": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Chaddr = make([]byte, 17) })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"type of two octets": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Type = 257 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"port out of range": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Port = 1<<16 + 67 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"seconds of three octets": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Secs = 1 << 16 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"hops of two octets": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Hops = 256 })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"long server name": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.Sname = make([]byte, 65) })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
		"long file": {&leasedv1.DecideRequest{Hello: hello, Queries: one(func(q *leasedv1.Query) { q.File = make([]byte, 129) })},
			&fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := s.Open(t)
			if err := f.Stream.Send(tc.send); err != nil {
				t.Fatal(err)
			}
			_, err := f.Stream.Recv()
			wantFault(t, err, tc.want)
			wantAnswer(t, good.Ask(leasedtest.Discover(other))[0], leasedv1.Answer_KIND_OFFER, "")
		})
	}
}

// Hostile clients are the engine's business: a frontend passes them on, and each has its one answer.
func TestHostileQueries(t *testing.T) {
	f := leasedtest.Start(t, leasedtest.Floor).Connect(t, "gate")
	with := func(q *leasedv1.Query, change func(*leasedv1.Query)) *leasedv1.Query {
		change(q)
		return q
	}
	answers := f.Ask(
		with(leasedtest.Discover(guest), func(q *leasedv1.Query) { q.Type = 13 }),
		with(leasedtest.Discover(guest), func(q *leasedv1.Query) { q.Giaddr = 0xc0000201 }),
		with(leasedtest.Discover(guest), func(q *leasedv1.Query) { q.Chaddr = nil }),
		leasedtest.Add(leasedtest.Discover(guest), option.RequestedAddress, []byte{10, 99}),
		leasedtest.Add(leasedtest.Discover(guest), option.ClientID, nil),
		leasedtest.Add(leasedtest.Discover(guest), option.RelayAgentInfo, []byte{1, 200, 'x'}),
		leasedtest.Renew(guest, netip.IPv4Unspecified()),
	)
	wantAnswer(t, answers[0], leasedv1.Answer_KIND_DROP, "unknown-message")
	wantAnswer(t, answers[1], leasedv1.Answer_KIND_DROP, "no-subnet")
	for i, a := range answers[3:6] {
		if a.GetKind() != leasedv1.Answer_KIND_OFFER {
			t.Errorf("query %d with a useless option: %v %s, want an offer as without it", i+3, a.GetKind(), a.GetReason())
		}
	}
	wantAnswer(t, answers[6], leasedv1.Answer_KIND_DROP, "no-address")
}

// barn has room for all machines of a full batch.
const barn = `
leased:
  listen: ["unix://SOCKET"]
  probe: {enabled: false}
  subnets:
    - name: barn
      prefix: 10.64.0.0/16
      pools: [{range: 10.64.1.0-10.64.5.255}]
`

func TestFullBatch(t *testing.T) {
	s := leasedtest.Start(t, barn)
	f := s.Connect(t, "gate", &leasedv1.Link{Name: "eth1", Addresses: []string{"10.64.0.1/16"}, Up: true})
	const n = 1024
	mac := func(i int) string { return fmt.Sprintf("02:00:00:00:%02x:%02x", i>>8, i&0xff) }
	ask := make([]*leasedv1.Query, n)
	for i := range ask {
		ask[i] = leasedtest.Discover(mac(i))
	}
	offers := f.Ask(ask...)
	for i, o := range offers {
		if o.GetKind() != leasedv1.Answer_KIND_OFFER {
			t.Fatalf("machine %d: %v %s, want an offer", i, o.GetKind(), o.GetReason())
		}
		ask[i] = leasedtest.Select(mac(i), o)
	}
	holder := map[uint32]string{}
	for i, a := range f.Ask(ask...) {
		if a.GetKind() != leasedv1.Answer_KIND_ACK || a.GetYiaddr() != offers[i].GetYiaddr() {
			t.Fatalf("machine %d: %v %s, want an ACK of what it was offered", i, a.GetKind(), a.GetReason())
		}
		if holder[a.GetYiaddr()] != "" {
			t.Fatalf("%v has two holders", leasedtest.Addr(a.GetYiaddr()))
		}
		holder[a.GetYiaddr()] = mac(i)
	}
	for asked, want := range map[int32]int{0: 100, 5000: 1000} {
		res, err := leasedv1.NewLeaseServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.LeaseServiceListRequest{PageSize: asked})
		if err != nil || len(res.GetLeases()) != want || res.GetNextPageToken() == "" {
			t.Errorf("page of size %d: %d leases, %v; want %d and a token", asked, len(res.GetLeases()), err, want)
		}
	}
	// An ACK promises what is on disk, so a list made after it has the lease.
	var listed int
	for l := range allLeases(t, s, &leasedv1.LeaseServiceListRequest{PageSize: 1000}) {
		listed++
		ip := netip.MustParseAddr(l.GetAddress()).As4()
		if want := holder[uint32(ip[0])<<24|uint32(ip[1])<<16|uint32(ip[2])<<8|uint32(ip[3])]; l.GetHardware() != want {
			t.Errorf("%s is listed for %s, acknowledged to %q", l.GetAddress(), l.GetHardware(), want)
		}
	}
	if listed != n {
		t.Errorf("%d leases are listed, %d were acknowledged", listed, n)
	}
}

// Two frontends serve one segment: they share everything but their own addresses and their ids.
func TestTwoFrontends(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	a := s.Connect(t, "a")
	b := s.Connect(t, "b", &leasedv1.Link{Name: "eth0", Addresses: []string{"10.99.0.2/24"}, Up: true})
	fromA, fromB := a.Ask(leasedtest.Discover(guest))[0], b.Ask(leasedtest.Discover(guest))[0]
	if fromA.GetYiaddr() != fromB.GetYiaddr() {
		t.Errorf("a offers %v and b %v to one machine", leasedtest.Addr(fromA.GetYiaddr()), leasedtest.Addr(fromB.GetYiaddr()))
	}
	if got := sent(fromB.GetOptions())[option.ServerID]; got != "10.99.0.2" {
		t.Errorf("b calls itself %s, its address is 10.99.0.2", got)
	}
	// The broadcast REQUEST reaches both; the one that the client chose answers.
	wantAnswer(t, b.Ask(leasedtest.Select(guest, fromA))[0], leasedv1.Answer_KIND_DROP, "other-frontend")
	wantAnswer(t, a.Ask(leasedtest.Select(guest, fromA))[0], leasedv1.Answer_KIND_ACK, "")
	// The lease is known to both.
	wantAnswer(t, b.Ask(leasedtest.Renew(guest, leasedtest.Addr(fromA.GetYiaddr())))[0], leasedv1.Answer_KIND_ACK, "")
}

func TestLinkEvents(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	eth1, eth2 := leasedtest.Eth1(), &leasedv1.Link{Name: "eth2"}
	f := s.Connect(t, "gate", eth1, eth2)
	s.Await(t, 0, "link.up")
	eth2.Up = true
	f.Hello("gate", eth1, eth2)
	eth2 = &leasedv1.Link{Name: "eth2"}
	f.Hello("gate", eth1, eth2)
	f.Hello("gate", eth1, eth2) // no news
	s.Await(t, 0, "link.down")
	f.Leave()
	var got []string
	for _, e := range s.Await(t, 3, "link.down") {
		got = append(got, e.GetKind()+" "+e.GetLink())
	}
	for _, e := range s.Events(t) {
		got = append(got, e.GetKind()+" "+e.GetLink())
	}
	want := []string{"link.down gate/eth1", "link.up gate/eth1", "link.up gate/eth2", "link.down gate/eth2", "link.down gate/eth1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Links that change do so for the queries of the same message.
func TestLinksChangeUnderWay(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate", &leasedv1.Link{Name: "eth9", Up: true})
	if a := f.Ask(leasedtest.Discover(guest))[0]; a.GetKind() != leasedv1.Answer_KIND_DROP {
		t.Errorf("on a link without address: %v, want silence", a.GetKind())
	}
	q := leasedtest.Discover(other)
	q.Id = 77
	if err := f.Stream.Send(&leasedv1.DecideRequest{
		Hello: &leasedv1.Hello{Frontend: "gate", Links: []*leasedv1.Link{leasedtest.Eth1()}}, Queries: []*leasedv1.Query{q},
	}); err != nil {
		t.Fatal(err)
	}
	m, err := f.Stream.Recv()
	if err != nil || len(m.GetAnswers()) != 1 || m.GetAnswers()[0].GetId() != 77 {
		t.Fatalf("answer %v, %v; want one with id 77", m, err)
	}
	wantAnswer(t, m.GetAnswers()[0], leasedv1.Answer_KIND_OFFER, "")
}

// A lease that nobody renews ends by itself; its holder gets the address again.
func TestLeaseExpires(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "lease: {time: 2m, t1: 97.5%, t2: 97.5%}", "lease: {time: 1s}", 1))
	f := s.Connect(t, "gate")
	ip := f.Lease(guest)
	events := s.Await(t, 0, "lease.expired")
	if e := events[len(events)-1]; e.GetAddress() != ip.String() || e.GetMachine().GetHardware() != guest {
		t.Errorf("event %v, want the lease of %v", e, ip)
	}
	for l := range allLeases(t, s, &leasedv1.LeaseServiceListRequest{}) {
		if l.GetState() != leasedv1.LeaseState_LEASE_STATE_EXPIRED {
			t.Errorf("lease %v, want it expired", l)
		}
	}
	if again := f.Lease(guest); again != ip {
		t.Errorf("the machine had %v and got %v", ip, again)
	}
}
