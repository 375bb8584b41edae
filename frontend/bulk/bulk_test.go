package bulk_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/frontend/bulk"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// TestAnswer: what leased says goes out as messages that another codec reads, one for each binding, and an end.
func TestAnswer(t *testing.T) {
	d := &database{reply: func(_ context.Context, _ *leasedv1.BulkRequest, n int) (*leasedv1.BulkResponse, error) {
		if n == 0 {
			return &leasedv1.BulkResponse{Bindings: []*leasedv1.Binding{binding(0x0a000005, true)}}, nil
		}
		long := binding(0x0a000006, false)
		long.Options = option.List(nil).Append(option.ClientID, make([]byte, 300))
		return &leasedv1.BulkResponse{Bindings: []*leasedv1.Binding{long, {Address: 0x0a000007}}, Done: &leasedv1.Done{}}, nil
	}}
	_, address := start(t, d)
	r := dial(t, address)
	r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("02:00:00:00:00:09", dhcptest.XID(7), dhcptest.PRL(51, 82))))
	got, last := r.answer()
	if len(got) != 3 || typeOf(got[0]) != active || typeOf(got[1]) != unassigned || typeOf(got[2]) != unassigned {
		t.Fatalf("answer %+v", got)
	}
	first := got[0]
	if first.CIAddr != netip.MustParseAddr("10.0.0.5") || first.CHAddr != "02:00:00:00:00:09" || first.HType != 1 || first.XID != 7 ||
		first.Duration(51) != 10*time.Minute || string(first.Options[82]) != "\x01\x02p7" {
		t.Errorf("first binding %+v", first)
	}
	if first.ServerID() != loopback || got[1].ServerID().IsValid() || last.ServerID().IsValid() {
		t.Errorf("servers %v, %v, %v; want it in the first message alone", first.ServerID(), got[1].ServerID(), last.ServerID())
	}
	if len(got[1].Options[61]) != 300 {
		t.Errorf("client identifier of %d octets, want 300", len(got[1].Options[61]))
	}
	if got[2].CHAddr != "" || got[2].HType != 0 {
		t.Errorf("nobody has hardware address %q of type %d", got[2].CHAddr, got[2].HType)
	}
	if _, said := last.Options[151]; last.XID != 7 || said {
		t.Errorf("end %+v; success needs no status", last)
	}
	asked, _ := d.requests()
	want := []*leasedv1.BulkRequest{{Source: 0x7f000001, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9},
		Options: option.List(nil).AppendUint8(option.MessageType, 14).Append(option.ParameterRequestList, []byte{51, 82})}}
	if diff := cmp.Diff(want, asked, protocmp.Transform()); diff != "" {
		t.Errorf("leased was asked (-want +got):\n%s", diff)
	}
}

// TestStatuses: how a query ends, and whether the connection may go on.
func TestStatuses(t *testing.T) {
	ends := func(s uint32) func(context.Context, *leasedv1.BulkRequest, int) (*leasedv1.BulkResponse, error) {
		return func(context.Context, *leasedv1.BulkRequest, int) (*leasedv1.BulkResponse, error) {
			return &leasedv1.BulkResponse{Done: &leasedv1.Done{Status: s, Message: "because"}}, nil
		}
	}
	query := dhcptest.BulkLeaseQuery("")
	for _, tc := range []struct {
		name  string
		d     *database
		query []byte
		typ   byte
		want  byte
		open  bool
	}{
		{"nothing found", &database{}, query, done, 0, true},
		{"malformed by content", &database{reply: ends(3)}, query, done, 3, true},
		{"not allowed", &database{reply: ends(4)}, query, done, 4, false},
		{"a status from the future", &database{reply: ends(77)}, query, done, 1, true},
		{"no leased", &database{reply: func(context.Context, *leasedv1.BulkRequest, int) (*leasedv1.BulkResponse, error) {
			return nil, errors.New("unreachable")
		}}, query, done, 2, true},
		{"an answer without end", &database{reply: func(context.Context, *leasedv1.BulkRequest, int) (*leasedv1.BulkResponse, error) {
			return nil, nil
		}}, query, done, 2, true},
		{"hlen too large", &database{}, with(query, 2, 17), done, 3, true},
		{"an option past the end", &database{}, with(query, 241, 250), done, 3, true},
		{"active leasequery", &database{}, with(query, 242, 16), done, 4, true},
		{"TLS", &database{}, with(query, 242, 18), tls, 8, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, address := start(t, tc.d)
			r := dial(t, address)
			r.send(dhcptest.Framed(tc.query))
			got, last := r.answer()
			if len(got) > 0 || typeOf(last) != tc.typ || status(last) != tc.want {
				t.Errorf("%d bindings, message type %d, status %d; want none, %d, %d", len(got), typeOf(last), status(last), tc.typ, tc.want)
			}
			if !tc.open {
				r.closed(tc.name)
				return
			}
			tc.d.reply = nil
			r.send(dhcptest.Framed(query))
			if _, last := r.answer(); status(last) != 0 {
				t.Errorf("the next query ends with status %d", status(last))
			}
		})
	}
}

// with returns a message in which one octet is another.
func with(message []byte, at int, octet byte) []byte {
	b := append([]byte(nil), message...)
	b[at] = octet
	return b
}

