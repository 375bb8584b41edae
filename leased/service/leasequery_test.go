package service_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/hwaddr"
	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// asking is the floor with a requestor that may ask, and few enough addresses to list them.
var asking = strings.NewReplacer("10.99.0.50-10.99.0.249", "10.99.0.50-10.99.0.59", "authoritative: true",
	"authoritative: true\n  leasequery: {allow: [10.30.0.1, 10.31.0.0/24]}").Replace(leasedtest.Floor)

const requestor = "10.30.0.1"

// bulk asks and returns the bindings by address, and how it ended.
func bulk(t *testing.T, s *leasedtest.Server, source string, req *leasedv1.BulkRequest) (map[string]*leasedv1.Binding, *leasedv1.Done) {
	t.Helper()
	req.Source = number(source)
	stream, err := leasedv1.NewLeaseQueryServiceClient(s.Conn).Bulk(leasedtest.Context(t), req)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*leasedv1.Binding{}
	var done *leasedv1.Done
	for {
		m, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			if done == nil {
				t.Fatal("it ended without saying how")
			}
			return found, done
		case err != nil:
			t.Fatal(err)
		case done != nil:
			t.Errorf("came after the end: %v", m)
		}
		for _, b := range m.GetBindings() {
			found[leasedtest.Addr(b.GetAddress()).String()] = b
		}
		done = m.GetDone()
	}
}

func number(ip string) uint32 { return binary.BigEndian.Uint32(netip.MustParseAddr(ip).AsSlice()) }

func chaddr(mac string) []byte {
	hw, err := hwaddr.Parse(mac)
	if err != nil {
		panic(err)
	}
	return hw[:]
}

// state shows a binding in a word: active or the number of its state (RFC 6926 §6.2.7).
func state(b *leasedv1.Binding) string {
	v, _ := option.List(b.GetOptions()).Get(option.DHCPState)
	if b.GetActive() {
		return fmt.Sprintf("active %d", v[0])
	}
	return fmt.Sprintf("unassigned %d", v[0])
}

func states(bs map[string]*leasedv1.Binding) map[string]string {
	m := map[string]string{}
	for ip, b := range bs {
		m[ip] = state(b)
	}
	return m
}

const leaver = "52:54:00:00:00:77"

// populate leases two addresses, one of them behind a relay that says who it is, and gives a third one back.
func populate(t *testing.T, s *leasedtest.Server) {
	t.Helper()
	f := s.Connect(t, "gate")
	f.Lease(testbox)
	relayed := func(q *leasedv1.Query) *leasedv1.Query {
		q.Giaddr = number("10.99.0.2")
		return leasedtest.Add(leasedtest.Add(q, option.ClientID, []byte("box")), option.RelayAgentInfo, []byte("\x01\x02p7\x02\x04tail\x0c\x02r1"))
	}
	offer := f.Ask(relayed(leasedtest.Discover(guest)))[0]
	if ack := f.Ask(relayed(leasedtest.Select(guest, offer)))[0]; ack.GetKind() != leasedv1.Answer_KIND_ACK {
		t.Fatalf("%v %s", ack.GetKind(), ack.GetReason())
	}
	gone := f.Lease(leaver)
	f.Ask(leasedtest.Release(leaver, gone, netip.MustParseAddr("10.20.0.1")))
	f.Ask(leasedtest.Renew(testbox, netip.MustParseAddr("10.20.0.200"))) // nobody waits for the release to be on disk, but for this
}

func TestBulkLeaseQuery(t *testing.T) {
	s := leasedtest.Start(t, asking)
	populate(t, s)
	all := map[string]string{"10.20.0.200": "active 2", "10.99.0.50": "active 2", "10.99.0.51": "unassigned 4"}
	for i := 52; i <= 59; i++ {
		all[fmt.Sprintf("10.99.0.%d", i)] = "unassigned 1"
	}
	sub := func(code byte, v string) []byte {
		return option.List(nil).Append(option.RelayAgentInfo, append([]byte{code, byte(len(v))}, v...))
	}
	at := func(code option.Code, d time.Duration) option.List {
		return option.List(nil).AppendUint32(code, uint32(time.Now().Add(d).Unix()))
	}
	leased := map[string]string{"10.20.0.200": "active 2", "10.99.0.50": "active 2", "10.99.0.51": "unassigned 4"}
	guests := map[string]string{"10.99.0.50": "active 2"}
	for _, tc := range []struct {
		name string
		req  *leasedv1.BulkRequest
		want map[string]string
	}{
		{"all addresses", &leasedv1.BulkRequest{}, all},
		{"hardware address", &leasedv1.BulkRequest{Htype: 1, Chaddr: chaddr(guest)}, guests},
		{"hardware address of one that left", &leasedv1.BulkRequest{Htype: 1, Chaddr: chaddr(leaver)}, map[string]string{"10.99.0.51": "unassigned 4"}},
		{"hardware address of nobody", &leasedv1.BulkRequest{Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 1}}, nil},
		{"client identifier", &leasedv1.BulkRequest{Options: option.List(nil).AppendString(option.ClientID, "box")}, guests},
		{"client identifier of nobody", &leasedv1.BulkRequest{Options: option.List(nil).AppendString(option.ClientID, "bo")}, nil},
		{"remote id", &leasedv1.BulkRequest{Options: sub(2, "tail")}, guests},
		{"remote id of nobody", &leasedv1.BulkRequest{Options: sub(2, "p7")}, nil},
		{"relay id", &leasedv1.BulkRequest{Options: sub(12, "r1")}, guests},
		{"since an hour ago", &leasedv1.BulkRequest{Options: at(option.QueryStartTime, -time.Hour)}, leased},
		{"from now on", &leasedv1.BulkRequest{Options: at(option.QueryStartTime, time.Hour)}, nil},
		{"until now", &leasedv1.BulkRequest{Options: at(option.QueryEndTime, time.Minute)}, leased},
		{"until an hour ago", &leasedv1.BulkRequest{Options: at(option.QueryEndTime, -time.Hour)}, nil},
		{"client and time", &leasedv1.BulkRequest{Htype: 1, Chaddr: chaddr(guest), Options: at(option.QueryStartTime, time.Hour)}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, done := bulk(t, s, requestor, tc.req)
			if tc.want == nil {
				tc.want = map[string]string{}
			}
			if diff := cmp.Diff(tc.want, states(found)); diff != "" || done.GetStatus() != 0 || done.GetMessage() != "" {
				t.Errorf("ended %v (-want +got):\n%s", done, diff)
			}
		})
	}
}

// TestBulkBinding: what is told of a lease (RFC 6926 §7.2, §8.2).
func TestBulkBinding(t *testing.T) {
	s := leasedtest.Start(t, asking)
	populate(t, s)
	found, _ := bulk(t, s, requestor, &leasedv1.BulkRequest{})
	codes := func(ip string) []option.Code { return slices.Sorted(maps.Keys(sent(found[ip].GetOptions()))) }
	active := found["10.99.0.50"]
	if want := []option.Code{51, 61, 82, 91, 152, 153, 156, 157}; !slices.Equal(codes("10.99.0.50"), want) {
		t.Errorf("active lease: options %v, want %v", codes("10.99.0.50"), want)
	}
	if got := active.GetChaddr(); !slices.Equal(got, chaddr(guest)) || active.GetHtype() != 1 {
		t.Errorf("of %x", got)
	}
	base, _ := option.List(active.GetOptions()).Get(option.BaseTime)
	if off := time.Since(time.Unix(int64(binary.BigEndian.Uint32(base)), 0)); off < 0 || off > time.Minute {
		t.Errorf("base time is %v ago", off)
	}
	if want := []option.Code{91, 152, 153, 156, 157}; !slices.Equal(codes("10.99.0.51"), want) {
		t.Errorf("lease that is over: options %v, want %v", codes("10.99.0.51"), want)
	}
	if want := []option.Code{152, 156, 157}; !slices.Equal(codes("10.99.0.59"), want) || len(found["10.99.0.59"].GetChaddr()) > 0 {
		t.Errorf("never leased: options %v, want %v", codes("10.99.0.59"), want)
	}
	// More comes when it is asked for.
	found, _ = bulk(t, s, requestor, &leasedv1.BulkRequest{Htype: 1, Chaddr: chaddr(guest),
		Options: option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 12, 58, 59})})
	got := sent(found["10.99.0.50"].GetOptions())
	if got[option.SubnetMask] != "255.255.255.0" || got[option.Router] != "10.99.0.1" || got[option.HostName] != "guest-10-99-0-50" ||
		got[option.RenewalTime] == "" || got[option.LeaseTime] == "" {
		t.Errorf("asked for more: %v", got)
	}
}