// TestHostileInput: what is no query closes its connection, under a reason, and nobody else's.
func TestHostileInput(t *testing.T) {
	reg := prometheus.NewRegistry()
	_, address := start(t, &database{}, func(c *bulk.Config) { c.Registry = reg })
	query := dhcptest.BulkLeaseQuery("")
	bystander := dial(t, address)
	for _, tc := range []struct {
		name, reason string
		sent         []byte
	}{
		{"HTTP", "size", []byte("GET / HTTP/1.1\r\n\r\n")},
		{"length zero", "size", []byte{0, 0}},
		{"too short", "size", dhcptest.Framed(query[:239])},
		{"too long", "size", []byte{0xff, 0xff}},
		{"zeros", "junk", dhcptest.Framed(make([]byte, 300))},
		{"no cookie", "junk", dhcptest.Framed(with(query, 236, 0))},
		{"a reply", "junk", dhcptest.Framed(with(query, 0, 2))},
		{"a DISCOVER", "message-type", dhcptest.Framed(dhcptest.Discover("02:00:00:00:00:01"))},
		{"a leasequery", "message-type", dhcptest.Framed(dhcptest.LeaseQuery("02:00:00:00:00:01", "10.0.0.1"))},
		{"an answer", "message-type", dhcptest.Framed(with(query, 242, 13))},
	} {
		before := counted(t, reg, bulk.MetricClosed, tc.reason)
		r := dial(t, address)
		r.send(tc.sent)
		r.closed(tc.name)
		await(t, tc.name+" is counted as "+tc.reason, func() bool { return counted(t, reg, bulk.MetricClosed, tc.reason) == before+1 })
	}
	half := dial(t, address)
	half.send(dhcptest.Framed(query)[:100])
	half.Close()
	await(t, "a query broken off is counted", func() bool { return counted(t, reg, bulk.MetricClosed, "broken") == 1 })

	bystander.send(dhcptest.Framed(query))
	if _, last := bystander.answer(); status(last) != 0 {
		t.Errorf("the bystander's query ends with status %d", status(last))
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("metrics: %v %v", problems, err)
	}
}

// counted returns the value of the metric whose only label has the value.
func counted(t *testing.T, reg *prometheus.Registry, name, label string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" {
				return m.GetGauge().GetValue()
			}
			if m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no metric %s of %s", name, label)
	return 0
}

// await waits until check is true.
func await(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !check(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// TestPipelining: queries sent at once are answered one after the other, also when they come in small pieces and the requestor has
// nothing more to say.
func TestPipelining(t *testing.T) {
	_, address := start(t, &database{reply: func(_ context.Context, _ *leasedv1.BulkRequest, n int) (*leasedv1.BulkResponse, error) {
		return &leasedv1.BulkResponse{Bindings: []*leasedv1.Binding{binding(1, true)}, Done: &leasedv1.Done{}}, nil
	}})
	r := dial(t, address)
	var all []byte
	for xid := range uint32(20) {
		all = append(all, dhcptest.Framed(dhcptest.BulkLeaseQuery("", dhcptest.XID(xid)))...)
	}
	for len(all) > 0 {
		n := min(len(all), 97)
		r.send(all[:n])
		all = all[n:]
	}
	if err := r.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for xid := range uint32(20) {
		if got, last := r.answer(); len(got) != 1 || got[0].XID != xid || last.XID != xid {
			t.Fatalf("query %d: %d bindings, transactions %v and %d", xid, len(got), got, last.XID)
		}
	}
	r.closed("half closed")
}

// TestTooManyConnections: one address has few places, and a place that is given back can be had again.
func TestTooManyConnections(t *testing.T) {
	reg := prometheus.NewRegistry()
	_, address := start(t, &database{}, func(c *bulk.Config) { c.Registry = reg })
	var held []requestor
	for range 4 {
		r := dial(t, address)
		r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
		r.answer()
		held = append(held, r)
	}
	for range 50 {
		dial(t, address).closed("one too many")
	}
	if n := counted(t, reg, bulk.MetricConnections, ""); n != 4 {
		t.Errorf("%v connections, want 4", n)
	}
	held[0].Close()
	await(t, "a place is free", func() bool { return counted(t, reg, bulk.MetricConnections, "") == 3 })
	r := dial(t, address)
	r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
	r.answer()
}

// TestRequestorLeaves: leased hears of it when nobody waits for an answer any more.
func TestRequestorLeaves(t *testing.T) {
	d := &database{reply: endless}
	_, address := start(t, d)
	r := dial(t, address)
	r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
	if m, err := r.next(); err != nil || typeOf(m) != active {
		t.Fatalf("%v %v", m, err)
	}
	r.Close()
	await(t, "the query ends", func() bool { _, ongoing := d.requests(); return ongoing == 0 })
}

// TestSwitch: it listens when it is told to, and ends what is under way when it is not any more.
func TestSwitch(t *testing.T) {
	s, address := start(t, &database{reply: endless})
	await(t, "readiness", func() bool { return s.Ready() == nil })
	r := dial(t, address)
	r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("", dhcptest.XID(5))))
	if _, err := r.next(); err != nil {
		t.Fatal(err)
	}
	s.Set(false)
	if _, last := r.answer(); status(last) != 2 || last.XID != 5 {
		t.Errorf("a query under way ends with status %d, want 2", status(last))
	}
	r.closed("switched off")
	await(t, "the port is closed", func() bool {
		c, err := net.Dial("tcp4", address)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	if err := s.Ready(); err != nil {
		t.Errorf("switched off, and not ready: %v", err)
	}
}

// TestPortIsTaken: it says so, and listens once the port is free.
func TestPortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := taken.Addr().String()
	s := bulk.New(bulk.Config{Client: &database{}, Listen: func() (net.Listener, error) { return net.Listen("tcp4", address) }})
	run(t, s)
	s.Set(true)
	await(t, "readiness says that the port is taken", func() bool {
		var op *net.OpError
		return errors.As(s.Ready(), &op)
	})
	taken.Close()
	await(t, "it listens", func() bool { return s.Ready() == nil })
	r := dial(t, address)
	r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
	r.answer()
}