// TestBulkRefusals: a query that cannot be answered says why, and tells nothing.
func TestBulkRefusals(t *testing.T) {
	s := leasedtest.Start(t, asking)
	populate(t, s)
	var l option.List
	for _, tc := range []struct {
		name, source string
		req          *leasedv1.BulkRequest
		status       uint32
	}{
		{"stranger", "10.30.0.2", &leasedv1.BulkRequest{}, 4},
		{"stranger with a malformed query", "10.30.0.2", &leasedv1.BulkRequest{Ciaddr: 1}, 4},
		{"nobody", "0.0.0.0", &leasedv1.BulkRequest{}, 4},
		{"by address", requestor, &leasedv1.BulkRequest{Ciaddr: number("10.99.0.50")}, 3},
		{"two identifiers", requestor, &leasedv1.BulkRequest{Htype: 1, Chaddr: chaddr(guest), Options: l.AppendString(option.ClientID, "x")}, 3},
		{"remote and relay id", requestor, &leasedv1.BulkRequest{Options: l.Append(option.RelayAgentInfo, []byte("\x02\x01x\x0c\x01y"))}, 3},
		{"empty client identifier", requestor, &leasedv1.BulkRequest{Options: l.Append(option.ClientID, nil)}, 3},
		{"empty remote id", requestor, &leasedv1.BulkRequest{Options: l.Append(option.RelayAgentInfo, []byte{2, 0})}, 3},
		{"short time", requestor, &leasedv1.BulkRequest{Options: l.AppendUint16(option.QueryStartTime, 1)}, 3},
		{"end before start", requestor, &leasedv1.BulkRequest{Options: l.AppendUint32(option.QueryStartTime, 9).AppendUint32(option.QueryEndTime, 8)}, 3},
		{"private network", requestor, &leasedv1.BulkRequest{Options: l.Append(option.VirtualSubnetSelection, []byte{0, 1})}, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, done := bulk(t, s, tc.source, tc.req)
			if len(found) > 0 || done.GetStatus() != tc.status || done.GetMessage() == "" {
				t.Errorf("ended %v after %d bindings, want status %d", done, len(found), tc.status)
			}
		})
	}
	for name, req := range map[string]*leasedv1.BulkRequest{
		"options": {Options: []byte{1}}, "chaddr": {Chaddr: make([]byte, 17)}, "htype": {Htype: 256},
	} {
		stream, err := leasedv1.NewLeaseQueryServiceClient(s.Conn).Bulk(leasedtest.Context(t), req)
		if err == nil {
			_, err = stream.Recv()
		}
		wantFault(t, err, invalid("BAD_QUERY", ""))
		_ = name
	}
}

// TestBulkIsOff: without a list nobody may ask.
func TestBulkIsOff(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	if found, done := bulk(t, s, requestor, &leasedv1.BulkRequest{}); len(found) > 0 || done.GetStatus() != 4 {
		t.Errorf("ended %v after %d bindings", done, len(found))
	}
}

// TestBulkOfManyPages: an answer of more than one page has every address once, and clients are served meanwhile.
func TestBulkOfManyPages(t *testing.T) {
	s := leasedtest.Start(t, strings.NewReplacer("prefix: 10.99.0.0/24", "prefix: 10.99.0.0/19", "10.99.0.50-10.99.0.59", "10.99.0.50-10.99.15.255").Replace(asking))
	f := s.Connect(t, "gate")
	const leases = 700
	machine := func(i int) string { return fmt.Sprintf("52:54:00:01:%02x:%02x", i>>8, i&0xff) }
	var asking, taking []*leasedv1.Query
	for i := range leases {
		asking = append(asking, leasedtest.Discover(machine(i)))
	}
	for i, offer := range f.Ask(asking...) {
		taking = append(taking, leasedtest.Select(machine(i), offer))
	}
	f.Ask(taking...)
	req := &leasedv1.BulkRequest{Source: number(requestor)}
	stream, err := leasedv1.NewLeaseQueryServiceClient(s.Conn).Bulk(leasedtest.Context(t), req)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint32]bool{}
	active := 0
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range m.GetBindings() {
			if seen[b.GetAddress()] {
				t.Errorf("%v comes twice", leasedtest.Addr(b.GetAddress()))
			}
			seen[b.GetAddress()] = true
			if b.GetActive() {
				active++
			}
		}
		if len(m.GetBindings()) > 256 {
			t.Errorf("%d bindings in one message", len(m.GetBindings()))
		}
		f.Ask(leasedtest.Discover("52:54:00:02:00:01"))
	}
	if want := 16*256 - 50 + 1; len(seen) != want || active != leases { // and the reserved one
		t.Errorf("%d addresses, %d active; want %d and %d", len(seen), active, want, leases)
	}
}
